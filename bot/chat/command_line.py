"""Typed text as a command word and what follows it."""

import re
import unicodedata
from dataclasses import dataclass

_UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_IN_BACKTICKS = re.compile(r"\s*`+([^`]*)`+\s*")
_ODD_SPACES = re.compile(r"[^\S\n]")
_PUNCTUATION = "?!.,:;…"


@dataclass(frozen=True, slots=True)
class Typed:
    """The command word in lower case, and the rest as it was typed, with plain spaces."""

    word: str
    rest: str


def typed(text: str) -> Typed:
    """What somebody typed, taken apart: `/Status?` is the word `status`; nothing is the empty word."""
    text = plain_spaces(text)
    held = _IN_BACKTICKS.fullmatch(text)
    text = held[1] if held else text
    word, _, rest = re.sub(r"\s", "\n", text.lstrip("/ \n"), count=1).partition("\n")
    word = "".join(unicodedata.normalize("NFKC", word).casefold().split())
    rest = rest.strip()
    return Typed(word.rstrip(_PUNCTUATION) or word, rest if rest.strip(_PUNCTUATION) else "")


def plain_spaces(text: str) -> str:
    """The text with each odd space as a plain one, line breaks as newlines, and without what takes no room."""
    lines = "\n".join(_UNSEEN.sub("", text).splitlines())
    return _ODD_SPACES.sub(" ", lines)
