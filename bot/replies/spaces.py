"""What is said of spaces and the enterprises they are for."""

import re
from collections.abc import Iterator, Mapping, Sequence

from bot.formatting.escape import code, plain
from bot.formatting.limits import MAX_MESSAGE_BYTES, cut, size
from storage.values.messages import Space
from storage.values.records import Enterprise
from storage.values.webex_ids import bare

_NUMBER = re.compile(r"[0-9a-f-]{36}")


def in_groups_alone(command: str) -> str:
    """To a command about a space, in 1:1."""
    return f"{code(command)} is about a group space: add me there, mention me and type it there."


def linked(enterprise: Enterprise, before: Enterprise | None, *, changed: bool) -> str:
    """After `link`, from another enterprise perhaps."""
    ended = f" It hears nothing of {plain(before.name)} any more, and is not trusted with its data." if before else ""
    already = "" if changed else " already"
    return (
        f"This space is{already} for {plain(enterprise.name)} ({code(enterprise.key)}): whatever its admins type here "
        f"is for that one. `notify on` has me tell of its syncs here, `unlink` ends all that.{ended}"
    )


def unlinked(enterprise: Enterprise) -> str:
    """After `unlink`."""
    return f"This space is not for {plain(enterprise.name)} any more, and hears nothing of it."


def not_linked() -> str:
    """Where there is nothing to unlink."""
    return "This space is not for any enterprise. `link` and the key of one makes it so."


def trust_wants_link() -> str:
    """Where there is no enterprise whose data might be shown."""
    return "This space is not for any enterprise yet: `link` it to one first, then `trust on`."


def trusted(enterprise: Enterprise, *, on: bool, changed: bool) -> str:
    """After `trust`."""
    already = "" if changed else " already"
    name = plain(enterprise.name)
    if on:
        return (
            f"What is personal to {name} may{already} be shown here, license holders, admins, histories and the audit, "
            "**to everybody who is or will be in this space**. `trust off` ends that."
        )
    return f"What is personal to {name} is{already} shown here only while every member may read it."


def on_or_off(typed: str) -> str:
    """When it is neither."""
    meant = f"I do not know `trust` {code(typed[:40])}. " if typed else ""
    return f"{meant}Write `trust on` or `trust off`, in the space that is meant."


def listed(spaces: Sequence[Space], enterprises: Mapping[int, Enterprise]) -> str:
    """The group spaces that are for enterprises, and what they are for."""
    if not spaces:
        return "No group space is for an enterprise yet. `link` and a key, typed in one, makes it so."
    title = f"**Group spaces**: {len(spaces):,}\n\n"
    lines = [_line(space, enterprises[space.enterprise_id]) for space in spaces]
    return title + cut(lines, MAX_MESSAGE_BYTES - size(title), "- and {n} more, all in the CSV")


def _line(space: Space, enterprise: Enterprise) -> str:
    marks = [
        name
        for name, is_so in (("linked", space.linked), ("told of syncs", space.notify), ("trusted", space.trusted))
        if is_so
    ]
    what = ", ".join(marks) or "nothing any more"
    number = bare(space.room_id)
    way = f" – [open it](webexteams://im?space={number})" if _NUMBER.fullmatch(number) else ""
    return f"- {code(enterprise.key)}: {what}{way}"


CSV_HEADER = ("Enterprise", "Name", "Space ID", "Linked", "Told of Syncs", "Trusted")


def csv_rows(spaces: Sequence[Space], enterprises: Mapping[int, Enterprise]) -> Iterator[tuple[str, ...]]:
    """One row per space that is for an enterprise."""
    for space in spaces:
        enterprise = enterprises[space.enterprise_id]
        marks = ("yes" if is_so else "no" for is_so in (space.linked, space.notify, space.trusted))
        yield (enterprise.key, enterprise.name, space.room_id, *marks)
