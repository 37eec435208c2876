"""A command: the word people type, who may run it, what it does, and what it is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bot.chat.fields import Fields, parse_fields
from bot.chat.message import Change, Message, Reply, Wait

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from storage.values.records import Enterprise


class Role(StrEnum):
    """Who may run a command: admins and operators, or operators alone."""

    ADMIN = "admin"
    OPERATOR = "operator"


class NeedsEnterprise(StrEnum):
    """When a command speaks for an enterprise."""

    ALWAYS = "always"
    NEVER = "never"
    IN_GROUPS = "in groups"
    """In a 1:1 space it is about the requester alone."""

    UNLESS_OPERATOR = "unless operator"
    """For an operator it is about all enterprises."""


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks, and which enterprises they may act for."""

    person_id: str
    email: str
    is_operator: bool
    enterprise_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class CommandSettings:
    """The settings that commands may see: none of them is a secret."""

    sync_hold: timedelta
    roster_max_age: timedelta
    default_timezone: str
    uses_integration: bool
    commands_per_minute: int
    files_per_hour: int
    max_admins: int


@dataclass(frozen=True, slots=True)
class Command:
    """One word people type, which its usage begins with.

    `reads_only`: it runs in a read-only snapshot and may take long; other commands run in the short transaction that
    also writes their reply. `parse_file`: what it makes of the content of a file that came with the message, outside
    any transaction; then it may return a `Change`. `takes_people`: it is told who is mentioned. `takes_words`: words
    may follow it. `exports`: its files count among those that an enterprise may have in an hour. `lists_with`: the
    arguments with which it only lists, although it changes something with others.
    """

    usage: str
    summary: str
    details: str
    run: Callable[[Session, Request], Reply | Wait | Change]
    role: Role = Role.ADMIN
    reads_only: bool = True
    needs_enterprise: NeedsEnterprise = NeedsEnterprise.ALWAYS
    parse_file: Callable[[bytes], object] | None = None
    takes_people: bool = False
    takes_words: bool = True
    exports: bool = False
    lists_with: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The word itself."""
        return self.usage.partition(" ")[0]

    @property
    def takes_file(self) -> bool:
        """Whether it can do something with a file."""
        return self.parse_file is not None

    def speaks_for_enterprise(self, message: Message, requester: Requester) -> bool:
        """Return whether the command, asked for like this, speaks for an enterprise."""
        match self.needs_enterprise:
            case NeedsEnterprise.IN_GROUPS:
                return not message.direct
            case NeedsEnterprise.UNLESS_OPERATOR:
                return not requester.is_operator
        return self.needs_enterprise is NeedsEnterprise.ALWAYS

    def only_reads(self, message: Message) -> bool:
        """Return whether the command, asked for like this, changes nothing."""
        return self.reads_only and not (self.takes_file and message.files)


@dataclass(frozen=True, slots=True)
class Request:
    """All that a command is told.

    `speaks_for`: the enterprise it runs for, if it needs one. `commands`: those that the requester may run.
    `received_at`: when the message came in. `already_waited`: this command has waited once already. `progress_shown`: a
    status message told the requester that it takes long. `is_confirmed`: the requester has confirmed what cannot be
    undone. `given_fields`: the arguments, if they came taken apart. `age`: how long ago it was written. `upload`: what
    the command's `parse_file` made of the file of the message. `no_file`: why there is no file with the answer, in a
    sentence; None if there may be one.
    """

    message: Message
    arguments: str
    requester: Requester
    speaks_for: Enterprise | None
    commands: tuple[Command, ...]
    now: datetime
    settings: CommandSettings
    received_at: datetime
    already_waited: bool = False
    progress_shown: bool = False
    is_confirmed: bool = False
    given_fields: Fields | None = None
    age: timedelta = timedelta()
    upload: Any = None
    no_file: str | None = None

    @property
    def enterprise(self) -> Enterprise:
        """The enterprise the command speaks for; the router has found one if the command needs one."""
        if self.speaks_for is None:
            raise LookupError("this command speaks for no enterprise")
        return self.speaks_for

    @property
    def fields(self) -> Fields:
        """The arguments as words and fields."""
        return parse_fields(self.arguments) if self.given_fields is None else self.given_fields
