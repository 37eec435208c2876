"""`link`: ties a group space to an enterprise."""

from sqlalchemy.orm import Session

from bot.chat.command import Command, Request, Who, never
from bot.chat.message import Refusal, Reply
from bot.replies import spaces as replies
from bot.replies import use as key_replies
from bot.services.enterprises import lock
from storage import enterprises, spaces


def run(session: Session, request: Request) -> Reply:
    """Have what is typed in this space be for the enterprise."""
    if request.message.direct:
        raise Refusal(replies.in_groups_alone("link"))
    known = enterprises.in_use(session)
    if not request.arguments:
        raise Refusal(key_replies.which_key("link KEY", [one.key for one in known]), personal=True)
    found = lock(session, request.arguments)
    before = spaces.find(session, request.message.room_id)
    other = None
    if before is not None and before.enterprise_id != found.id:
        other = enterprises.get(session, before.enterprise_id)
    changed = spaces.link(session, request.message.room_id, found.id, request.now)
    return Reply(replies.linked(found, other, changed=changed), noted=found.key, about=found.id)


COMMAND = Command(
    name="link",
    usage="link KEY",
    summary="ties a group space to an enterprise",
    details=(
        "Typed in a group space: whatever is typed there from then on is for that enterprise, whoever types it. Its "
        "admins and operators are heard there, nobody else. The space told of another enterprise's syncs, or trusted "
        "with its data, is so no more."
    ),
    run=run,
    who=Who.OPERATOR,
    reads_only=False,
    needs_enterprise=never,
)
