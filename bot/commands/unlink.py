"""`unlink`: ends the tie of a group space to an enterprise."""

from sqlalchemy.orm import Session

from bot.chat.command import Command, Request, Who, never
from bot.chat.message import Refusal, Reply
from bot.replies import spaces as replies
from bot.replies.sync import no_arguments
from storage import enterprises, spaces


def run(session: Session, request: Request) -> Reply:
    """Have this space be for no enterprise, hear of no syncs and be trusted with nothing."""
    if request.message.direct:
        raise Refusal(replies.in_groups_alone("unlink"))
    if request.arguments:
        raise Refusal(no_arguments(request.arguments, "unlink"))
    space = spaces.find(session, request.message.room_id)
    if space is None or not spaces.forget(session, space.room_id):
        raise Refusal(replies.not_linked())
    found = enterprises.get(session, space.enterprise_id)
    return Reply(replies.unlinked(found), noted=found.key, about=found.id)


COMMAND = Command(
    name="unlink",
    usage="unlink",
    summary="ends the tie of a group space to an enterprise",
    details="Typed in the group space. It hears of no syncs then either, and is trusted with nothing.",
    run=run,
    who=Who.OPERATOR,
    reads_only=False,
    needs_enterprise=never,
)
