"""Make text comparable, whatever its case, accents and spaces are."""

import re
import unicodedata

_QUOTES = {"'": "‘’‚‛′ʼʹˈ`´", '"': "“”„‟«»″"}
_DASHES = "‐‑‒–—―−"

# Letters that Unicode does not decompose (strokes, ligatures), and what people type for them.
_LETTERS = {
    "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "đ": "d", "ɖ": "d", "ɗ": "d", "ħ": "h", "ı": "i", "ɨ": "i",
    "ȷ": "j", "ɉ": "j", "ĸ": "k", "ƙ": "k", "ł": "l", "ƚ": "l", "ⱡ": "l", "ɫ": "l", "ŋ": "n", "ɲ": "n",
    "ø": "o", "ɵ": "o", "ɔ": "o", "ɍ": "r", "ŧ": "t", "ⱦ": "t", "ƭ": "t", "ʈ": "t", "ʉ": "u", "ƀ": "b",
    "ɓ": "b", "ƈ": "c", "ȼ": "c", "ɇ": "e", "ə": "e", "ǝ": "e", "ɛ": "e", "ƒ": "f", "ǥ": "g", "ɠ": "g",
    "ƥ": "p", "ᵽ": "p", "ⱥ": "a", "ʋ": "v", "ƴ": "y", "ɏ": "y", "ƶ": "z", "ȥ": "z", "ʒ": "z",
}  # fmt: skip

_REPLACEMENTS = str.maketrans(
    _LETTERS
    | {variant: plain for plain, variants in _QUOTES.items() for variant in variants}
    | dict.fromkeys(_DASHES, "-")
)
_INVISIBLE = {"Cc", "Cf", "Cs"}
_SELECTORS = {"\u034f", *map(chr, (*range(0x180B, 0x180E), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))}
_SPACES = re.compile(r"\s+")
_DIGITS = re.compile("[0-9]+")


def fold(text: str) -> str:
    """Return the comparable form of a cell, without case, accents, control characters and extra spaces.

    Folding a folded text changes nothing.
    """
    return " ".join(_folded(text).split())


def fold_pattern(pieces: tuple[str, ...]) -> tuple[str, ...]:
    """Return the comparable form of a pattern. Spaces next to a wildcard stay, spaces at the ends go."""
    folded = [_SPACES.sub(" ", _folded(piece)) for piece in pieces]
    folded[0] = folded[0].lstrip()
    folded[-1] = folded[-1].rstrip()
    return tuple(folded)


def address_key(email: str) -> str:
    """Return the comparable form of an e-mail address: lower case, but with accents, which make it another address."""
    return email.strip().lower()


def sort_key(text: str) -> str:
    """Return folded text that sorts by code point, with numbers in numeric order (2 before 10) and empty text first.

    A number is written as the length of its length, its length, and its digits without leading zeros: 7 and 007 are
    both "117".
    """
    return sort_key_of_folded(fold(text))


def sort_key_of_folded(folded: str) -> str:
    """Return the same for text that is folded already: folding takes much longer than the rest."""
    return _DIGITS.sub(_number, folded)


def _number(run: re.Match[str]) -> str:
    digits = run[0].lstrip("0") or "0"
    length = str(len(digits))
    return f"{len(length)}{length}{digits}"


def _folded(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text.casefold().replace("`", "'")
    # Quotes are replaced before NFKD, which turns an acute accent into a space. Marks are removed before casefold(),
    # which turns one of them, the iota subscript, into a letter.
    once = _without_marks(text.translate(_REPLACEMENTS))
    folded = once.casefold().translate(_REPLACEMENTS)
    return folded if folded == once else _without_marks(folded).translate(_REPLACEMENTS)


def _without_marks(text: str) -> str:
    # Marks go before NFKD, too: it sorts them, in a time that grows with the square of their number.
    return unicodedata.normalize("NFKD", text.translate(_KEPT)).translate(_KEPT)


class _Kept(dict[int, int | None]):
    """Which letters stay, by their code: a table for `translate`, filled with the letters that texts have."""

    def __missing__(self, code: int) -> int | None:
        kept = code if _is_kept(chr(code)) else None
        if len(self) < _MAX_REMEMBERED:
            self[code] = kept
        return kept


_KEPT = _Kept()
_MAX_REMEMBERED = 10_000
"""Letters that `_KEPT` remembers: all that a few languages have. A text of all letters must not fill the memory."""


def _is_kept(letter: str) -> bool:
    """Return False for accents, control characters and invisible ones. Vowel signs that are letters stay."""
    if letter.isspace():
        return True
    return not (unicodedata.combining(letter) or letter in _SELECTORS or unicodedata.category(letter) in _INVISIBLE)
