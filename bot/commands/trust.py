"""`trust`: marks a group space as fit for what is personal to its enterprise."""

from sqlalchemy.orm import Session

from bot.chat.command import Command, Request, Who, never
from bot.chat.message import Refusal, Reply
from bot.replies import spaces as replies
from storage import enterprises, spaces


def run(session: Session, request: Request) -> Reply:
    """Trust this space, or not any more."""
    if request.message.direct:
        raise Refusal(replies.in_groups_alone("trust on"))
    wanted = request.arguments.casefold()
    if wanted not in ("on", "off"):
        raise Refusal(replies.on_or_off(request.arguments))
    space = spaces.find(session, request.message.room_id)
    found = None if space is None else enterprises.lock(session, space.enterprise_id)
    space = spaces.find(session, request.message.room_id)  # again, as its enterprise may have been removed meanwhile
    if space is None or found is None or not space.linked or space.enterprise_id != found.id:
        raise Refusal(replies.trust_wants_link())
    changed = spaces.trust(session, space.room_id, on=wanted == "on")
    said = replies.trusted(found, on=wanted == "on", changed=changed)
    return Reply(said, noted=f"{wanted} for {found.key}", about=found.id)


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
    who=Who.OPERATOR,
    reads_only=False,
    needs_enterprise=never,
)
