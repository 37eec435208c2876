"""Prints the conversation of the demo."""

import sys
from datetime import datetime

from sandbox.webex.records import Message
from sandbox.world import World

_WIDTH = 78


def print_conversation(world: World) -> None:
    """Print every message from now on: its space, its author, its text and the names of its files."""

    def print_message(kind: str, message: Message) -> None:
        sys.stdout.write(_entry(world, kind, message))
        sys.stdout.flush()

    world.add_message_listener(print_message)


def _entry(world: World, kind: str, message: Message) -> str:
    change = "" if kind == "created" else f" ({kind})"
    head = f"── {datetime.now():%H:%M:%S} {message.person_email}{_recipient(world, message)}{change} "
    lines = [head.ljust(_WIDTH, "─")]
    if kind != "deleted":
        lines += [message.markdown or message.text or ""]
        lines += [f"📎 {file.name}" for file in message.files]
    return "\n".join([*lines, "", ""])


def _recipient(world: World, message: Message) -> str:
    room = world.rooms.get(message.room_id)
    if room.type == "group":
        return f" in “{room.title}”"
    people = [member.person for member in world.rooms.members(room.id)]
    return "".join(f" → {person.email}" for person in people if person.id != message.person_id)
