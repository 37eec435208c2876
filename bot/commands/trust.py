"""`trust`: whether a group space may show personal data of its enterprise to every member."""

from sqlalchemy.orm import Session

from bot.chat.command import Command, NeedsEnterprise, Request, Role
from bot.chat.message import Refusal, Reply
from bot.replies import spaces as replies
from storage import enterprises, spaces


def run(session: Session, request: Request) -> Reply:
    """Trust this space, or stop trusting it."""
    if request.message.direct:
        raise Refusal(replies.in_groups_alone("trust on"))
    on_or_off = request.arguments.casefold()
    if on_or_off not in ("on", "off"):
        raise Refusal(replies.on_or_off(request.arguments))
    space = spaces.find(session, request.message.room_id)
    enterprise = None if space is None else enterprises.lock(session, space.enterprise_id)
    space = spaces.find(session, request.message.room_id)  # again under the lock: the enterprise may be removed by now
    if space is None or enterprise is None or not space.linked or space.enterprise_id != enterprise.id:
        raise Refusal(replies.TRUST_WANTS_LINK)
    changed = spaces.trust(session, space.room_id, on=on_or_off == "on")
    said = replies.trusted(enterprise, on=on_or_off == "on", changed=changed)
    return Reply(said, audit_detail=f"{on_or_off} for {enterprise.key}", audit_enterprise_id=enterprise.id)


COMMAND = Command(
    usage="trust on|off",
    summary="whether I show personal data in a group space, even if others can read it",
    details=(
        "I show license holders, locations, admins, histories and the audit in a group space only while every other "
        "member is an admin of its enterprise or an operator. Type `trust on` in a linked group space, and I show "
        "them there to everybody who is or will be in it. People who join later can also read what already stands "
        "there. `trust off` ends this for what I show from then on. It also ends if the space is linked to another "
        "enterprise, or if I am removed and added again."
    ),
    run=run,
    role=Role.OPERATOR,
    reads_only=False,
    needs_enterprise=NeedsEnterprise.NEVER,
)
