"""What is said of enterprises by their keys."""

from collections.abc import Sequence

from bot.formatting.escape import code, plain
from bot.formatting.limits import cut
from storage.values.records import Enterprise

_ROOM = 4000


def no_such(typed: str, meant: str | None, keys: Sequence[str]) -> str:
    """To a key that is none of theirs."""
    if not keys:
        return f"There is no enterprise {code(typed, 40)}: there is none yet."
    guess = f" Did you mean {code(meant)}?" if meant else ""
    return f"You have no enterprise {code(typed, 40)}.{guess} Yours:\n\n{_listed(keys)}"


def which_key(usage: str, keys: Sequence[str]) -> str:
    """Where a key is missing."""
    return f"Say for which enterprise: {code(usage)}. Yours:\n\n{_listed(keys)}" if keys else "There is none yet."


def chosen(enterprise: Enterprise) -> str:
    """After `use`."""
    return (
        f"You speak for {_named(enterprise)} now, wherever no space is linked to another one. `use` and another key "
        "changes that."
    )


def choices(keys: Sequence[str], current: str | None) -> str:
    """`use` alone."""
    if not keys:
        return "There is no enterprise yet."
    lines = [f"- {code(key)}{', for which you speak' if key == current else ''}" for key in keys]
    said = "" if current else "You have chosen none yet.\n\n"
    return f"**Your enterprises**\n\n{cut(lines, _ROOM, '- and {n} more')}\n\n{said}`use` and a key chooses one."


def linked_elsewhere() -> str:
    """To `use` in a group that is linked."""
    return "This space is linked to an enterprise, for which everybody speaks here. Write `use` to me in 1:1."


def _listed(keys: Sequence[str]) -> str:
    return cut([f"- {code(key)}" for key in keys], _ROOM, "- and {n} more")


def _named(enterprise: Enterprise) -> str:
    return f"{plain(enterprise.name)} ({code(enterprise.key)})"
