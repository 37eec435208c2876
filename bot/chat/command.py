"""A command: the word people type, who may run it, and what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.chat.message import Message, Reply, Wait
from storage.values.records import Enterprise

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from bot.settings.load import Settings


class Who(StrEnum):
    """Who may run a command."""

    ADMIN = "admin"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks, and what they may act for."""

    person_id: str
    email: str
    operator: bool
    enterprise_ids: frozenset[int]


def always(_message: Message, _requester: Requester) -> bool:
    """Of a command that speaks for an enterprise wherever it is typed."""
    return True


def never(_message: Message, _requester: Requester) -> bool:
    """Of one that speaks for none."""
    return False


def in_groups(message: Message, _requester: Requester) -> bool:
    """Of one that is about the asker alone in 1:1."""
    return not message.direct


def unless_operator(_message: Message, requester: Requester) -> bool:
    """Of one that is about all of them for operators."""
    return not requester.operator


@dataclass(frozen=True, slots=True)
class Command:
    """One word people type.

    `reads_only` commands run in a read-only snapshot with all the time they need; the others run inside the
    short transaction that also writes their reply. One that `takes_file` writes only where a file came; one that
    `takes_people` is told who was mentioned. The files of one that
    `exports` count among those that an enterprise gets in an hour.
    """

    name: str
    usage: str
    summary: str
    details: str
    run: Callable[[Session, Request], Reply | Wait]
    who: Who = Who.ADMIN
    reads_only: bool = True
    needs_enterprise: Callable[[Message, Requester], bool] = always
    takes_file: bool = False
    takes_people: bool = False
    exports: bool = False

    def wants_more(self, message: Message) -> bool:
        """Whether it wants the file that came with a message, or to know who is mentioned in it."""
        return (self.takes_file and len(message.files) == 1) or (self.takes_people and bool(message.mentioned))

    def only_reads(self, message: Message) -> bool:
        """Whether it changes nothing, asked for like this."""
        return self.reads_only and not (self.takes_file and message.files)


@dataclass(frozen=True, slots=True)
class Request:
    """Everything a command may know.

    `already_waited`: this command has waited once already. `progress_shown`: a status message told the requester that
    it takes long. `received_at` is when the message came in.
    """

    message: Message
    arguments: str
    requester: Requester
    chosen: Enterprise | None
    commands: tuple[Command, ...]
    now: datetime
    settings: Settings
    received_at: datetime
    already_waited: bool = False
    progress_shown: bool = False

    @property
    def enterprise(self) -> Enterprise:
        """The enterprise the command speaks for; the router has found one where the command needs it."""
        if self.chosen is None:
            raise LookupError("this command speaks for no enterprise")
        return self.chosen
