"""Records of what is in a space: rooms, memberships, messages and card actions."""

from dataclasses import dataclass
from datetime import datetime

from sandbox.webex.drafts import File
from sandbox.webex.people import Person


@dataclass(frozen=True, slots=True)
class Room:
    """A space: `direct` (1:1) or `group`."""

    id: str
    title: str
    type: str
    creator: Person
    created: datetime
    last_activity: datetime


@dataclass(frozen=True, slots=True)
class Membership:
    """The membership of one person in one space."""

    id: str
    room_id: str
    room_type: str
    person: Person
    created: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """A message in its current version. An edit replaces it by a new record with the same id."""

    id: str
    room_id: str
    room_type: str
    person_id: str
    person_email: str
    created: datetime
    parent_id: str | None = None
    files: tuple[File, ...] = ()
    attachments: tuple[dict[str, object], ...] = ()
    text: str | None = None
    markdown: str | None = None
    html: str | None = None
    mentioned_people: tuple[str, ...] = ()
    mentioned_groups: tuple[str, ...] = ()
    updated: datetime | None = None
    edits: int = 0


@dataclass(frozen=True, slots=True)
class CardAction:
    """A press of a button on the card of a message; Webex calls it an attachment action."""

    id: str
    message_id: str
    room_id: str
    person_id: str
    inputs: dict[str, object]
    created: datetime
