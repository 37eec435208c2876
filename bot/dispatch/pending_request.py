"""A request on its way to an outcome, and its origin: a typed message, a pressed button, a scheduled run, the shell."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from sqlalchemy.orm import Session

from bot.chat.command_line import CommandLine
from bot.chat.fields import Fields
from bot.chat.message import Message, Reply, Wait
from storage.values.records import Enterprise


class Origin(Protocol):
    """Where a request comes from: how it is answered there, and how it ends.

    Every method takes the session of the transaction that writes the outcome, and writes in it alone.
    """

    @property
    def name(self) -> str:
        """What this origin is called in messages to developers."""

    @property
    def is_operator(self) -> bool:
        """Whether only an operator can ask from here, so that nobody's rights need to be looked up."""

    def answer(self, session: Session, reply: Reply, enterprise: Enterprise | None, now: datetime) -> None:
        """Say something where the request was made; the enterprise decides who may read a personal reply there."""

    def answer_privately(self, session: Session, markdown: str, now: datetime) -> None:
        """Say something to the requester alone."""

    def set_aside(self, session: Session, awaited: "Awaited", now: datetime) -> None:
        """Have the request come back when the data is there, or at the time named."""

    def finish(self, session: Session, now: datetime) -> None:
        """End the request, before its answer is said."""

    def fail(self, session: Session, error: str) -> None:
        """End the request as one that failed again and again."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """The roster or the reading of an enterprise that a request waits for."""

    wait: Wait
    enterprise_id: int
    roster_id: int | None = None
    reading_id: int | None = None


class Detail(StrEnum):
    """What the router may need to know of a request, and only Webex can say."""

    ORGANIZATION = "organization"
    """The requester's organization: it decides what they may."""

    FILE = "file"
    PEOPLE = "people"
    """Who is mentioned."""


@dataclass(frozen=True, slots=True)
class PendingRequest:
    """A request whose answer is not written yet.

    `message` is what was asked, who asks, and where. `line` is its text, taken apart once; `given_fields` are its
    arguments, if they came taken apart. `fetched` are the details that Webex was asked for already. `enterprise_id` is
    the enterprise for which it waited, if it did. `written_at` is when it was written, by Webex's clock; `age` is how
    long it has been unanswered, without the time that it waited for its own data.
    """

    message: Message
    line: CommandLine
    origin: Origin
    received_at: datetime
    fetched: frozenset[Detail] = frozenset()
    already_waited: bool = False
    enterprise_id: int | None = None
    progress_shown: bool = False
    is_confirmed: bool = False
    given_fields: Fields | None = None
    written_at: datetime | None = None
    age: timedelta = timedelta()
