"""Keeping a message within what Webex takes."""

from collections.abc import Sequence

LONGEST = 7439
"""Bytes of UTF-8 in a message's text or markdown. Source: Webex's messages API."""


def size(text: str) -> int:
    """Bytes of UTF-8, halves of surrogate pairs counted as they would be escaped."""
    return len(text.encode("utf-8", "surrogatepass"))


def fits(markdown: str, limit: int = LONGEST) -> bool:
    """Does Webex take this as one message?"""
    return size(markdown) <= limit


def cut(lines: Sequence[str], limit: int = LONGEST, more: str = "and {n} more") -> str:
    """As many of the lines as fit, joined; the last then says how many were left out.

    Raises ValueError where not even that would fit.
    """
    whole = "\n".join(lines)
    if fits(whole, limit):
        return whole
    for kept in range(_most(lines, limit), -1, -1):
        shortened = "\n".join([*lines[:kept], more.format(n=f"{len(lines) - kept:,}")])
        if fits(shortened, limit):
            return shortened
    raise ValueError(f"{limit} bytes are too few for a list")


def _most(lines: Sequence[str], limit: int) -> int:
    used = 0
    for index, line in enumerate(lines):
        used += size(line) + 1
        if used > limit:
            return index
    return len(lines)
