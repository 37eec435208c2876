"""What goes into a command and what comes out: a message and who asks; a reply, a refusal or a wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from storage.records import Enterprise

if TYPE_CHECKING:
    from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody typed to the bot, the mention already taken out."""

    id: str
    room_id: str
    direct: bool
    person_id: str
    person_email: str
    text: str
    parent_id: str | None = None

    @property
    def thread(self) -> str:
        """The message a reply belongs under: replies to a reply go to the thread's first message."""
        return self.parent_id or self.id


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and what they may act for."""

    person_id: str
    email: str
    operator: bool
    enterprise_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything a command may know."""

    message: Message
    arguments: str
    asker: Asker
    enterprise: Enterprise
    now: datetime
    settings: Settings
    waited: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to send along: its name and its gzip-compressed bytes."""

    name: str
    compressed: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What the asker is told; `personal` keeps it out of spaces where others would read it."""

    markdown: str
    attachment: Attachment | None = None
    personal: bool = False
    status_of_sync: int | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Ask me again when that roster is read, or at that time, whichever is first."""

    until: datetime
    roster_id: int


class Refusal(Exception):
    """What was asked cannot be done; the text tells the person why, and when or how it will work."""

    def __init__(self, markdown: str, *, private: bool = False) -> None:
        super().__init__(markdown)
        self.markdown = markdown
        self.private = private
