"""What goes into a command and what comes out of it: a message; a reply, a change, a wait or a refusal."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from storage.values.records import LIMITED, TOO_FAST, TOO_LARGE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from storage.values.records import Identity, Sync

MAX_FILE_BYTES = 5_000_000
"""Bytes of a file that a command reads: it is held in memory as a whole."""


class FileUnreadable(StrEnum):
    """Why a file that came with a message was not read."""

    TOO_LARGE = "too large"
    UNSAFE = "unsafe"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Message:
    """What the requester wrote, without the mention of the bot, and where the answer goes.

    `files` are the addresses of the files that came with it. `file` is the content of the only one, or why it was not
    read, if the command takes a file. `mentioned` are the ids of the people mentioned besides the bot. `people` are
    their identities, if the command is about people. `names_behind` is the end of the text if it is only mentions of
    others: they are to see the message. `words_behind` are the letters behind the last of these mentions, without
    spaces. `written_at` is when it was written, and `age_when_read` how long after that it was read, both by Webex's
    clock.
    """

    id: str
    room_id: str
    direct: bool
    sender: Identity
    text: str
    parent_id: str | None = None
    mentioned: tuple[str, ...] = ()
    people: tuple[Identity, ...] = ()
    names_behind: str = ""
    words_behind: str = ""
    files: tuple[str, ...] = ()
    file: bytes | FileUnreadable | None = field(default=None, repr=False)
    written_at: datetime | None = None
    age_when_read: timedelta = timedelta()

    @property
    def thread(self) -> str | None:
        """The message to reply under. In a 1:1 space a reply needs no thread, unless the requester wrote in one."""
        return self.parent_id or (None if self.direct else self.id)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to send along: its name and its gzip-compressed bytes."""

    name: str
    compressed: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What the requester is told.

    `personal`: it is not shown in a space where others may not read it. `status_of_sync`: this reply becomes the status
    message of that sync, and is edited as the sync goes on. `changed_syncs`: their status messages are out of date.
    `audit_detail`: what the audit keeps of it. `audit_enterprise_id`: the enterprise in whose audit it belongs, if the
    command does not speak for one. `for_operators`: only an operator may get it.
    `gives_up_rights`: the requester has just given up their rights and gets this all the same. It names nothing.
    """

    markdown: str
    attachment: Attachment | None = None
    personal: bool = False
    status_of_sync: int | None = None
    changed_syncs: tuple[Sync, ...] = ()
    audit_detail: str = ""
    audit_enterprise_id: int | None = None
    for_operators: bool = False
    gives_up_rights: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What a command that ran in a snapshot still has to write, and the reply to it.

    `portions` are written in order, each in a short transaction that locks the enterprise; the last one also writes
    the reply. Before the first, `is_current` says whether what the command has read is still the same.
    """

    reply: Reply
    is_current: Callable[[Session], bool]
    portions: Sequence[Callable[[Session], None]]


class FreshData(StrEnum):
    """What a command may want read from Webex before it answers."""

    ROSTER = "roster"
    WHOLE_ROSTER = "whole roster"
    READING = "reading"


@dataclass(frozen=True, slots=True)
class Wait:
    """Run the command again when this data has been read, or at `until`, whichever is first.

    `progress` is for a long wait: it is said at once, and later messages of the space are answered meanwhile.
    """

    until: datetime
    fresh: FreshData = FreshData.ROSTER
    progress: str | None = None


class Refusal(Exception):
    """The command cannot be done. The text says why, and when or how it will work.

    `personal`: it is not shown in a space where others may not read it. `audit_outcome` is the audit's word for it, and
    `audit_detail` what the audit keeps of it.
    """

    audit_outcome: ClassVar[str] = "refused"

    def __init__(self, markdown: str, *, personal: bool = False, audit_detail: str = "") -> None:
        super().__init__(markdown)
        self.markdown = markdown
        self.personal = personal
        self.audit_detail = audit_detail


class Denial(Refusal):
    """A refusal for lack of rights: told in private, and not often."""

    audit_outcome = "denied"


class Limited(Refusal):
    """A refusal because an hour's files have been read."""

    audit_outcome = LIMITED


class FileTooLarge(Refusal):
    """A refusal because the file of the answer would be larger than Webex accepts: it counts like a file."""

    audit_outcome = TOO_LARGE


class TooFast(Limited):
    """A refusal because the requester types too much: told in private, and not often."""

    audit_outcome = TOO_FAST

    def __init__(self, markdown: str, until: datetime) -> None:
        """Take when the requester's commands work again."""
        super().__init__(markdown)
        self.until = until


class TooLate(Refusal):
    """A refusal of what was written so long ago that the requester may not want it any more."""

    audit_outcome = "too late"


class Unconfirmed(Refusal):
    """A refusal of what cannot be undone: it must be typed once more."""

    audit_outcome = "unconfirmed"
