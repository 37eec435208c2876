"""What `link`, `unlink`, `trust` and `spaces` say."""

import re
from collections.abc import Iterator, Mapping, Sequence

from bot.formatting.escape import code, plain
from bot.formatting.limits import MAX_MESSAGE_BYTES, cut, size
from storage.values.messages import Space
from storage.values.records import Enterprise
from storage.values.webex_ids import bare

_NUMBER = re.compile(r"[0-9a-f-]{36}")

NOT_LINKED = "This space is not linked to an enterprise. `link KEY` links it to one."
TRUST_WANTS_LINK = "This space is not linked to an enterprise yet. First type `link KEY`, then `trust on`."


def in_groups_alone(command: str) -> str:
    """Refuse in 1:1 a command that is about a group space."""
    return f"{code(command)} is for group spaces. Add me to the group space, mention me there and type it there."


def linked(enterprise: Enterprise, before: tuple[Space, Enterprise] | None, *, changed: bool) -> str:
    """Say to which enterprise a space is linked now; `before` is how it was, and the enterprise that it leaves."""
    ended = ""
    if before:
        space, previous = before
        names = " and ".join(name for name, was_on in (("notices", space.notify), ("trust", space.trusted)) if was_on)
        ended = f" Before, this space belonged to {plain(previous.name)}."
        ended += f" Linking ended the space's {names} for that enterprise." if names else ""
    already = "" if changed else " already"
    return (
        f"This space is{already} linked to {plain(enterprise.name)} ({code(enterprise.key)}). Everything that its "
        "admins type here is for that enterprise. `notify on` sends messages about its syncs here. `unlink` ends all "
        f"this.{ended}"
    )


def unlinked(enterprise: Enterprise) -> str:
    """Say that a space is no longer linked."""
    return f"This space is no longer linked to {plain(enterprise.name)} and gets no messages about its syncs."


def trusted(enterprise: Enterprise, *, on: bool, changed: bool) -> str:
    """Say who can read personal data in a space now."""
    already = "" if changed else " already"
    name = plain(enterprise.name)
    if on:
        return (
            f"I{already} show the personal data of {name} here: license holders, locations, admins, histories and "
            "the audit. **Everybody who is or will be in this space can read it.** People who join later can also read "
            "what already stands here. `trust off` ends this for what I show from then on, and deletes nothing."
        )
    return f"I{already} show the personal data of {name} here only while every member may read it."


def on_or_off(typed: str) -> str:
    """Say what can follow the word `trust`."""
    meant = f"I do not know {code(f'trust {typed}', 46)}. " if typed else ""
    return f"{meant}Type `trust on` or `trust off` in the space that you mean."


def listed(spaces: Sequence[Space], enterprises: Mapping[int, Enterprise]) -> str:
    """List the group spaces that are linked to an enterprise, get its messages or are trusted with its data."""
    if not spaces:
        return "No group space is linked to an enterprise yet. To link one, type `link KEY` there."
    title = f"**Group spaces**: {len(spaces):,}\n\n"
    lines = [_line(space, enterprises[space.enterprise_id]) for space in spaces]
    return title + cut(lines, MAX_MESSAGE_BYTES - size(title), "- and {n} more, all in the CSV")


def _line(space: Space, enterprise: Enterprise) -> str:
    uses = (("linked", space.linked), ("gets messages about syncs", space.notify), ("trusted", space.trusted))
    what = ", ".join(name for name, is_so in uses if is_so)
    number = bare(space.room_id)
    way = f" – [open it](webexteams://im?space={number})" if _NUMBER.fullmatch(number) else ""
    return f"- {code(enterprise.key)}: {what}{way}"


CSV_HEADER = ("Enterprise", "Name", "Space ID", "Linked", "Told of Syncs", "Trusted")


def csv_rows(spaces: Sequence[Space], enterprises: Mapping[int, Enterprise]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each space that belongs to an enterprise."""
    for space in spaces:
        enterprise = enterprises[space.enterprise_id]
        marks = ("yes" if is_so else "no" for is_so in (space.linked, space.notify, space.trusted))
        yield (enterprise.key, enterprise.name, space.room_id, *marks)
