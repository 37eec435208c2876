"""Decodes a file that an admin sends, in any encoding in which a spreadsheet saves."""

import codecs
import re

from bot.chat.message import Refusal
from bot.locations import refusals
from bot.locations.maxima import MAX_LINES

_FORMATS = {
    b"PK\x03\x04": "an Excel workbook (or another zip file)",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
}
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")


def lines_of(content: bytes) -> list[str]:
    """Return the file's lines, each with a line feed at its end, whatever line breaks the file has.

    Raise Refusal if the file is not text, or has more than MAX_LINES lines.
    """
    for beginning, what in _FORMATS.items():
        if content.startswith(beginning):
            raise Refusal(refusals.not_text(what))
    try:
        text = content.decode(_encoding(content))
    except UnicodeDecodeError:
        raise Refusal(refusals.not_text("in a text encoding that I do not know")) from None
    if _CONTROLS.search(text):
        raise Refusal(refusals.not_text("not text"))
    text = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    if text.count("\n") >= MAX_LINES:
        raise Refusal(refusals.too_long(MAX_LINES))
    return [f"{line}\n" for line in text.split("\n")]


def _encoding(content: bytes) -> str:
    """Return the encoding: by the byte order mark; without one, zeros mean UTF-16, and valid UTF-8 is UTF-8."""
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in content:
        return "utf-16-le" if content[1::2].count(0) >= content[::2].count(0) else "utf-16-be"
    try:
        content.decode()
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"
