"""The license table as it must be, built from the sandbox's subscribers, and as the bot sent it."""

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


def row(subscriber: Subscriber) -> list[str]:
    """Return the nine cells of a license holder."""
    return [
        subscriber.group_id,
        subscriber.package.title(),
        subscriber.user_id,
        subscriber.extension or "",
        subscriber.first_name,
        subscriber.last_name,
        subscriber.email or "",
        subscriber.status.replace("_", " ").title(),
        _ACTIVATION.get(subscriber.status, "Begun"),
    ]


def rows(house: House) -> list[list[str]]:
    """Return the rows of the first enterprise, in Webex's order."""
    return [row(subscriber) for subscriber in house.world.subscribers.of_enterprise(house.settings.bot_enterprise)]


def waiting(house: House) -> list[list[str]]:
    """Return the rows of license holders who have not activated."""
    return [cells for cells in rows(house) if cells[-1] != "Activated"]


def plain(cell: str) -> str:
    """Return a cell without case and accents."""
    decomposed = unicodedata.normalize("NFKD", cell.lower().translate(_LETTERS))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()


def file_of(house: House, message: Message, reader: str = ANA) -> bytes:
    """Download the file of a message as a person who can see it."""
    file = message.files[0]
    response = house.as_person(reader).get(f"{house.sandbox.url}contents/{file.id}", timeout=10)
    assert response.status_code == 200, response.text
    assert urlsplit(response.url).path.endswith(file.id)
    return response.content


def csv_of(house: House, message: Message, reader: str = ANA, header: Sequence[str] = HEADER) -> list[list[str]]:
    """Return the rows of a CSV without its header. Check that its format suits spreadsheets."""
    content = file_of(house, message, reader)
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    assert text.count("\n") == text.count("\r\n")
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read[0] == list(header)
    return read[1:]
