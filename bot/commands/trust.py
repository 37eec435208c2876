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
        raise Refusal(replies.trust_wants_link())
    changed = spaces.trust(session, space.room_id, on=on_or_off == "on")
    said = replies.trusted(enterprise, on=on_or_off == "on", changed=changed)
    return Reply(said, audit_detail=f"{on_or_off} for {enterprise.key}", audit_enterprise_id=enterprise.id)


COMMAND = Command(
    name="trust",
    usage="trust on|off",
    summary="whether what is personal may be shown in a group space whoever is in it",
    details=(
        "License holders, admins, histories and the audit are shown in a group only while every other member is an "
        "admin of its enterprise or an operator. `trust on`, typed in a linked group, has them shown there all the "
        "same, to whoever is or will be in it; `trust off` ends that, and so does linking it to another enterprise, or "
        "bringing the bot there anew."
    ),
    run=run,
    role=Role.OPERATOR,
    reads_only=False,
    needs_enterprise=NeedsEnterprise.NEVER,
)
