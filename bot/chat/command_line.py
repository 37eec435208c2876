"""Typed text as a command word and its arguments, with plain spaces and signs."""

import re
import unicodedata
from dataclasses import dataclass

_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_IN_BACKTICKS = re.compile(r"\s*`+([^`]*)`+\s*")
_ODD_SPACES = re.compile(r"[^\S\n]")
_PUNCTUATION = "?!.,:;…"
_PLAIN_SIGNS = str.maketrans(
    dict.fromkeys("“”„‟«»＂", '"')
    | dict.fromkeys("‘’‚‛‹›＇", "'")
    | {"＝": "=", "：": ":", "，": ",", "＊": "*", "！": "!", "≠": "!="}
)


@dataclass(frozen=True, slots=True)
class CommandLine:
    """The command word in lower case, and its arguments as they were typed, with plain spaces."""

    word: str
    arguments: str


def parse(text: str) -> CommandLine:
    """Split typed text into its command word, which may be empty, and arguments. `/Status?` is the word `status`."""
    text = _without_backticks(_with_plain_spaces(text))
    word, _, rest = re.sub(r"\s", "\n", text.lstrip("/ \n"), count=1).partition("\n")
    word = "".join(unicodedata.normalize("NFKC", word).casefold().split())
    rest = rest.strip()
    return CommandLine(word.rstrip(_PUNCTUATION) or word, rest if rest.strip(_PUNCTUATION) else "")


def plain_line(text: str) -> str:
    """Return one line with plain quotes, operators and spaces, without the backticks of a copied example."""
    return _without_backticks("".join(map(_plain_letter, text.translate(_PLAIN_SIGNS)))).strip()


def _without_backticks(text: str) -> str:
    quoted = _IN_BACKTICKS.fullmatch(text)
    return quoted[1] if quoted else text


def _with_plain_spaces(text: str) -> str:
    """Return the text with plain spaces, newlines as the only line breaks, and no invisible letters."""
    lines = "\n".join(_INVISIBLE.sub("", text).splitlines())
    return _ODD_SPACES.sub(" ", lines)


def _plain_letter(letter: str) -> str:
    if letter.isspace():
        return " "
    return "" if unicodedata.category(letter) in ("Cc", "Cf", "Cs") else letter
