"""What `use` says."""

from collections.abc import Sequence

from bot.formatting.escape import code, plain
from bot.formatting.limits import cut
from storage.values.records import Enterprise

_MAX_KEYS_BYTES = 4000

LINKED_ELSEWHERE = (
    "This space is linked to an enterprise, and everybody here speaks for that one. Type `use` to me in 1:1."
)


def chosen(enterprise: Enterprise) -> str:
    """Say which enterprise the admin has chosen."""
    return (
        f"You now speak for {plain(enterprise.name)} ({code(enterprise.key)}), except in spaces that are linked to "
        "another enterprise. `use KEY` changes this."
    )


def choices(keys: Sequence[str], current: str | None) -> str:
    """List the enterprises from which the admin can choose."""
    if not keys:
        return "No enterprise is set up yet."
    lines = [f"- {code(key)}{' (your choice)' if key == current else ''}" for key in keys]
    said = "" if current else "You have not chosen one yet. "
    return (
        f"**Your enterprises**\n\n{cut(lines, _MAX_KEYS_BYTES, '- and {n} more')}\n\n{said}Choose one with `use KEY`."
    )
