"""What goes into a command and what comes out of it: a message; a reply, a refusal or a wait."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from storage.values.records import Claim, Identity, Sync

MAX_FILE_BYTES = 5_000_000
"""Bytes of a file that a command takes."""

UNCONFIRMED = "unconfirmed"
"""How a command ends in the audit that has to be typed once more."""


class FileUnreadable(StrEnum):
    """Why a file that came with a message was not read."""

    TOO_LARGE = "too large"
    UNSAFE = "unsafe"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody typed to the bot, the mention already taken out.

    `person_org_id` is the sender's Webex organization, where it matters. `files` are the addresses of what came with
    it; `file` is the content of the only one, or why it was not read,
    where the command takes a file. `mentioned` are the ids of people besides the bot, and `people` who that is, where
    the command is about people.
    """

    id: str
    room_id: str
    direct: bool
    person_id: str
    person_email: str
    text: str
    person_org_id: str | None = None
    parent_id: str | None = None
    mentioned: tuple[str, ...] = ()
    people: tuple[Identity, ...] = ()
    files: tuple[str, ...] = ()
    file: bytes | FileUnreadable | None = field(default=None, repr=False)

    @property
    def thread(self) -> str | None:
        """The message a reply goes under; a 1:1 space needs no threads of our making."""
        return self.parent_id or (None if self.direct else self.id)


@dataclass(frozen=True, slots=True)
class PendingMessage:
    """A message on its way to an answer: the claim on its event, and what has become of that so far.

    `status_outbox_id` is the message that told the asker it takes a while; `timed_out` says that what it waited for is
    still not there, which was for `enterprise_id`.
    """

    message: Message
    claim: Claim
    received_at: datetime
    already_waited: bool = False
    enterprise_id: int | None = None
    status_outbox_id: int | None = None
    timed_out: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to send along: its name and its gzip-compressed bytes."""

    name: str
    compressed: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What the asker is told.

    `personal` keeps it out of spaces where others would read it; `status_of_sync` makes it the message that is
    edited as that sync goes on; `changed` are syncs whose status messages do not say any more how they stand;
    `noted` is what the audit keeps of it, and `about` the enterprise that it concerns where it is not for one.
    """

    markdown: str
    attachment: Attachment | None = None
    personal: bool = False
    status_of_sync: int | None = None
    changed: tuple[Sync, ...] = ()
    noted: str = ""
    about: int | None = None


class FreshData(StrEnum):
    """What a command may want read from Webex before it answers."""

    ROSTER = "roster"
    WHOLE_ROSTER = "whole roster"
    READING = "reading"


@dataclass(frozen=True, slots=True)
class Wait:
    """Have this read, and ask me again when it is, or at that time, whichever is first.

    Where that may be long, `meanwhile` is said at once, and what is typed later is answered before.
    """

    until: datetime
    fresh: FreshData = FreshData.ROSTER
    meanwhile: str | None = None


class Refusal(Exception):
    """What was asked cannot be done; the text tells the person why, and when or how it will work.

    `personal` keeps it out of spaces where others would read it.
    """

    def __init__(self, markdown: str, *, personal: bool = False) -> None:
        super().__init__(markdown)
        self.markdown = markdown
        self.personal = personal


class Denial(Refusal):
    """A refusal to somebody who may not: told to them alone, and not often."""


class Limited(Refusal):
    """A refusal because there was too much of it lately."""


class TooFast(Limited):
    """A refusal because somebody types too much: told to them alone, and not often."""


class Unconfirmed(Refusal):
    """What was asked cannot be undone, so it has to be typed once more."""
