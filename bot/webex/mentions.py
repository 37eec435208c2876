"""Finds out who is mentioned in a message, and removes the bot's mention from its text.

Who is mentioned is in the message's `mentionedPeople`, which Webex documents. Its HTML differs from client to client:
the ids in it have several forms, and one emulator of Webex marks no mentions in it. So the HTML only helps to find the
mention in the text.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.webex import mention_html
from bot.webex.mention_html import Mentions, letter, letters
from storage.values.folding import fold
from storage.values.webex_ids import bare, same

Span = tuple[int, int]

_MARKDOWN = re.compile(r"<@(?:personId|personEmail):([^<>|\n]*)(?:\|[^<>\n]*)?>", re.IGNORECASE)
"""A mention as it is typed for the API. Webex removes it from the text, an emulator may leave it there."""
_SPACES = re.compile(r"[^\S\n]*")
_SPACES_AND_COMMA = re.compile(r"[^\S\n]*[,:;]?[^\S\n]*")
_NO_SPACE_BEFORE = ("", "\n", ",", ".", ";", ":", "?", "!", ")")
_ENDS_IN_WORD = re.compile(r"[\w.-]@\Z|\w[-.'’]?\Z")
_IN_WORD = re.compile(r"[-.'’@]?\w")
"""Letters around a name with which it is a part of a longer word, or of an e-mail address."""


def is_mentioned(people: Sequence[str], html: str | None, bot_id: str) -> bool:
    """Return whether a message mentions the bot: by `mentionedPeople`, or if that is missing, by the HTML."""
    return any(same(person_id, bot_id) for person_id in people or _people_in(html))


def others_mentioned(people: Sequence[str], html: str | None, bot_id: str) -> tuple[str, ...]:
    """Return the ids of the people that a message mentions besides the bot, each once, in the order of the HTML."""
    shown = _people_in(html)
    unique: dict[str, str] = {}
    for person_id in people or shown:
        unique.setdefault(bare(person_id), person_id)
    unique.pop(bare(bot_id), None)
    order = {number: place for place, number in enumerate(dict.fromkeys(map(bare, shown)))}
    return tuple(unique[number] for number in sorted(unique, key=lambda number: order.get(number, len(order))))


def strip_mention(text: str, html: str | None, bot_id: str, names: Sequence[str] = ()) -> str:
    """Return a message's text without the bot's mentions.

    `names` are the names under which Webex shows the bot, the display name first. They help where the text shows
    another name than the HTML. They also help where the HTML has no mention of the bot; pass none if the message does
    not mention it.
    """
    found = mention_html.read(html)
    is_bot = [mention.person_id is not None and same(mention.person_id, bot_id) for mention in found.all]
    spans: list[Span] = []
    if any(is_bot):
        spans = _spans_by_html(text, found, is_bot, names)
    if not spans and names:
        spans = _spans_in_markdown(text, bot_id) or _span_of_name(text, names)
    for start, end in reversed(spans):
        text = _join(text[:start], text[end:])
    return text.strip()


def _people_in(html: str | None) -> list[str]:
    """Return the ids of the people mentioned in the HTML outside of quotes."""
    mentions = mention_html.read(html).all
    return [mention.person_id for mention in mentions if mention.person_id is not None and not mention.is_quoted]


class _Letters:
    """The letters of a text, and where each stands in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        pairs = [(shown, place) for place, character in enumerate(text) for shown in letter(character)]
        self.all = "".join(shown for shown, _ in pairs)
        self.places = [place for _, place in pairs]

    def span(self, start: int, end: int) -> Span:
        """Return where the letters from `start` to `end` stand in the text, with the accents after the last one."""
        last = self.places[end - 1] + 1
        while last < len(self.text) and not self.text[last].isspace() and not fold(self.text[last]):
            last += 1
        return self.places[start], last


def _spans_by_html(text: str, found: Mentions, is_bot: list[bool], names: Sequence[str]) -> list[Span]:
    """Return where the bot's mentions stand in the text, as far as they are found."""
    shown = _Letters(text)
    known = sorted({letters(name) for name in names} - {""}, key=len, reverse=True)
    spans = _spans_by_name(shown.all, found, is_bot, known)
    if spans is None:
        spans = _spans_between(shown.all, found, is_bot, known)
    if spans is None:
        spans = _spans_by_counting(shown.all, found, is_bot, known)
    return [shown.span(start, end) for start, end in spans]


def _spans_by_name(shown: str, found: Mentions, is_bot: list[bool], known: list[str]) -> list[Span] | None:
    """Return where the bot's mentions stand if the text shows what the HTML shows, but perhaps another of its names.

    Return None if the text shows something else.
    """
    for other_name in ("", *known):
        parts: list[str] = []
        spans: list[Span] = []
        end = 0
        for mention, is_own in zip(found.all, is_bot, strict=True):
            name = other_name or mention.name if is_own else mention.name
            parts += mention.before, name
            start = end + len(mention.before)
            end = start + len(name)
            if is_own:
                spans.append((start, end))
        if "".join(parts) + found.rest == shown:
            return spans
    return None


def _spans_between(shown: str, found: Mentions, is_bot: list[bool], known: list[str]) -> list[Span] | None:
    """Return where the bot's mentions stand if the text shows what the HTML shows around all mentions, but other names.

    Return None if the text shows something else.
    """
    spans, end = [], 0
    for place, mention in enumerate(found.all):
        if not shown.startswith(mention.before, end):
            return None
        start = end + len(mention.before)
        is_last = place == len(found.all) - 1
        after = found.rest if is_last else found.all[place + 1].before
        names = [*known, mention.name] if is_bot[place] else [mention.name]
        if is_last:
            end = len(shown) - len(after) if shown.endswith(after) else -1
        elif (length := _length_of_name(shown, start, names, after)) > 0:
            end = start + length
        else:
            end = shown.find(after, start + 1)
        if end <= start or not (shown[start].isalpha() or shown[start:end] in names):
            return None
        if is_bot[place]:
            spans.append((start, end))
    return spans


def _length_of_name(shown: str, start: int, names: Sequence[str], after: str) -> int:
    """Return the length of the longest name that stands there in front of these letters; 0 if there is none."""
    return max((len(name) for name in names if shown.startswith(name + after, start)), default=0)


def _spans_by_counting(shown: str, found: Mentions, is_bot: list[bool], known: list[str]) -> list[Span]:
    """Return where the bot's mentions stand in a text that shows more or less than the HTML."""
    spans, end, before = [], 0, ""
    afters = [*(later.before for _, later in pairwise(found.all)), found.rest]
    for mention, is_own, after in zip(found.all, is_bot, afters, strict=True):
        before += mention.before
        if not is_own:
            before += mention.name
            continue
        start = _find_mention(shown, end, before, mention.name)
        if start < 0:
            continue
        end = start + max(len(mention.name), _length_of_name(shown, start, known, after[:_ENOUGH_LETTERS]))
        before = ""
        spans.append((start, end))
    return spans


_ENOUGH_LETTERS = 10
"""How many letters after a name tell that it ends there."""


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


def _spans_in_markdown(text: str, bot_id: str) -> list[Span]:
    """Return where the bot is mentioned in markdown that was left in the text."""
    return [found.span() for found in _MARKDOWN.finditer(text) if same(found[1].strip(), bot_id)]


def _span_of_name(text: str, names: Sequence[str]) -> list[Span]:
    """Return where the bot's name stands in a text that nothing but the name tells it from; empty if nowhere.

    A name with `@` is taken first, then one at the start, then one at the end. The display name may stand anywhere.
    """
    shown = _Letters(text)
    for place, name in enumerate(dict.fromkeys(names)):
        spans = list(_words(shown, name))
        at_sign = [span for span in spans if text[: span[0]].endswith("@")]
        at_start = [span for span in spans if not letters(text[: span[0]])][:1]
        at_end = [span for span in spans[-1:] if not letters(text[span[1] :])]
        anywhere = spans[:1] if place == 0 else []
        if found := at_sign or at_start or at_end or anywhere:
            return found
    return []


def _words(shown: _Letters, name: str) -> Iterator[Span]:
    """Yield where a name stands in the text as whole words."""
    wanted, text = letters(name), shown.text
    start = shown.all.find(wanted) if wanted else -1
    while start >= 0:
        first, last = shown.span(start, start + len(wanted))
        is_whole = not _ENDS_IN_WORD.search(text[max(first - 2, 0) : first]) and not _IN_WORD.match(text, last)
        if is_whole and fold(text[first:last]) == fold(name):
            yield first, last
        start = shown.all.find(wanted, start + len(wanted))


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
