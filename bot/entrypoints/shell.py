"""The shell as the origin of a request: a person with a shell on this machine is an operator."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.chat.command import CommandSettings
from bot.chat.command_line import CommandLine
from bot.chat.fields import Fields, line_of
from bot.chat.message import Message, Refusal, Reply
from bot.dispatch import router
from bot.dispatch.pending_request import Awaited, PendingRequest
from storage.engine.database import Database
from storage.values.records import Enterprise, Identity

_REQUESTER = Identity("", "somebody at a shell")
"""The requester, as the audit names them: the bot cannot tell who it is."""


@dataclass(frozen=True, slots=True)
class Shell:
    """The origin of what is typed at a shell. The router returns the outcome, and the command line prints it."""

    name: str = "the shell"
    is_operator: bool = True

    def answer(self, session: Session, reply: Reply, enterprise: Enterprise | None, now: datetime) -> None:
        """Leave it to the command line to print the reply, after the transaction."""

    def answer_privately(self, session: Session, markdown: str, now: datetime) -> None:
        """Leave it to the command line to print the refusal, after the transaction."""

    def set_aside(self, session: Session, awaited: Awaited, now: datetime) -> None:
        """Raise LookupError: nobody at a shell waits for Webex."""
        raise LookupError("a command at the shell cannot wait")

    def finish(self, session: Session, now: datetime) -> None:
        """Do nothing: the request ends with the process."""

    def fail(self, session: Session, error: str) -> None:
        """Do nothing: the error ends the process."""


def ask(database: Database, settings: CommandSettings, word: str, fields: Fields, now: datetime) -> Reply:
    """Have a command run as if an operator had typed it in chat and confirmed it; raise Refusal if it is refused."""
    values = tuple((name, _storable(value)) for name, value in fields.values)
    fields = Fields(tuple(map(_storable, fields.words)), values)
    message = Message("", "", direct=True, sender=_REQUESTER, text="")
    line = CommandLine(word, line_of(fields))
    request = PendingRequest(message, line, Shell(), now, is_confirmed=True, given_fields=fields)
    outcome = router.answer(database, settings, request, now)
    if isinstance(outcome, Refusal):
        raise outcome
    if not isinstance(outcome, Reply):
        raise LookupError(f"a command at the shell cannot wait: {outcome}")
    return outcome


def _storable(argument: str) -> str:
    """Return an argument with U+FFFD for each byte that is not UTF-8: Python has half a surrogate pair for it."""
    return argument.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
