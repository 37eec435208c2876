"""`unlink`: ends the link of a group space to an enterprise."""

from sqlalchemy.orm import Session

from bot.chat.command import Command, NeedsEnterprise, Request, Role
from bot.chat.message import Refusal, Reply
from bot.replies import spaces as replies
from bot.replies.help import no_arguments
from storage import enterprises, spaces


def run(session: Session, request: Request) -> Reply:
    """End the space's link, its notices of syncs and the trust in it."""
    if request.message.direct:
        raise Refusal(replies.in_groups_alone("unlink"))
    if request.arguments:
        raise Refusal(no_arguments("unlink"))
    space = spaces.find(session, request.message.room_id)
    if space is None or not spaces.forget(session, space.room_id):
        raise Refusal(replies.NOT_LINKED)
    enterprise = enterprises.get(session, space.enterprise_id)
    return Reply(replies.unlinked(enterprise), audit_detail=enterprise.key, audit_enterprise_id=enterprise.id)


COMMAND = Command(
    usage="unlink",
    summary="unlink a group space from its enterprise",
    details="Type this in the group space. The space then gets no messages about syncs and is no longer trusted.",
    run=run,
    role=Role.OPERATOR,
    reads_only=False,
    needs_enterprise=NeedsEnterprise.NEVER,
    takes_words=False,
)
