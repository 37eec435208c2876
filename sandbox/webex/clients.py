"""The clients with which people write, and how each shows a mention in the HTML of a message.

Webex does not document this. The shapes are those of Cisco's notes in public reports (howdyai/botkit 749 and 940,
CiscoDevNet/node-sparkbot 1). Only `mentionedPeople` is the same for all.
"""

import base64
from enum import StrEnum
from html import escape

from sandbox.webex.errors import WebexError
from sandbox.webex.people import Person


class Client(StrEnum):
    """What a person writes with."""

    API = "api"
    """Markdown by the API. The desktop apps write the same HTML."""

    WEB = "web"
    """The same without paragraphs."""

    PHONE = "phone"
    """An iPhone or iPad: no paragraphs, the bare UUID in place of the id, the attributes in another order."""

    EMULATOR = "emulator"
    """Cisco DevNet's public emulator of Webex: no element for a mention, only the name."""

    @property
    def has_paragraphs(self) -> bool:
        """Return whether it writes `<p>`."""
        return self in (Client.API, Client.EMULATOR)


def parse_client(name: str) -> Client:
    """Return the client of that name. Raise 400 if there is none."""
    try:
        return Client(name)
    except ValueError as error:
        raise WebexError(400, f"The client is one of {', '.join(Client)}.") from error


def mention(client: Client, person: Person, label: str) -> str:
    """Return the HTML of a mention of a person."""
    shown = escape(label, quote=False)
    match client:
        case Client.EMULATOR:
            return shown
        case Client.PHONE:
            return f'<spark-mention data-object-id="{_uuid(person)}" data-object-type="person">{shown}</spark-mention>'
    return f'<spark-mention data-object-type="person" data-object-id="{person.id}">{shown}</spark-mention>'


def _uuid(person: Person) -> str:
    address = base64.urlsafe_b64decode(person.id + "=" * (-len(person.id) % 4)).decode()
    return address.rpartition("/")[2]
