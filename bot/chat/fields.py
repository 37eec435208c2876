"""What follows a command as words and fields: `add acme name="Acme, Inc." cluster=east`."""

import re
from dataclasses import dataclass

from bot.chat.command_line import plain_line

_PART = re.compile(r'(?:([A-Za-z][A-Za-z_-]*)\s*=\s*)?(?:"([^"]*)"|(\S+))')


@dataclass(frozen=True, slots=True)
class Fields:
    """The words that stand alone, and each field with what was given for it, in order."""

    words: tuple[str, ...]
    given: tuple[tuple[str, str], ...]
    open_quote: bool = False


def fields(text: str) -> Fields:
    """Take apart what was typed; quotes keep words together, names of fields are lower case with hyphens."""
    words, given = [], []
    open_quote = False
    for found in _PART.finditer(plain_line(text)):
        name, quoted, bare = found.groups()
        value = bare if quoted is None else quoted
        open_quote = open_quote or (quoted is None and bare.startswith('"'))
        if name is None:
            words.append(value)
        else:
            given.append((name.lower().replace("_", "-"), value))
    return Fields(tuple(words), tuple(given), open_quote)
