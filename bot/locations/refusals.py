"""Why a file that was sent cannot be used; whatever is wrong with it, nothing was changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.formatting.escape import code, visible
from bot.formatting.limits import cut

_AS_CSV = "In Excel that is File › Save as › “CSV UTF-8”."
_UNCHANGED = "Nothing was changed."
_SHOWN_FAULTS = 3000
_MAX_CELL_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a line: what was expected there, and what is there instead."""

    line: int
    expected: str
    there: str


def faults(found: Sequence[Fault]) -> str:
    """To a file in which some lines cannot be understood."""
    lines = [f"- Line {fault.line:,}: expected {fault.expected}; there is {fault.there}" for fault in found]
    listed = cut(lines, _SHOWN_FAULTS, "- and {n} more")
    return f"I cannot understand that file:\n\n{listed}\n\n{_UNCHANGED} Mend it and send it again."


def quoted(text: str) -> str:
    """What is there, as a piece of code."""
    return code(text, _MAX_CELL_LENGTH) if visible(text).strip("`") else "nothing"


def not_text(what: str) -> str:
    """To a file that is no CSV at all."""
    return f"That file is {what}. I need a CSV: save it as one and send that. {_AS_CSV} {_UNCHANGED}"


def too_large(most: int) -> str:
    """To a file of too many bytes."""
    return f"That file is larger than {most // 1_000_000} MB, the most that I take. {_UNCHANGED} Send it in parts."


def too_long(most: int) -> str:
    """To a file of too many lines."""
    return f"That file has more than {most:,} lines, the most that I take. {_UNCHANGED} Send it in parts."


def unsafe() -> str:
    """To a file in which Webex finds malware, or cannot look for any."""
    return (
        "Webex does not let me read that file: it was found to be malware, or cannot be scanned for it "
        f"(because of a password, say). {_UNCHANGED} Send a plain CSV."
    )


def gone() -> str:
    """To a file that Webex does not give out."""
    return f"Webex does not let me read that file. {_UNCHANGED} Please send it again."


def several(number: int) -> str:
    """To a message with more than one file."""
    return f"You sent {number} files, and I take one at a time. {_UNCHANGED} Send one CSV."
