"""Who may have which command run, and for which enterprise: decided here alone, and closed unless it is open."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.chat.command import Command, Requester, Who
from bot.chat.did_you_mean import nearest
from bot.chat.message import Denial, Message, Refusal
from bot.commands import COMMANDS
from bot.replies import access as replies
from storage import admins, chosen_enterprises, enterprises, rights, spaces
from storage.rights import Rights
from storage.values.records import Enterprise, Identity


@dataclass(frozen=True, slots=True)
class Granted:
    """The command that may run, and the enterprise it speaks for, if it speaks for one.

    `is_ambiguous`: the requester has rights to another enterprise too.
    """

    command: Command
    enterprise: Enterprise | None
    is_ambiguous: bool


def identity(message: Message) -> Identity:
    """Who sent a message."""
    return Identity(message.person_id, message.person_email, message.person_org_id)


def requester(session: Session, message: Message) -> tuple[Requester, Rights]:
    """Who sent a message, as commands see them, and their rights."""
    found = rights.find(session, identity(message))
    return Requester(message.person_id, message.person_email, found.operator, found.enterprise_ids), found


def allowed(who: Requester) -> tuple[Command, ...]:
    """The commands that somebody may run."""
    return tuple(command for command in COMMANDS if may_run(who, command))


def may_run(requester: Requester, command: Command) -> bool:
    """Whether somebody may run a command at all; whoever is neither admin nor operator may run none."""
    if requester.operator:
        return True
    return command.who is Who.ADMIN and bool(requester.enterprise_ids)


def grant(session: Session, message: Message, word: str, who: Requester) -> Granted:
    """What somebody may have run who typed this word there; raises Denial or Refusal where it is nothing."""
    commands = allowed(who)
    if not commands:
        raise Denial(replies.stranger([operator.email for operator in admins.operators(session)]))
    command = next((command for command in commands if command.name == word), None)
    if command is None:
        raise Refusal(_unknown(word, commands))
    theirs = enterprises.in_use(session, None if who.operator else who.enterprise_ids)
    needed = command.needs_enterprise(message, who)
    return Granted(command, _enterprise(session, message, who, theirs) if needed else None, len(theirs) > 1)


def _unknown(word: str, commands: tuple[Command, ...]) -> str:
    if any(command.name == word for command in COMMANDS):
        return replies.for_operators(word)
    return replies.unknown(word, nearest(word, [command.name for command in commands]))


def _enterprise(session: Session, message: Message, who: Requester, theirs: list[Enterprise]) -> Enterprise:
    """The one that a command of theirs speaks for: the space's, else their choice, else their only one."""
    space = None if message.direct else spaces.find(session, message.room_id)
    if space is not None and space.linked:
        linked = next((one for one in theirs if one.id == space.enterprise_id), None)
        if linked is None:
            raise Denial(replies.not_here())
        return linked
    if len(theirs) == 1:
        return theirs[0]
    chosen = chosen_enterprises.chosen(session, message.person_id)
    found = next((one for one in theirs if one.id == chosen), None)
    if found is not None:
        return found
    raise Refusal(replies.which([one.key for one in theirs]) if theirs else replies.no_enterprise(), personal=True)
