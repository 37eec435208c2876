"""Text that others wrote, made harmless: in Webex's markdown, and for the eye."""

import re
import unicodedata

_MARKUP = re.compile(r"[\\*_`\[\]~#|]")
_ENTITY = re.compile(r"&(?=#?\w+;)")


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
