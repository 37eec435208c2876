"""Text that others wrote, made harmless: in Webex's markdown, and for the eye."""

import re
import unicodedata

_MARKUP = re.compile(r"[\\*_`\[\]~#|]")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_WRITTEN = re.compile(r"\\(?P<sign>[\\*_`\[\]~#|])|`(?P<code>[^`]*)`|\*\*|&(?P<entity>amp|lt|gt);")
"""What `plain`, `code` and bold type add to a text."""

_ENTITIES = {"amp": "&", "lt": "<", "gt": ">"}


def plain(text: str, limit: int = 200) -> str:
    """Text that Webex's markdown shows as it stands, on one line, at most `limit` characters of it.

    `<` becomes an entity rather than being escaped: nothing then looks like a mention, whenever Webex searches
    for them.
    """
    shown = visible(text)
    if len(shown) > limit:
        shown = shown[: max(limit - 1, 0)].rstrip() + "…"
    escaped = _MARKUP.sub(lambda found: "\\" + found[0], _ENTITY.sub("&amp;", shown))
    return escaped.replace("<", "&lt;").replace(">", "&gt;")


def code(text: str, limit: int = 200) -> str:
    """Text as a piece of code, in which markdown has no signs but the backtick."""
    return f"`{visible(text)[:limit].replace('`', '')}`"


def unformatted(markdown: str) -> str:
    """Return a reply's markdown as a terminal shows it: without escapes, entities, backticks and bold type."""
    return _WRITTEN.sub(lambda found: found["sign"] or found["code"] or _ENTITIES.get(found["entity"], ""), markdown)


def visible(text: str) -> str:
    """One line of what can be seen: no controls, nothing that turns the direction of writing, plain spaces."""
    return " ".join("".join(map(_seen, text)).split())


def _seen(letter: str) -> str:
    if letter.isspace():
        return " "
    category = unicodedata.category(letter)
    if category in ("Cc", "Cf"):
        return ""
    return "\ufffd" if category == "Cs" else letter
