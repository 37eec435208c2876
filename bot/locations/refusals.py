"""Why the bot cannot use a file that an admin sent. Nothing is changed then, and each refusal says so."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.formatting.escape import code, visible
from bot.formatting.limits import cut

_AS_CSV = "In Excel, choose File › Save as › “CSV UTF-8”."
_UNCHANGED = "Nothing was changed."
_MAX_FAULTS_BYTES = 3000
"""Bytes of the list of faults: a message takes more, but an admin reads only the first lines."""

_MAX_CELL_LENGTH = 80
"""Characters shown of a cell, enough to find it again."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a line: what was expected, and what was found."""

    line: int
    expected: str
    found: str


def faults(found: Sequence[Fault], *, stopped: bool = False) -> str:
    """List the lines that cannot be understood. `stopped`: there were so many that the rest was not read."""
    lines = [f"- Line {fault.line:,}: I expected {fault.expected}, but found {fault.found}" for fault in found]
    listed = cut(lines, _MAX_FAULTS_BYTES, "- and {n} more, then I stopped reading" if stopped else "- and {n} more")
    return f"I do not understand that file:\n\n{listed}\n\n{_UNCHANGED} Please correct the file and send it again."


def quoted(text: str) -> str:
    """Return the text of a cell as code."""
    return code(text, _MAX_CELL_LENGTH) if visible(text).strip("`") else "nothing"


def not_text(what: str) -> str:
    """Say that the file is not a CSV, but `what`."""
    return f"That file is {what}. {_UNCHANGED} Please save it as a CSV and send that. {_AS_CSV}"


def too_large(most: int) -> str:
    """Say that the file has too many bytes."""
    return f"That file is larger than {most // 1_000_000} MB. {_UNCHANGED} Please send it in smaller parts."


def too_long(most: int) -> str:
    """Say that the file has too many lines."""
    return f"That file has more than {most:,} lines. {_UNCHANGED} Please send it in smaller parts."


def too_many_cells(most: int) -> str:
    """Say that the file has too many cells."""
    return f"That file has more than {most:,} cells. {_UNCHANGED} Please remove the columns that I do not need."


def too_many_letters() -> str:
    """Say that the keys and locations are too long to compare."""
    return f"The texts in that file are too long to compare. {_UNCHANGED} Please send it in smaller parts."


def unsafe() -> str:
    """Say that Webex found malware in the file, or cannot look for it."""
    return (
        "Webex does not let me read that file. It contains malware, or Webex cannot scan it, for example because it "
        f"has a password. {_UNCHANGED} Please send a plain CSV."
    )


def gone() -> str:
    """Say that Webex does not give out the file."""
    return f"Webex does not let me read that file. {_UNCHANGED} Please send it again."


def several(number: int) -> str:
    """Say that the message has more than one file."""
    return f"You sent {number} files, but I can read only one at a time. {_UNCHANGED} Please send one CSV."
