"""Finds the e-mail addresses in what people type or paste, without what surrounds them.

A mail program copies `Jane Doe <jane@acme.example>`, a chat client makes a link of an address, and a sentence ends in a
full stop.
"""

import re

from bot.chat.checks import is_email
from bot.chat.command_line import plain_line
from storage.values.folding import address_key

_LINK = re.compile(r"\[([^\[\]]*)\]\(([^()\s]*)\)")
"""A link in markdown: its text, which is a name or the address once more, and its target."""
_COMMENT = re.compile(r"\([^()@]*\)")
"""A name in brackets behind an address."""
_PART = re.compile(r"<[^<>]*>|[,;]|[^\s,;<>]+|[<>]")
_SCHEME = re.compile(r"(?:mailto|smtp|e-?mail):", re.IGNORECASE)
_BEFORE = "\"'`*([{.:!?\u2026"
_AFTER = "\"'`*)]}.:!?\u2026"


def find_addresses(text: str) -> tuple[list[str], list[str]]:
    """Return the e-mail addresses, each once and in their order, and what is neither an address nor a person's name.

    Only the words directly before an address in angle brackets are a name. If the word there is an address, it must be
    the same one.
    """
    found: dict[str, str] = {}
    left_over: list[str] = []
    name: list[str] = []
    label = ""
    for part in _PART.findall(_COMMENT.sub(" ", _LINK.sub(r" \1 <\2> ", plain_line(text)))):
        address, is_bracketed = _without_signs(part), part.startswith("<")
        if part == ";":
            left_over += name
            name, label = [], ""
        elif part.casefold() in ("and", ",") or not any(map(str.isalnum, part)):
            label = ""  # a comma can still be part of a name: `Doe, Jane <jane@acme.example>`
        elif not is_email(address):
            name.append(part)
            label = ""
            if "@" in part or is_bracketed:
                left_over += name
                name = []
        elif is_bracketed and label and address_key(label) != address_key(address):
            left_over.append(f"{label} {part}")
        else:
            left_over += [] if is_bracketed else name
            name, label = [], "" if is_bracketed else address
            found.setdefault(address_key(address), address)
    return list(found.values()), left_over + name


def _without_signs(part: str) -> str:
    """Return a word without the brackets, quotes and punctuation around it, and without `mailto:`."""
    word = part.strip("<>").strip().lstrip(_BEFORE)
    scheme = _SCHEME.match(word)
    if scheme is not None:
        word = word[scheme.end() :].partition("?")[0]
    return word.rstrip(_AFTER)
