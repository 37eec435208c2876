"""Finds the people mentioned in a message, and removes the bot's mention from its text.

Webex writes a mention into a message's HTML, as `<spark-mention data-object-type="person" data-object-id="…">Bot
</spark-mention>`. It is read by patterns, in linear time: html.parser needs minutes for some broken HTML of 100 kB.
"""

import re
from collections.abc import Iterator
from html import unescape

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_IN_TAG = r"""(?:=\s*"[^"<]*"|=\s*'[^'<]*'|[^<>])*+"""
"""What a tag holds: a quoted value may hold `>`. It is possessive, because backtracking would not be linear."""
_TAG = re.compile(f"<{_IN_TAG}>")
_MENTION_START = re.compile(rf"<spark-mention\b({_IN_TAG})>", re.IGNORECASE)
_MENTION_END = re.compile(r"</spark-mention\s*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\s([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']\S*))""")
_SPACES = re.compile(r"[^\S\n]*")
_SPACES_AND_COMMA = re.compile(r"[^\S\n]*[,:;]?[^\S\n]*")
_NO_SPACE_BEFORE = ("", "\n", ",", ".", ";", ":", "?", "!", ")")


def strip_mention(text: str, html: str | None, bot_id: str) -> str:
    """Return a message's text without the bot's mentions."""
    places = [place for place, character in enumerate(text) if not character.isspace()]
    letters = "".join(text[place] for place in places)
    cuts, end, before = [], 0, ""
    for letters_before, name, person_id in _mentions(html):
        before += letters_before
        if person_id != bot_id:
            before += name
            continue
        start = _find_mention(letters, end, before, name)
        if start < 0:
            continue
        end, before = start + len(name), ""
        cuts.append((places[start], places[end - 1] + 1))
    for first, after in reversed(cuts):
        text = _join(text[:first], text[after:])
    return text.strip()


def is_mentioned(html: str | None, bot_id: str) -> bool:
    """Return whether a message's HTML mentions the bot."""
    return any(person_id == bot_id for _, _, person_id in _mentions(html))


def others_mentioned(html: str | None, bot_id: str) -> tuple[str, ...]:
    """Return the ids of the people mentioned in a message's HTML besides the bot, each once, in order."""
    people = dict.fromkeys(person_id for _, _, person_id in _mentions(html) if person_id)
    return tuple(person_id for person_id in people if person_id != bot_id)


def _mentions(html: str | None) -> Iterator[tuple[str, str, str | None]]:
    """Yield each mention: the letters since the last one, its own letters, and the person's id (None for a group)."""
    start, *rest = _MENTION_START.split(_COMMENT.sub(" ", html or ""))
    before = _letters(start)
    for attributes, content in zip(rest[::2], rest[1::2], strict=True):
        name, *after = _MENTION_END.split(content, maxsplit=1)
        values = _attributes(attributes)
        if letters := _letters(name):
            is_person = values.get("data-object-type") == "person"
            yield before, letters, values.get("data-object-id") if is_person else None
            before = ""
        before += _letters("".join(after))


def _attributes(text: str) -> dict[str, str]:
    """Return the values of a tag's attributes; the first of two with one name counts, as in a browser."""
    return {name.lower(): unescape("".join(value)) for name, *value in reversed(_ATTRIBUTE.findall(text))}


def _letters(html: str) -> str:
    """Return what is shown of HTML, without spaces and line breaks."""
    return "".join(unescape(_TAG.sub(" ", html)).split())


def _find_mention(letters: str, start: int, before: str, name: str) -> int:
    """Return where a mention stands in the text's letters, at or after `start`; -1 if nowhere.

    A text marks no mentions, and its spaces and line breaks differ from those of the HTML. So only letters are
    compared: `before` are those that the HTML shows between the last mention and this one, `name` are those of the
    mention. It stands right after the same letters:

    >>> _find_mention("askBotorBot?", 0, before="askBotor", name="Bot")
    8

    If the text has other letters there (here the number of a list item, and a link's address that the HTML does not
    show), the names are counted: `before` has one "Bot", so the mention is the second "Bot".

    >>> _find_mention("1.askBothttps://acme.exampleorBot?", 0, before="askBotor", name="Bot")
    30

    If the text has fewer of them, the last one is the mention:

    >>> _find_mention("1.sync,Bot", 0, before="Bot:sync,", name="Bot")
    7
    """
    if letters.startswith(before + name, start):
        return start + len(before)
    found = letters.find(name, start)
    for _ in range(before.count(name)):
        later = letters.find(name, found + len(name))
        if later < 0:
            break
        found = later
    return found


def _join(left: str, right: str) -> str:
    """Return the text around a mention as one text, with a space where the mention was if it needs one."""
    left = left.removesuffix("@")
    if not left or left.isspace():
        return _SPACES_AND_COMMA.sub("", right, count=1)
    if left.endswith("\n"):
        return left + right.lstrip()
    left = left.rstrip()
    right = _SPACES.sub("", right, count=1)
    return left + right if right[:1] in _NO_SPACE_BEFORE else f"{left} {right}"
