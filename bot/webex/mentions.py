"""Taking the bot's mention out of what was said to it in a group."""

import re
from html.parser import HTMLParser

_SPACES = re.compile(r"^[^\S\n]+")
_AFTER_MENTION = re.compile(r"^[^\S\n]*[,:;]?[^\S\n]*")
_CLINGING = ("", "\n", ",", ".", ";", ":", "?", "!", ")")


def strip_mention(text: str, html: str | None, bot_id: str) -> str:
    """The message's text without what its HTML shows where the bot is mentioned; all else stays.

    Text and HTML differ in their spaces and markup, so a mention is found by counting: the third "Bot" of the
    HTML is the third "Bot" of the text.
    """
    if not html:
        return text.strip()
    content = _Content(bot_id)
    content.feed(html)
    content.close()
    squeezed, places = _squeezed(text)
    cuts = set()
    for start, shown in content.mentions:
        before = len(_starts(content.squeezed[: start + len(shown) - 1], shown))
        starts = _starts(squeezed, shown)
        if starts:
            first = starts[min(before, len(starts) - 1)]
            cuts.add((places[first], places[first + len(shown) - 1] + 1))
    for start, end in sorted(cuts, reverse=True):
        text = _without(text, start, end)
    return text.strip()


def is_mentioned(html: str | None, bot_id: str) -> bool:
    """Whether a message's HTML mentions the bot."""
    content = _Content(bot_id)
    content.feed(html or "")
    content.close()
    return bool(content.mentions)


def others_mentioned(html: str | None, bot_id: str) -> tuple[str, ...]:
    """The ids of the people whom a message's HTML mentions besides the bot, each once, in order."""
    content = _Content(bot_id)
    content.feed(html or "")
    content.close()
    return tuple(dict.fromkeys(content.others))


class _Content(HTMLParser):
    """An HTML text's letters without spaces, where in them the bot's mentions stand, and who else is mentioned."""

    def __init__(self, bot_id: str) -> None:
        super().__init__(convert_charrefs=True)
        self._bot_id = bot_id
        self._start: int | None = None
        self.squeezed = ""
        self.mentions: list[tuple[int, str]] = []
        self.others: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember where a mention of the bot begins."""
        if tag != "spark-mention":
            return
        self._end_mention()
        about = dict(attrs)
        person_id = about.get("data-object-id") if about.get("data-object-type") == "person" else None
        if person_id and person_id != self._bot_id:
            self.others.append(person_id)
        if person_id == self._bot_id:
            self._start = len(self.squeezed)

    def handle_endtag(self, tag: str) -> None:
        """Note a mention that ends here."""
        if tag == "spark-mention":
            self._end_mention()

    def handle_data(self, data: str) -> None:
        """Collect what is shown."""
        self.squeezed += "".join(data.split())

    def close(self) -> None:
        """Note a mention that was left open."""
        super().close()
        self._end_mention()

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Skip what browsers skip: the parser would raise AssertionError at an unknown `<![…]>`."""
        return self.parse_bogus_comment(i, report)

    def _end_mention(self) -> None:
        if self._start is not None and self._start < len(self.squeezed):
            self.mentions.append((self._start, self.squeezed[self._start :]))
        self._start = None


def _squeezed(text: str) -> tuple[str, list[int]]:
    """The text without spaces, and the place in the text of each letter left."""
    places = [place for place, letter in enumerate(text) if not letter.isspace()]
    return "".join(text[place] for place in places), places


def _starts(text: str, shown: str) -> list[int]:
    return [found.start() for found in re.finditer(f"(?={re.escape(shown)})", text)]


def _without(text: str, start: int, end: int) -> str:
    left, right = text[:start].removesuffix("@"), text[end:]
    if not left.strip():
        return _AFTER_MENTION.sub("", right, count=1)
    if left.endswith("\n"):
        return left + right.lstrip()
    left, right = left.rstrip(), _SPACES.sub("", right, count=1)
    return left + right if right[:1] in _CLINGING else f"{left} {right}"
