"""`link`: ties a group space to an enterprise."""

from sqlalchemy.orm import Session

from bot.chat.command import Command, NeedsEnterprise, Request, Role
from bot.chat.message import Refusal, Reply
from bot.replies import enterprise_keys
from bot.replies import spaces as replies
from bot.services.enterprises import lock
from storage import enterprises, spaces


def run(session: Session, request: Request) -> Reply:
    """Link this space to the enterprise: commands typed here speak for it."""
    if request.message.direct:
        raise Refusal(replies.in_groups_alone("link"))
    if not request.arguments:
        keys = [enterprise.key for enterprise in enterprises.in_use(session)]
        raise Refusal(enterprise_keys.which_key("link KEY", keys), personal=True)
    enterprise = lock(session, request.arguments)
    space = spaces.find(session, request.message.room_id)
    before = None
    if space is not None and space.enterprise_id != enterprise.id:
        before = space, enterprises.get(session, space.enterprise_id)
    changed = spaces.link(session, request.message.room_id, enterprise.id, request.now)
    said = replies.linked(enterprise, before, changed=changed)
    return Reply(said, audit_detail=enterprise.key, audit_enterprise_id=enterprise.id)


COMMAND = Command(
    usage="link KEY",
    summary="link a group space to an enterprise",
    details=(
        "Type this in a group space. From then on, every command typed there is for that enterprise. I answer only the "
        "enterprise's admins and operators there. Linking ends the space's notices and trust for the previous "
        "enterprise."
    ),
    run=run,
    role=Role.OPERATOR,
    reads_only=False,
    needs_enterprise=NeedsEnterprise.NEVER,
)
