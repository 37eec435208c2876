"""Finds where a text shows the bot's mention, with the help of the HTML, or else by the bot's name.

A text marks no mentions. Its spaces and line breaks differ from those of the HTML, and it can show another of the bot's
names. So the letters of both are compared.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.webex.letters import Letters, Span, has_letters, letters
from bot.webex.mention_html import Mentions, shown_letters
from storage.values.folding import fold

_ENOUGH_AFTER_NAME = 3
"""How many letters after a name tell that it ends there: later ones can differ, because the text shows links."""

_ENOUGH_OF_QUOTE = 10
"""How many letters a quote needs to be known by them alone: a shorter one can be a part of the command."""

_ENDS_IN_WORD = re.compile(r"[\w.-]@\Z|\w[-.'’]?\Z")
_IN_WORD = re.compile(r"[-.'’@]?\w")
"""Letters around a name with which it is a part of a longer word, or of an e-mail address."""


def spans_by_html(text: str, found: Mentions, is_bot: list[bool], names: Sequence[str]) -> list[Span] | None:
    """Return where the bot's mentions stand in the text, as far as they are found; None if none is found.

    The list is empty if the text shows all of the HTML but the mentions of the bot.
    """
    shown = Letters(text)
    known = sorted({letters(name) for name in names} - {""}, key=len, reverse=True)
    spans = _spans_by_name(shown.all, found, is_bot, known)
    if spans is None:
        spans = _spans_between(shown.all, found, is_bot, known)
    if spans is None:
        spans = _spans_by_counting(shown.all, found, is_bot, known)
        if not spans:
            return None
    return [shown.span(start, end) for start, end in spans]


def _spans_by_name(shown: str, found: Mentions, is_bot: list[bool], known: list[str]) -> list[Span] | None:
    """Return where the bot's mentions stand if the text shows what the HTML shows, but perhaps another of its names.

    The list is empty if the text shows no name of the bot. Return None if it shows something else.
    """
    for other_name in (None, *known, ""):
        parts: list[str] = []
        spans: list[Span] = []
        end = 0
        for mention, is_own in zip(found.all, is_bot, strict=True):
            name = other_name if is_own and other_name is not None else mention.name
            parts += mention.before, name
            start = end + len(mention.before)
            end = start + len(name)
            if is_own and name:
                spans.append((start, end))
        if "".join(parts) + found.rest == shown:
            return spans
    return None


def _spans_between(shown: str, found: Mentions, is_bot: list[bool], known: list[str]) -> list[Span] | None:
    """Return where the bot's mentions stand if the text shows what the HTML shows around all mentions, but other names.

    Return None if the text shows something else.
    """
    names = [
        [*known, mention.name] if is_own else [mention.name] for mention, is_own in zip(found.all, is_bot, strict=True)
    ]
    spans, end = [], 0
    for place, mention in enumerate(found.all):
        if not shown.startswith(mention.before, end):
            return None
        start = end + len(mention.before)
        if place == len(found.all) - 1:
            end = len(shown) - len(found.rest) if shown.endswith(found.rest) else -1
        else:
            after = found.all[place + 1].before
            end = _end_of_name(shown, start, names[place], [after] if after else names[place + 1])
        if end <= start or not (shown[start].isalpha() or shown[start:end] in names[place]):
            return None
        if is_bot[place]:
            spans.append((start, end))
    return spans


def _end_of_name(shown: str, start: int, names: Sequence[str], afters: Sequence[str]) -> int:
    """Return where a name ends: one of these, or another in front of one of these letters; -1 if nowhere."""
    if length := max(_length_of_name(shown, start, names, after) for after in afters):
        return start + length
    if len(names) > 1 and (length := _length_of_name(shown, start, names, "")):
        return start + length
    return min((place for after in afters if (place := shown.find(after, start + 1)) > 0), default=-1)


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
        end = start + max(len(mention.name), _length_of_name(shown, start, known, after[:_ENOUGH_AFTER_NAME]))
        before = ""
        spans.append((start, end))
    return spans


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


def span_of_name(text: str, names: Sequence[str]) -> list[Span]:
    """Return where the bot's name stands in a text that nothing but the name tells it from; empty if nowhere.

    A name with `@` is taken first, then one at the start, then one at the end. The display name may stand anywhere.
    """
    shown = Letters(text)
    for place, name in enumerate(dict.fromkeys(names)):
        spans = list(_words(shown, name))
        at_sign = [span for span in spans if text[span[0] - 1 : span[0]] == "@"]
        at_start = [span for span in spans[:1] if not has_letters(text[: span[0]])]
        at_end = [span for span in spans[-1:] if not has_letters(text[span[1] :])]
        anywhere = spans[:1] if place == 0 else []
        if found := at_sign or at_start or at_end or anywhere:
            return found
    return []


def _words(shown: Letters, name: str) -> Iterator[Span]:
    """Yield where a name stands in the text as whole words."""
    wanted, text = letters(name), shown.text
    start = shown.all.find(wanted) if wanted else -1
    while start >= 0:
        first, last = shown.span(start, start + len(wanted))
        is_whole = not _ENDS_IN_WORD.search(text[max(first - 2, 0) : first]) and not _IN_WORD.match(text, last)
        if is_whole and fold(text[first:last]) == fold(name):
            yield first, last
        start = shown.all.find(wanted, start + len(wanted))


def spans_of_quotes(text: str, parts: Sequence[str]) -> list[Span]:
    """Return where a text shows the quotes of its HTML, which is given in parts outside and inside of quotes.

    Return none if one of them is not found, or has no end.
    """
    shown, end, before = Letters(text), 0, ""
    spans: list[Span] = []
    if len(parts) % 2 == 0:
        return []
    for outside, inside in zip(parts[::2], parts[1::2], strict=False):
        before += shown_letters(outside)
        quoted = shown_letters(inside)
        if not quoted:
            continue
        if shown.all.startswith(before + quoted, end):
            start = end + len(before)
        elif len(quoted) < _ENOUGH_OF_QUOTE or (start := shown.all.find(quoted, end)) < 0:
            return []
        end, before = start + len(quoted), ""
        spans.append(shown.span(start, end))
    return spans
