"""What `licenses` says."""

from collections.abc import Sequence
from datetime import datetime

from bot import filters
from bot.replies.safe import plain
from bot.replies.times import when
from bot.tables.chat import license_table
from bot.tables.limit import LONGEST, fits, size
from storage.folding import fold
from storage.records import Enterprise, LicenseHolder, Roster, View

_LONGEST_WORDS = 3000

GUIDE = """\
`licenses` alone shows everybody. Conditions narrow it down, and all of them must hold:

- `location=Dallas` – the whole cell, whatever its case and accents; `location:Dallas` is the same
- `first=Mar*` – `*` stands for anything
- `type=premium,standard` – either
- `status!=provisioned` – everybody else
- `email=` – nothing there
- `status="pending email input"` – quotes keep words together
- `miller` – contained in any cell

Keys: `location`, `type`, `service-id`, `ext`, `first`, `last`, `name` (first or last), `email`, `status`, \
`activation`.

`sort=-last,location` sorts, `-` turning the order round. The CSV attached holds exactly the view you asked for."""


def answer(
    view: View,
    found: int,
    roster: Roster,
    first: Sequence[LicenseHolder],
    activation: dict[str, int],
    enterprise: Enterprise,
    now: datetime,
    *,
    fresh: bool,
) -> str:
    """The filter in words, the counts, the first rows, and how old all that is."""
    read = when(roster.read_at or roster.asked_at, now, enterprise.timezone)
    stale = "" if fresh else " I could not read them again just now."
    lines = [
        f"**{found:,} of {roster.size:,} licence holders of {plain(enterprise.name)}**{_words(view)}",
        f"As of {read}.{stale}",
    ]
    if activation:
        lines.append("Self-activation: " + ", ".join(f"{number:,} {value}" for value, number in activation.items()))
    sentences = "\n\n".join(lines)
    table, shown = license_table(first, len(first), LONGEST - size(sentences) - 200)
    more = f"The first {shown} rows; all {found:,} are in the CSV." if shown < found else "All of them are in the CSV."
    if found:
        return "\n\n".join([sentences, table, more])
    advice = " `help licenses` explains how to filter." if fold(filters.printed(view)) == "help" else ""
    return f"{sentences}\n\nThe CSV has the header alone.{advice}"


def none_yet(*, failed: bool) -> str:
    """While there is no roster to answer from."""
    if failed:
        return (
            "I could not read your licence holders from Webex. It is logged for the operators; "
            "please try again in a few minutes."
        )
    return "I am still reading your licence holders from Webex. Please ask again in a minute."


def _words(view: View) -> str:
    """The filter as it was understood, which comes as markdown; left out where there is none."""
    if view == View():
        return ""
    words = filters.in_words(view)
    return f": {words if fits(words, _LONGEST_WORDS) else f'a filter of {len(view.terms)} conditions'}"
