"""Who may run which command, and for which enterprise: decided here alone. What is not allowed is refused."""

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from bot.chat.command import Command, Requester, Role
from bot.chat.did_you_mean import nearest
from bot.chat.message import Denial, Message, Refusal
from bot.commands import COMMANDS
from bot.dispatch.pending_request import PendingRequest
from bot.replies import access as replies
from bot.replies.help import unknown
from storage import admins, chosen_enterprises, enterprises, rights, spaces
from storage.rights import Rights
from storage.values.records import Enterprise

_OF_OPERATOR = Rights(operator=True)
"""The rights of a requester whose origin proves that they are an operator."""


@dataclass(frozen=True, slots=True)
class Permission:
    """The command that may run, its enterprise if it needs one, and whether the requester has others, too."""

    command: Command
    enterprise: Enterprise | None
    is_ambiguous: bool


@dataclass(frozen=True, slots=True)
class Access:
    """Who asks, their rights, and what they are permitted, or why it is refused."""

    requester: Requester
    rights: Rights
    verdict: Permission | Refusal

    @property
    def permission(self) -> Permission | None:
        """What is permitted; None if it is refused."""
        return self.verdict if isinstance(self.verdict, Permission) else None


def decide_access(session: Session, request: PendingRequest) -> Access:
    """Find out who asks, which command it is, whether they may run it, and for which enterprise."""
    sender = request.message.sender
    known = _OF_OPERATOR if request.origin.is_operator else rights.find(session, sender)
    requester = Requester(sender.person_id, sender.email, known.operator, known.enterprise_ids)
    try:
        return Access(requester, known, _permission(session, request, requester, known))
    except Refusal as refusal:
        return Access(requester, known, refusal)


def decide_again(session: Session, request: PendingRequest, access: Access) -> Access:
    """Decide access in the transaction that writes, to the enterprise of the first decision alone, which it locks."""
    if access.permission is not None and access.permission.enterprise is not None:
        enterprise = enterprises.lock(session, access.permission.enterprise.id)
        request = replace(request, enterprise_id=enterprise.id)
    return decide_access(session, request)


def commands_for(requester: Requester) -> tuple[Command, ...]:
    """Return the commands that the requester may run."""
    return tuple(command for command in COMMANDS if may_run(requester, command))


def may_run(requester: Requester, command: Command) -> bool:
    """Return whether the requester may run a command at all. A person who is no admin and no operator may run none."""
    if requester.is_operator:
        return True
    return command.role is Role.ADMIN and bool(requester.enterprise_ids)


def command_named(word: str) -> Command | None:
    """Return the command with this name."""
    return next((command for command in COMMANDS if command.name == word), None)


def _permission(session: Session, request: PendingRequest, requester: Requester, known: Rights) -> Permission:
    """Return what the requester may have run; raise Denial or Refusal if it is nothing."""
    message, word = request.message, request.line.word
    commands = commands_for(requester)
    if not commands:
        operators = _operators(session)
        raise Denial(replies.you_are_kept_out(operators) if known.kept_out_ids else replies.stranger(operators))
    command = command_named(word)
    if command is None or not may_run(requester, command):
        raise Refusal(_unknown(session, word, commands))
    own = enterprises.in_use(session, None if requester.is_operator else requester.enterprise_ids)
    enterprise = None
    if command.speaks_for_enterprise(message, requester):
        enterprise = _enterprise(session, message, own)
    if request.enterprise_id is not None and (enterprise is None or enterprise.id != request.enterprise_id):
        raise Refusal(replies.CHANGED_MEANWHILE)
    return Permission(command, enterprise, len(own) > 1)


def _operators(session: Session) -> list[str]:
    return [operator.email for operator in admins.operators(session)]


def _unknown(session: Session, word: str, commands: tuple[Command, ...]) -> str:
    if command_named(word) is not None:
        return replies.for_operators(word, _operators(session))
    return unknown(word, nearest(word, [command.name for command in commands]))


def _enterprise(session: Session, message: Message, own: list[Enterprise]) -> Enterprise:
    """Return the enterprise to speak for, of the requester's own: the space's, else their choice, else their only one.

    Raise Denial if the space is for another enterprise, Refusal if they have not chosen.
    """
    by_id = {enterprise.id: enterprise for enterprise in own}
    space = None if message.direct else spaces.find(session, message.room_id)
    if space is not None and space.linked:
        if space.enterprise_id not in by_id:
            raise Denial(replies.NOT_HERE)
        return by_id[space.enterprise_id]
    if len(own) == 1:
        return own[0]
    chosen_id = chosen_enterprises.chosen(session, message.sender.person_id)
    if chosen_id in by_id:
        return by_id[chosen_id]
    raise Refusal(replies.which(own) if own else replies.NO_ENTERPRISE, personal=True)
