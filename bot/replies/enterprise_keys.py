"""What the bot says if the key of an enterprise is missing or unknown."""

from collections.abc import Sequence

from bot.formatting.escape import code
from bot.formatting.limits import cut

_MAX_KEYS_BYTES = 4000


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


def _listed(keys: Sequence[str]) -> str:
    return cut([f"- {code(key)}" for key in keys], _MAX_KEYS_BYTES, "- and {n} more")
