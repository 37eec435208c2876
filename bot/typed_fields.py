"""What follows a command as words and fields: `add acme name="Acme, Inc." cluster=east`."""

import re
from dataclasses import dataclass

from bot.tokens import plain_line

_PART = re.compile(r'(?:([A-Za-z][A-Za-z_-]*)\s*=\s*)?(?:"([^"]*)"|(\S+))')


@dataclass(frozen=True, slots=True)
class Fields:
    """The words that stand alone, and each field with what was given for it, in order."""

    words: tuple[str, ...]
    given: tuple[tuple[str, str], ...]


def fields(text: str) -> Fields:
    """Take apart what was typed; quotes keep words together, names of fields are lower case with hyphens."""
    words, given = [], []
    for found in _PART.finditer(plain_line(text)):
        name, quoted, bare = found.groups()
        value = bare if quoted is None else quoted
        if name is None:
            words.append(value)
        else:
            given.append((name.lower().replace("_", "-"), value))
    return Fields(tuple(words), tuple(given))
