"""Makes text from other people harmless: it holds no markup, no mention, no link, and nothing invisible."""

import re
import unicodedata

_MARKUP = re.compile(r"[\\*_`\[\]~#|]")
_ENTITY = re.compile(r"&(?=#|lt|\w+;)", re.IGNORECASE)
"""A sign by its name or number. Browsers also read `&lt` and a number without the semicolon."""

_WRITTEN = re.compile(r"\\(?P<sign>[\\*_`\[\]~#|])|`(?P<code>[^`]*)`|\*\*|&(?P<entity>amp|lt|gt);")
"""What `plain`, `code` and bold type add to a text."""

_ENTITIES = {"amp": "&", "lt": "<", "gt": ">"}

_ADDRESS_OR_MENTION = re.compile(r"//|(?<=www)\.|<(?=@)", re.IGNORECASE)
_ALIVE_IN_CODE = re.compile(
    rf"{_ADDRESS_OR_MENTION.pattern}|<(?=\S)|\](?=\()|{_ENTITY.pattern}", _ADDRESS_OR_MENTION.flags
)
_LOOKALIKES = {"/": "／", ".": "․", "<": "＜", "]": "］", "&": "＆"}
"""Signs that look alike but begin no link and no tag. `fold` takes them for the plain ones, so a filter that is copied
from a message finds the same."""

_PLAIN_SIGNS = str.maketrans({lookalike: sign for sign, lookalike in _LOOKALIKES.items()})


def plain(text: str, limit: int = 200) -> str:
    """Return one line of at most `limit` characters that Webex's markdown shows as it is, without links.

    `<` becomes an entity instead of being escaped. In front of `@` even that could become a mention if Webex looks for
    mentions in the HTML that it makes of the markdown.
    """
    shown = _ADDRESS_OR_MENTION.sub(_lookalikes, _cut(visible(text), limit))
    escaped = _MARKUP.sub(lambda found: "\\" + found[0], _ENTITY.sub("&amp;", shown))
    return escaped.replace("<", "&lt;").replace(">", "&gt;")


def code(text: str, limit: int = 200) -> str:
    """Return text of at most `limit` characters as inline code, in which only the backtick means something."""
    return f"`{inert(_cut(visible(text).replace('`', ''), limit))}`"


def inert(text: str) -> str:
    """Return text for inline code and fences, of the same length, that makes no mention, tag or link there either.

    Webex documents no order in which it looks for mentions, code and addresses. So code alone protects from nothing.
    """
    return _ALIVE_IN_CODE.sub(_lookalikes, text)


def unformatted(markdown: str) -> str:
    """Return a reply's markdown as a terminal shows it: without escapes, entities, backticks, bold and lookalikes."""
    shown = _WRITTEN.sub(lambda found: found["sign"] or found["code"] or _ENTITIES.get(found["entity"], ""), markdown)
    return shown.translate(_PLAIN_SIGNS)


def visible(text: str) -> str:
    """Return the visible text on one line: no control characters, no change of writing direction, plain spaces.

    The text is composed (NFC). Otherwise a program that does so would find a backtick in a Greek accent.
    """
    return " ".join(unicodedata.normalize("NFC", "".join(map(_seen, text))).split())


def _cut(shown: str, limit: int) -> str:
    """Return at most `limit` characters, the last of them "…" if some are left out."""
    return shown if len(shown) <= limit else shown[: max(limit - 1, 0)].rstrip() + "…"


def _lookalikes(found: re.Match[str]) -> str:
    return "".join(_LOOKALIKES[sign] for sign in found[0])


def _seen(letter: str) -> str:
    if letter.isspace():
        return " "
    category = unicodedata.category(letter)
    if category in ("Cc", "Cf"):
        return ""
    return "\ufffd" if category == "Cs" else letter
