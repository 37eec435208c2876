"""The license table as it ought to be, made anew from what the sandbox's Webex holds; and as the bot sent it."""

import csv
import io
import unicodedata
from collections.abc import Sequence
from urllib.parse import urlsplit

from sandbox.broadworks.subscribers import Subscriber
from sandbox.webex.records import Message
from tests.journeys.house import ANA, House

HEADER = [
    "Location",
    "License Type",
    "Service ID",
    "Ext",
    "First Name",
    "Last Name",
    "Email",
    "Email Validation Status",
    "Self-Activation",
]
_LETTERS = str.maketrans({"ł": "l", "ı": "i", "ø": "o", "đ": "d", "’": "'"})
_ACTIVATION = {"pending_email_input": "Not begun", "provisioned": "Activated", "error": "Error"}


def row(one: Subscriber) -> list[str]:
    """A license holder's nine cells."""
    return [
        one.group_id,
        one.package.title(),
        one.user_id,
        one.extension or "",
        one.first_name,
        one.last_name,
        one.email or "",
        one.status.replace("_", " ").title(),
        _ACTIVATION.get(one.status, "Begun"),
    ]


def rows(house: House) -> list[list[str]]:
    """All license holders of the first enterprise, in Webex's order."""
    return [row(one) for one in house.world.subscribers.of_enterprise(house.settings.bot_enterprise)]


def waiting(house: House) -> list[list[str]]:
    """The rows of those who have not activated."""
    return [cells for cells in rows(house) if cells[-1] != "Activated"]


def plain(cell: str) -> str:
    """A cell without case and accents."""
    taken_apart = unicodedata.normalize("NFKD", cell.lower().translate(_LETTERS))
    return "".join(letter for letter in taken_apart if not unicodedata.combining(letter)).casefold()


def file_of(house: House, message: Message, reader: str = ANA) -> bytes:
    """The file of a message, downloaded by somebody who may see it."""
    file = message.files[0]
    response = house.as_person(reader).get(f"{house.sandbox.url}contents/{file.id}", timeout=10)
    assert response.status_code == 200, response.text
    assert urlsplit(response.url).path.endswith(file.id)
    return response.content


def csv_of(house: House, message: Message, reader: str = ANA, header: Sequence[str] = HEADER) -> list[list[str]]:
    """The rows under the header of a message's CSV, whose form is as spreadsheets want it."""
    content = file_of(house, message, reader)
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    assert text.count("\n") == text.count("\r\n")
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read[0] == list(header)
    return read[1:]
