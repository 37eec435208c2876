"""`notify`: turn notices of syncs on or off: typed in 1:1 for the requester, typed in a group for that space."""

from sqlalchemy.orm import Session

from bot.chat.command import Command, NeedsEnterprise, Request
from bot.chat.message import Refusal, Reply
from bot.replies import notify as replies
from storage import enterprises, spaces


def run(session: Session, request: Request) -> Reply:
    """Turn notices on or off."""
    on_or_off = request.arguments.casefold()
    if on_or_off not in ("on", "off"):
        raise Refusal(replies.on_or_off(request.arguments))
    on = on_or_off == "on"
    if request.message.direct:
        person = request.requester.person_id
        if not request.requester.enterprise_ids:
            raise Refusal(replies.NOT_AN_ADMIN)
        changed = spaces.unmute(session, person) if on else spaces.mute(session, person, request.now)
        return Reply(replies.oneself(on=on, changed=changed), audit_detail=on_or_off)
    enterprise = enterprises.lock(session, request.enterprise.id)
    room = request.message.room_id
    space = spaces.find(session, room)
    taken = space is not None and space.notify and space.enterprise_id != enterprise.id
    if on and taken and not request.requester.is_operator:
        raise Refusal(replies.TAKEN)
    changed = (
        spaces.notify(session, room, enterprise.id, request.now)
        if on
        else spaces.unnotify(session, room, enterprise.id)
    )
    return Reply(replies.space(enterprise, on=on, changed=changed), audit_detail=on_or_off)


COMMAND = Command(
    usage="notify on|off",
    summary="whether you, or a group space, get a message about every sync",
    details=(
        "Every admin gets a message when a sync has ended. In 1:1, `notify off` stops these messages for you, and "
        "`notify on` starts them again. If you ask for a sync, I still report it where you asked.\n\n"
        "In a group space, `notify on` sends these messages to that space. Admins who are members of it then get no "
        "message in 1:1. `notify off` stops this."
    ),
    run=run,
    reads_only=False,
    needs_enterprise=NeedsEnterprise.IN_GROUPS,
)
