"""What stands in a space: rooms, memberships and messages."""

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
    """One person's place in one space."""

    id: str
    room_id: str
    room_type: str
    person: Person
    created: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it stands; an edit makes a new one with the same id."""

    id: str
    room_id: str
    room_type: str
    person_id: str
    person_email: str
    created: datetime
    text: str | None
    markdown: str | None
    html: str | None
    parent_id: str | None
    files: tuple[File, ...]
    attachments: tuple[dict[str, object], ...]
    mentioned_people: tuple[str, ...]
    mentioned_groups: tuple[str, ...]
    updated: datetime | None = None
    edits: int = 0
