"""Keeps a message within the size that Webex accepts."""

from collections.abc import Sequence
from itertools import accumulate

MAX_MESSAGE_BYTES = 7439
"""Bytes of UTF-8 in a message's text or markdown. Source: Webex's messages API."""

MAX_COPIED_COMMAND = 320
"""Characters of a command with an e-mail address that a person can copy from a reply: the address has at most 254."""

MAX_LINES_MADE = 1000
"""Lines that are made for a list before it is cut: a message has room for fewer."""


def size(text: str) -> int:
    """Return the bytes of UTF-8; half of a surrogate pair counts three."""
    return len(text.encode("utf-8", "surrogatepass"))


def fits(markdown: str, limit: int = MAX_MESSAGE_BYTES) -> bool:
    """Return whether Webex accepts this as one message."""
    return size(markdown) <= limit


def cut(lines: Sequence[str], limit: int = MAX_MESSAGE_BYTES, more: str = "and {n} more", *, unlisted: int = 0) -> str:
    """Return as many lines as fit, joined; if some are left out, a last line says how many.

    `unlisted` are lines that are left out already, so that nobody makes a hundred thousand of them to show ten. Raise
    ValueError if not even the last line fits.
    """
    whole = "\n".join(lines)
    if not unlisted and fits(whole, limit):
        return whole
    sizes = accumulate(size(line) + 1 for line in lines)
    fitting = sum(used <= limit for used in sizes)
    for kept in range(fitting, -1, -1):
        shortened = "\n".join([*lines[:kept], more.format(n=f"{len(lines) - kept + unlisted:,}")])
        if fits(shortened, limit):
            return shortened
    raise ValueError(f"{limit} bytes are too few for a list")
