"""Reads from the HTML of a message where people are mentioned.

Webex writes a mention as `<spark-mention data-object-type="person" data-object-id="…">Bot</spark-mention>`. The HTML is
read by patterns, in linear time: html.parser needs minutes for some broken HTML of 100 kB.
"""

import re
from dataclasses import dataclass
from html import unescape

from bot.webex.letters import letters

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_IN_TAG = r"""(?:=\s*"[^"<]*"|=\s*'[^'<]*'|[^<>])*+"""
"""What a tag holds: a quoted value may hold `>`. It is possessive, because backtracking would not be linear."""
_TAG = re.compile(f"<{_IN_TAG}>")
_QUOTE = re.compile(rf"<(/?)blockquote\b{_IN_TAG}>", re.IGNORECASE)
_MENTION_START = re.compile(rf"<spark-mention\b({_IN_TAG})>", re.IGNORECASE)
_MENTION_END = re.compile(r"</spark-mention\s*>", re.IGNORECASE)
_QUOTE_START = re.compile(r"<(?:blockquote|pre|code)\b", re.IGNORECASE)
_QUOTE_END = re.compile(r"</(?:blockquote|pre|code)\b", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"&#\d{8,};?")
"""A letter by a number that no letter has. Python refuses to read a number of more than 4,300 digits."""
_ATTRIBUTE = re.compile(r"""\s([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']\S*))""")


@dataclass(frozen=True, slots=True)
class Mention:
    """A mention in a message's HTML.

    `before` are the letters that the HTML shows between the mention before and this one, `name` are those of the
    mention. `person_id` is as the client wrote it; None if not a person is mentioned. `is_quoted`: it stands in a quote
    or in code.
    """

    before: str
    name: str
    person_id: str | None
    is_quoted: bool


@dataclass(frozen=True, slots=True)
class Mentions:
    """The mentions in a message's HTML, in order, and the letters after the last one."""

    all: tuple[Mention, ...]
    rest: str


def read(html: str | None) -> Mentions:
    """Return the mentions in a message's HTML; those without a letter are left out."""
    start, *rest = _MENTION_START.split(_COMMENT.sub(" ", html or ""))
    mentions, before, depth = [], shown_letters(start), _quotes_left_open(start)
    for attributes, content in zip(rest[::2], rest[1::2], strict=True):
        name, *after = _MENTION_END.split(content, maxsplit=1)
        if shown := shown_letters(name):
            mentions.append(Mention(before, shown, _person_id(attributes), depth > 0))
            before = ""
        before += shown_letters("".join(after))
        depth = max(depth + _quotes_left_open(content), 0)
    return Mentions(tuple(mentions), before)


def split_quotes(html: str) -> list[str]:
    """Return the HTML in parts that are alternately outside and inside of a quote, without the quotes' own tags."""
    html = _COMMENT.sub(" ", html)
    parts, depth, end = [], 0, 0
    for tag in _QUOTE.finditer(html):
        before, depth = depth, max(depth + (-1 if tag[1] else 1), 0)
        if 0 in (before, depth) and before != depth:
            parts.append(html[end : tag.start()])
            end = tag.end()
    return [*parts, html[end:]]


def shown_letters(html: str) -> str:
    return letters(_unescaped(_TAG.sub(" ", html)))


def _unescaped(html: str) -> str:
    return unescape(_LONG_NUMBER.sub("\ufffd", html))


def _person_id(attributes: str) -> str | None:
    # The first of two attributes with one name counts, as in a browser.
    values = {name.lower(): _unescaped("".join(value)) for name, *value in reversed(_ATTRIBUTE.findall(attributes))}
    is_person = values.get("data-object-type", "person").strip().lower() == "person"
    return values.get("data-object-id", "").strip() or None if is_person else None


def _quotes_left_open(html: str) -> int:
    return len(_QUOTE_START.findall(html)) - len(_QUOTE_END.findall(html))
