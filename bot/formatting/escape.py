"""Makes text from other people harmless: nothing in it is markup, and nothing in it is invisible."""

import re
import unicodedata

_MARKUP = re.compile(r"[\\*_`\[\]~#|]")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_WRITTEN = re.compile(r"\\(?P<sign>[\\*_`\[\]~#|])|`(?P<code>[^`]*)`|\*\*|&(?P<entity>amp|lt|gt);")
"""What `plain`, `code` and bold type add to a text."""

_ENTITIES = {"amp": "&", "lt": "<", "gt": ">"}


def plain(text: str, limit: int = 200) -> str:
    """Return one line of at most `limit` characters that Webex's markdown shows exactly as it is.

    `<` becomes an entity instead of being escaped, so that nothing looks like a mention at any stage.
    """
    shown = visible(text)
    if len(shown) > limit:
        shown = shown[: max(limit - 1, 0)].rstrip() + "…"
    escaped = _MARKUP.sub(lambda found: "\\" + found[0], _ENTITY.sub("&amp;", shown))
    return escaped.replace("<", "&lt;").replace(">", "&gt;")


def code(text: str, limit: int = 200) -> str:
    """Return text as inline code, in which only the backtick means something to markdown."""
    return f"`{visible(text)[:limit].replace('`', '')}`"


def unformatted(markdown: str) -> str:
    """Return a reply's markdown as a terminal shows it: without escapes, entities, backticks and bold type."""
    return _WRITTEN.sub(lambda found: found["sign"] or found["code"] or _ENTITIES.get(found["entity"], ""), markdown)


def visible(text: str) -> str:
    """Return the visible text on one line: no control characters, no change of writing direction, plain spaces."""
    return " ".join("".join(map(_seen, text)).split())


def _seen(letter: str) -> str:
    if letter.isspace():
        return " "
    category = unicodedata.category(letter)
    if category in ("Cc", "Cf"):
        return ""
    return "\ufffd" if category == "Cs" else letter
