"""What `use` says."""

from collections.abc import Sequence

from bot.formatting.escape import code, plain
from bot.formatting.limits import cut
from storage.values.records import Enterprise

_MAX_KEYS_BYTES = 4000

LINKED_ELSEWHERE = (
    "This space is linked to an enterprise, and all commands here are for that one. Type `use` to me in 1:1."
)


def chosen(enterprise: Enterprise) -> str:
    """Say which enterprise the admin has chosen."""
    return (
        f"Your commands are now for {plain(enterprise.name)} ({code(enterprise.key)}), except in spaces that are "
        "linked to another enterprise. `use KEY` changes this."
    )


def choices(enterprises: Sequence[Enterprise], choice: Enterprise | None) -> str:
    """List the enterprises from which the admin can choose, and say what they have chosen."""
    if not enterprises:
        return "No enterprise is set up yet."
    if len(enterprises) == 1:
        only = enterprises[0]
        return f"Your commands are for {plain(only.name)} ({code(only.key)}). It is your only enterprise."
    lines = [
        f"- {code(each.key)} – {plain(each.name, 60)}{' (your choice)' if each == choice else ''}"
        for each in enterprises
    ]
    said = "" if choice else "You have not chosen one yet. "
    return (
        f"**Your enterprises**\n\n{cut(lines, _MAX_KEYS_BYTES, '- and {n} more')}\n\n{said}Choose one with `use KEY`."
    )
