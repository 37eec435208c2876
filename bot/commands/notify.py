"""`notify`: whether notices of syncs come to oneself, typed in 1:1, or to a group, typed there."""

from sqlalchemy.orm import Session

from bot.chat.command import Command, in_groups
from bot.chat.message import Asked, Refusal, Reply
from bot.replies import notify as replies
from storage import enterprises, spaces


def run(session: Session, asked: Asked) -> Reply:
    """Turn notices on or off."""
    wanted = asked.arguments.casefold()
    if wanted not in ("on", "off"):
        raise Refusal(replies.on_or_off(asked.arguments))
    on = wanted == "on"
    if asked.message.direct:
        person = asked.asker.person_id
        if not asked.asker.enterprise_ids:
            raise Refusal(replies.not_an_admin())
        changed = spaces.unmute(session, person) if on else spaces.mute(session, person, asked.now)
        return Reply(replies.oneself(on=on, changed=changed), noted=wanted)
    enterprise = enterprises.lock(session, asked.enterprise.id)
    room = asked.message.room_id
    space = spaces.of(session, room)
    taken = space is not None and space.notify and space.enterprise_id != enterprise.id
    if on and taken and not asked.asker.operator:
        raise Refusal(replies.taken())
    changed = (
        spaces.notify(session, room, enterprise.id, asked.now) if on else spaces.unnotify(session, room, enterprise.id)
    )
    return Reply(replies.space(enterprise, on=on, changed=changed), noted=wanted)


COMMAND = Command(
    name="notify",
    usage="notify on|off",
    summary="whether you, or a group space, are told of every sync",
    details=(
        "Every admin is told when a sync has ended. Typed to me in 1:1, `notify off` stops that for you, and "
        "`notify on` starts it again; what you ask for yourself is still reported where you asked.\n\n"
        "Typed in a group space, `notify on` has me tell that space; its members who are admins are then not told "
        "in 1:1 too. `notify off` stops it."
    ),
    run=run,
    reads_only=False,
    needs_enterprise=in_groups,
)
