"""How many columns text takes where every letter is as wide as the next, or twice that."""

import unicodedata

from bot.formatting.escape import visible

_MAX_MARKS = 3
_LEFT_TO_RIGHT = "\u200e"


def width(text: str) -> int:
    """Columns of a fixed-width font: East Asian wide letters take two, marks above others and controls none."""
    return sum(map(_letter_width, text))


def cell_text(cell: str) -> str:
    """A cell as a fixed-width table can show it: one line, unable to end the fence or to reorder its row."""
    shown = _few_marks(visible(cell).replace("`", "'"))
    if any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in shown):
        return shown + _LEFT_TO_RIGHT
    return shown


def shortened(text: str, columns: int) -> str:
    """The text in at most that many columns, ending in "…" where something was left out."""
    if width(text) <= columns:
        return text
    if columns < 1:
        return ""
    kept, used = "", 0
    for letter in text:
        used += _letter_width(letter)
        if used > columns - 1:
            break
        kept += letter
    return kept.rstrip() + "…" + (_LEFT_TO_RIGHT if text.endswith(_LEFT_TO_RIGHT) else "")


def padded(text: str, columns: int) -> str:
    """The text shortened or filled up to exactly that many columns."""
    text = shortened(text, columns)
    return text + " " * (columns - width(text))


def _letter_width(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf", "Cc"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1


def _few_marks(text: str) -> str:
    """Without the marks past the third on one letter: a tower of them would cover the rows above."""
    kept, marks = "", 0
    for letter in unicodedata.normalize("NFC", text):
        marks = marks + 1 if unicodedata.category(letter) in ("Mn", "Me") else 0
        if marks <= _MAX_MARKS:
            kept += letter
    return kept
