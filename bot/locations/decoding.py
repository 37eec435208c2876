"""Files that people send, as text: in whichever encoding a spreadsheet saves."""

import codecs
import re

from bot.chat.message import Refusal
from bot.locations import refusals

_FORMATS = {
    b"PK\x03\x04": "an Excel workbook (or another zip file)",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
}
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def lines_of(content: bytes) -> list[str]:
    """The file's lines, each with the break at its end; raises Refusal where it is no text."""
    for beginning, what in _FORMATS.items():
        if content.startswith(beginning):
            raise Refusal(refusals.not_text(what))
    try:
        text = content.decode(_encoding(content))
    except UnicodeDecodeError:
        raise Refusal(refusals.not_text("not text in an encoding I know")) from None
    if _CONTROLS.search(text):
        raise Refusal(refusals.not_text("not text"))
    return _LINES.findall(text)


def _encoding(content: bytes) -> str:
    """What the file is written in: by its byte order mark, else UTF-16 shows by its zeros and UTF-8 by being valid."""
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
