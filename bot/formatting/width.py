"""Text in a fixed-width font: how many columns it takes, and how to fit it into a number of them.

wcwidth knows the letters: East Asian ones take two columns, accents take none. It also reads the codes that move a
terminal's cursor, so only text without control characters (see `visible`) is measured right.
"""

import unicodedata

from wcwidth import clip, ljust, width

from bot.formatting.escape import inert, visible

__all__ = ["cell_text", "padded", "shortened", "width"]

_MAX_CELL_LENGTH = 240
"""Characters measured of a cell: wcwidth needs seconds for 50,000 letters of flags, and a text of Webex has no maximum.

A table has at most 60 columns, and each may take a letter with its accents.
"""

_MAX_MARKS = 3
"""Accents kept on one letter. Living languages need no more, and a tall stack of them covers the rows above."""

_LEFT_TO_RIGHT = "\u200e"
"""Ends text that is written from right to left, so that the next column stays to its right.

It also ends text whose last letter would join the space after it, which then would take no column: Myanmar has such.
"""


def cell_text(cell: str) -> str:
    """Return a cell as a fixed-width table can show it.

    It is one line that cannot end the fence, reorder its row, or be a mention, a tag or a link.
    """
    shown = inert(_few_marks(visible(cell)).replace("`", "'"))[:_MAX_CELL_LENGTH]
    is_right_to_left = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in shown)
    if is_right_to_left or width(shown + " ") == width(shown):
        return shown + _LEFT_TO_RIGHT
    return shown


def shortened(text: str, columns: int) -> str:
    """Return the text in at most that many columns, ending in "…" if something was left out."""
    if width(text) <= columns:
        return text
    if columns < 1:
        return ""
    end = "…" + _LEFT_TO_RIGHT if text.endswith(_LEFT_TO_RIGHT) else "…"
    kept = clip(text, 0, columns - 1).rstrip()
    while width(kept + end) > columns:  # clip and width disagree about some letters, Myanmar ones for example
        kept = kept[:-1]
    return kept + end


def padded(text: str, columns: int) -> str:
    """Return the text shortened or filled up to exactly that many columns."""
    return ljust(shortened(text, columns), columns)


def _few_marks(text: str) -> str:
    """Drop the marks above the limit, and those without a letter to stand on, which would join the cell before."""
    kept, marks = "", 0
    for letter in unicodedata.normalize("NFC", text):
        category = unicodedata.category(letter)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        # The width tells the newest marks, which Python's table does not have yet.
        if marks <= _MAX_MARKS and (kept or (category[0] != "M" and width(letter))):
            kept += letter
    return kept
