"""`help`: what the requester may do."""

from sqlalchemy.orm import Session

from bot.chat import command_line
from bot.chat.command import Command, NeedsEnterprise, Request
from bot.chat.did_you_mean import nearest
from bot.chat.message import Refusal, Reply
from bot.replies import help as replies


def run(_session: Session, request: Request) -> Reply:
    """List the commands, or explain one."""
    name = command_line.parse(request.arguments).word
    if not name:
        return Reply(replies.overview(request.commands))
    command = next((command for command in request.commands if command.name == name), None)
    if command is None:
        raise Refusal(replies.unknown(name, nearest(name, [command.name for command in request.commands])))
    return Reply(replies.explanation(command))


COMMAND = Command(
    usage="help [command]",
    summary="what I can do, or how to use one command",
    details="`help` lists what you may type. `help licenses` explains one command.",
    run=run,
    needs_enterprise=NeedsEnterprise.NEVER,
)
