"""What `use` says, and what is said of the keys of enterprises."""

from collections.abc import Sequence

from bot.formatting.escape import code, plain
from bot.formatting.limits import cut
from storage.values.records import Enterprise

_ROOM = 4000


def no_such(typed: str, meant: str | None, keys: Sequence[str]) -> str:
    """Say that the requester has no enterprise with this key."""
    if not keys:
        return f"There is no enterprise {code(typed, 40)}. No enterprise is set up yet."
    guess = f" Did you mean {code(meant)}?" if meant else ""
    return f"You have no enterprise {code(typed, 40)}.{guess} Your enterprises:\n\n{_listed(keys)}"


def which_key(usage: str, keys: Sequence[str]) -> str:
    """Ask for the key of an enterprise."""
    if not keys:
        return "No enterprise is set up yet."
    return f"Type the key of the enterprise, too: {code(usage)}. Your enterprises:\n\n{_listed(keys)}"


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
    return f"**Your enterprises**\n\n{cut(lines, _ROOM, '- and {n} more')}\n\n{said}Choose one with `use KEY`."


def linked_elsewhere() -> str:
    """Refuse `use` in a group space that is linked."""
    return "This space is linked to an enterprise, and everybody here speaks for that one. Type `use` to me in 1:1."


def _listed(keys: Sequence[str]) -> str:
    return cut([f"- {code(key)}" for key in keys], _ROOM, "- and {n} more")
