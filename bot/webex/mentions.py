"""Finds out who is mentioned in a message, and removes the bot's mention, and those in front of the command.

Who is mentioned is in the message's `mentionedPeople`, which Webex documents. Its HTML differs from client to client:
the ids in it have several forms, and one emulator of Webex marks no mentions in it. So the HTML only helps to find the
mention in the text.
"""

import re
from collections.abc import Sequence

from bot.webex import mention_html
from bot.webex.letters import Letters, Span, has_letters
from bot.webex.mention_places import span_of_name, spans_by_html, spans_of_quotes
from storage.values.webex_ids import bare, same

_MARKDOWN = re.compile(r"<@(?:personId|personEmail):([^<>|\n]*)(?:\|[^<>\n]*)?>", re.IGNORECASE)
"""A mention as it is typed for the API. Webex removes it from the text, an emulator may leave it there."""
_QUOTE_SIGN = re.compile(r"(?<![^\n])[> \t]*\Z")
_SPACES = re.compile(r"[^\S\n]*")
_SPACES_AND_COMMA = re.compile(r"[^\S\n]*[,:;，、：；]?[^\S\n]*")
_BETWEEN_MENTIONS = ",:;，、：；"
"""Signs that may stand between mentions in front of a command."""
_NO_SPACE_BEFORE = ("", "\n", ",", ".", ";", ":", "?", "!", ")")


def is_mentioned(people: Sequence[str], html: str | None, bot_id: str) -> bool:
    """Return whether a message mentions the bot: by `mentionedPeople`, or if that is missing, by the HTML."""
    return any(same(person_id, bot_id) for person_id in people or _people_in(html))


def others_mentioned(people: Sequence[str], html: str | None, bot_id: str) -> tuple[str, ...]:
    """Return the ids of the people that a message mentions besides the bot, each once, in the order of the HTML.

    Leave out people who are mentioned only in a quote, or only in front of the command: `@Jane @Bot admins add @Lee` is
    about Lee.
    """
    shown = _people_in(html)
    unique: dict[str, str] = {}
    for person_id in people or shown:
        unique.setdefault(bare(person_id), person_id)
    order = {number: place for place, number in enumerate(dict.fromkeys(map(bare, shown)))}
    only_quoted = set(map(bare, _people_in(html, quoted=True))) - order.keys()
    for number in (bare(bot_id), *only_quoted, *_only_in_front(html)):
        unique.pop(number, None)
    return tuple(unique[number] for number in sorted(unique, key=lambda number: order.get(number, len(order))))


def command_text(text: str, html: str | None, bot_id: str, names: Sequence[str] = ()) -> str:
    """Return what a message tells the bot to do: its text without quotes, without the bot's mentions, and without
    mentions of others in front of the command.

    A quote stays if nothing else is there, or if it is not found in the text.
    """
    own_text, parts = text, mention_html.split_quotes(html or "")
    for start, end in reversed(spans_of_quotes(text, parts)):
        own_text = _QUOTE_SIGN.sub("", own_text[:start]) + "\n" + own_text[end:]
    outside = "\n".join(parts[::2])
    if own_text != text and (command := strip_mention(own_text, outside, bot_id, names)):
        return _without_front(command, outside, bot_id)
    return _without_front(strip_mention(text, html, bot_id, names), html, bot_id)


def strip_mention(text: str, html: str | None, bot_id: str, names: Sequence[str] = ()) -> str:
    """Return a message's text without the bot's mentions.

    `names` are the names under which Webex shows the bot, the display name first, and its address. They help where the
    text shows another name than the HTML, and where the HTML has no mention of the bot. Pass none if the message does
    not mention it.
    """
    found = mention_html.read(html)
    is_bot = [_is_of(mention, bot_id) for mention in found.all]
    spans = spans_by_html(text, found, is_bot, names) if any(is_bot) else None
    if spans is None:
        spans = _spans_in_markdown(text, bot_id, names) or span_of_name(text, names)
    for start, end in reversed(spans):
        text = _join(text[:start], text[end:])
    return text.strip()


def _front(html: str | None) -> tuple[mention_html.Mentions, int]:
    """Return the mentions in the HTML, and how many of them stand in front of the command."""
    found = mention_html.read(html)
    befores = [mention.before.strip(_BETWEEN_MENTIONS) for mention in found.all]
    return found, next((place for place, before in enumerate(befores) if before), len(befores))


def _only_in_front(html: str | None) -> set[str]:
    """Return the people who are mentioned in front of the command, and nowhere else outside of quotes."""
    found, in_front = _front("\n".join(mention_html.split_quotes(html or "")[::2]))
    people = [mention.person_id and bare(mention.person_id) for mention in found.all]
    return {number for number in people[:in_front] if number} - set(people[in_front:])


def _without_front(command: str, html: str | None, bot_id: str) -> str:
    """Return a command without the mentions of others in front of it. The bot's mentions are gone already."""
    found, in_front = _front(html)
    names = ["" if _is_of(mention, bot_id) else mention.name for mention in found.all]
    shown, called = Letters(command), "".join(names[:in_front])
    parts = (mention.before + name for mention, name in zip(found.all[in_front:], names[in_front:], strict=True))
    after = "".join(parts) + found.rest
    if not called:
        return command
    if shown.all.endswith(after) and len(shown.all) > len(after):
        end = len(shown.all) - len(after)  # the text may show another name of a person than the HTML
    elif shown.all.startswith(called):
        end = len(called)
    else:
        return command
    return _join("", command[shown.span(0, end)[1] :])


def names_behind(command: str, html: str | None, bot_id: str) -> str:
    """Return the part of a command that is only mentions of others, behind all its words; empty if there is none."""
    found = mention_html.read(html)
    called, is_all = "", True
    for mention in () if found.rest.strip(_BETWEEN_MENTIONS) else reversed(found.all):
        called = ("" if _is_of(mention, bot_id) else mention.name) + called
        if mention.before.strip(_BETWEEN_MENTIONS):
            is_all = False
            break
    shown = Letters(command)
    if is_all or not called or not shown.all.endswith(called):
        return ""
    return command[shown.span(len(shown.all) - len(called), len(shown.all))[0] :].strip()


def words_behind(html: str | None, bot_id: str) -> str:
    """Return the letters behind the last mention of another person; empty if the HTML mentions nobody else."""
    found = mention_html.read(html)
    words = found.rest
    for mention in reversed(found.all):
        if not _is_of(mention, bot_id):
            return words
        words = mention.before + words
    return ""


def _is_of(mention: mention_html.Mention, bot_id: str) -> bool:
    return mention.person_id is not None and same(mention.person_id, bot_id)


def _people_in(html: str | None, *, quoted: bool = False) -> list[str]:
    """Return the ids of the people mentioned in the HTML, in quotes or outside of them."""
    mentions = mention_html.read(html).all
    return [mention.person_id for mention in mentions if mention.person_id and mention.is_quoted == quoted]


def _spans_in_markdown(text: str, bot_id: str, names: Sequence[str]) -> list[Span]:
    """Return where the bot is mentioned, by id or address, in markdown that was left in the text."""
    found = [(mention.span(), mention[1].strip()) for mention in _MARKDOWN.finditer(text)]
    return [span for span, target in found if same(target, bot_id) or target in names]


def _join(left: str, right: str) -> str:
    """Return the text around a mention as one text, with a space where the mention was if it needs one."""
    left = left.removesuffix("@")
    if not has_letters(left):
        return _SPACES_AND_COMMA.sub("", right, count=1)
    if left.endswith("\n"):
        return left + right.lstrip()
    left = left.rstrip()
    right = _SPACES.sub("", right, count=1)
    return left + right if right[:1] in _NO_SPACE_BEFORE else f"{left} {right}"
