"""Text made comparable: what is equal, contained or sorted alike whatever its case, accents and spaces."""

import re
import unicodedata

_QUOTES = {"'": "‘’‚‛′ʼʹˈ`´", '"': "“”„‟«»″"}
_DASHES = "‐‑‒–—―−"

# Letters whose stroke or ligature Unicode does not take apart, with what people type for them.
_LETTERS = {
    "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "đ": "d", "ɖ": "d", "ɗ": "d", "ħ": "h", "ı": "i", "ɨ": "i",
    "ȷ": "j", "ɉ": "j", "ĸ": "k", "ƙ": "k", "ł": "l", "ƚ": "l", "ⱡ": "l", "ɫ": "l", "ŋ": "n", "ɲ": "n",
    "ø": "o", "ɵ": "o", "ɔ": "o", "ɍ": "r", "ŧ": "t", "ⱦ": "t", "ƭ": "t", "ʈ": "t", "ʉ": "u", "ƀ": "b",
    "ɓ": "b", "ƈ": "c", "ȼ": "c", "ɇ": "e", "ə": "e", "ǝ": "e", "ɛ": "e", "ƒ": "f", "ǥ": "g", "ɠ": "g",
    "ƥ": "p", "ᵽ": "p", "ⱥ": "a", "ʋ": "v", "ƴ": "y", "ɏ": "y", "ƶ": "z", "ȥ": "z", "ʒ": "z",
}  # fmt: skip

_PLAIN = str.maketrans(
    _LETTERS
    | {variant: plain for plain, variants in _QUOTES.items() for variant in variants}
    | dict.fromkeys(_DASHES, "-")
)
_UNSEEN = {"Cc", "Cf", "Cs"}
_SELECTORS = {
    "\u034f",
    "\u180b",
    "\u180c",
    "\u180d",
    *map(chr, range(0xFE00, 0xFE10)),
    *map(chr, range(0xE0100, 0xE01F0)),
}
_SPACES = re.compile(r"\s+")
_DIGITS = re.compile("[0-9]+")


def fold(text: str) -> str:
    """The comparable form of a cell: no case, accents, controls or odd spaces; folding twice is folding once."""
    return " ".join(_folded(text).split())


def fold_pattern(pieces: tuple[str, ...]) -> tuple[str, ...]:
    """The comparable form of a pattern: spaces next to a wildcard stay, those at the cell's edges go."""
    folded = [_SPACES.sub(" ", _folded(piece)) for piece in pieces]
    folded[0] = folded[0].lstrip()
    folded[-1] = folded[-1].rstrip()
    return tuple(folded)


def address_key(email: str) -> str:
    """An e-mail address made comparable: by case alone, since an accent makes it somebody else's address."""
    return email.strip().lower()


def sort_key(text: str) -> str:
    """Folded text that plain codepoint comparison orders, runs of digits by their number; empty comes first.

    A number is written as the length of its length, its length, and itself without leading zeros: 007 and 7
    are equal.
    """
    return _DIGITS.sub(_number, fold(text))


def _number(run: re.Match[str]) -> str:
    digits = run[0].lstrip("0") or "0"
    length = str(len(digits))
    return f"{len(length)}{length}{digits}"


def _folded(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text.casefold().replace("`", "'")
    # Quotes go before NFKD, which would take an acute accent for a space; marks go before casefolding, which
    # would turn one of them, the iota subscript, into a letter.
    folded = _without_marks(text.translate(_PLAIN)).casefold().translate(_PLAIN)
    return _without_marks(folded).translate(_PLAIN)


def _without_marks(text: str) -> str:
    return "".join(filter(_stays, unicodedata.normalize("NFKD", text)))


def _stays(letter: str) -> bool:
    """Vowel signs that are letters of their own script stay; accents, controls and what nobody sees go."""
    if letter.isspace():
        return True
    return not (unicodedata.combining(letter) or letter in _SELECTORS or unicodedata.category(letter) in _UNSEEN)
