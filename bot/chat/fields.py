"""Arguments of a command as words and fields: `add acme name="Acme, Inc." cluster=east`."""

import re
from dataclasses import dataclass

from bot.chat.command_line import plain_line

_BARE_WORD = re.compile(r"[\w.-]+")
_PART = re.compile(r'(?:([A-Za-z][A-Za-z_-]*)\s*=\s*)?(?:"([^"]*)"|(\S+))')


@dataclass(frozen=True, slots=True)
class Fields:
    """The words that stand alone, and the fields with their values, in order."""

    words: tuple[str, ...]
    values: tuple[tuple[str, str], ...]
    has_open_quote: bool = False


def parse_fields(text: str) -> Fields:
    """Take arguments apart. Quotes keep words together; names of fields become lower case with hyphens."""
    words, values = [], []
    has_open_quote = False
    for part in _PART.finditer(plain_line(text)):
        name, quoted, bare = part.groups()
        value = bare if quoted is None else quoted
        has_open_quote = has_open_quote or (quoted is None and bare.startswith('"'))
        if name is None:
            words.append(value)
        else:
            values.append((name.lower().replace("_", "-"), value))
    return Fields(tuple(words), tuple(values), has_open_quote)


def line_of(fields: Fields) -> str:
    """Return the line that `parse_fields` takes apart into these fields. In it, a double quote is an apostrophe."""
    words = (word if _BARE_WORD.fullmatch(word) else _quoted(word) for word in fields.words)
    return " ".join((*words, *(f"{name}={_quoted(value)}" for name, value in fields.values)))


def _quoted(value: str) -> str:
    return '"' + plain_line(value).replace('"', "'") + '"'
