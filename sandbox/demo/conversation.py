"""A conversation on the terminal, as it happens."""

import sys
from datetime import datetime

from sandbox.webex.records import Message
from sandbox.world import World

_WIDTH = 78


def print_conversation(world: World) -> None:
    """Print every message of the world from now on: where, who, what, and which file came along."""

    def show(kind: str, message: Message) -> None:
        sys.stdout.write(_entry(world, kind, message))
        sys.stdout.flush()

    world.subscribe(show)


def _entry(world: World, kind: str, message: Message) -> str:
    change = "" if kind == "created" else f" ({kind})"
    head = f"── {datetime.now():%H:%M:%S} {message.person_email}{_where(world, message)}{change} "
    lines = [head.ljust(_WIDTH, "─")]
    if kind != "deleted":
        lines += [message.markdown or message.text or ""]
        lines += [f"📎 {file.name}" for file in message.files]
    return "\n".join([*lines, "", ""])


def _where(world: World, message: Message) -> str:
    room = world.rooms.get(message.room_id)
    if room.type == "group":
        return f" in “{room.title}”"
    everybody = [one.person for one in world.rooms.members(room.id)]
    return "".join(f" → {person.email}" for person in everybody if person.id != message.person_id)
