"""What `licenses` says."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.filters import language
from bot.filters.advice import Advice, of_absent, of_nobody
from bot.filters.in_words import in_words
from bot.formatting.chat_table import chat_table
from bot.formatting.escape import code, plain
from bot.formatting.limits import MAX_LINES_MADE, MAX_MESSAGE_BYTES, cut, fits, size
from bot.formatting.quantity import quantity
from bot.formatting.times import when
from bot.replies.license_summary import Summary
from storage.values.license_table import LicenseHolder, Term, View
from storage.values.records import Enterprise, Roster

_LICENSE_COLUMNS = (("Last", 12), ("First", 9), ("Ext", 6), ("Location", 9), ("Status", 16))
_MAX_WORDS_BYTES = 3000
_MAX_COMMAND_LENGTH = 1000
_MAX_LOCATIONS = 5

_ROOM = 200
"""Bytes kept free for the sentences after a list or a table."""

GUIDE = """\
`licenses` alone shows everybody. Add conditions to see fewer people. All conditions must match:

- `location=Dallas` – the whole cell is Dallas; capitals and accents do not matter; `location:Dallas` is the same
- `first=Mar*` – `*` stands for any text
- `type=premium,standard` – one or the other
- `status!=provisioned` – everybody else
- `email=` – the cell is empty
- `status="pending email input"` – quotes keep words together
- `miller` – any cell contains this

Columns: `location`, `type`, `service-id`, `ext`, `first`, `last`, `name` (first or last), `email`, `status`, \
`activation`.

`sort=-last,location` sorts. `-` reverses the order. The attached CSV has exactly the rows that you asked for.

`licenses count`, followed by conditions, shows only the numbers, by self-activation and by location. \
`licenses refresh` first reads the license holders from Webex again. To search for one of these words, put it in \
quotes: `licenses "count"`."""

TOO_LONG = "Reading your license holders from Webex takes too long, so I have stopped waiting for it."


@dataclass(frozen=True, slots=True)
class About:
    """The view to answer, the roster and enterprise it is of, and why the roster is not newer."""

    view: View
    roster: Roster
    enterprise: Enterprise
    stale: str | None


def answer(about: About, found: Summary, advice: Advice, now: datetime, no_file: str | None = None) -> str:
    """Show the filter in words, the counts, the first rows, and how old the data is.

    `no_file` says why there is no CSV.
    """
    lines = [_head(about, found, now), *of_absent(advice.absent)]
    if not found.found:
        return "\n\n".join([*lines, *_nobody(about, advice), "Nobody matches, so there is no CSV."])
    lines.append(" ".join([_activation(found.activation), *_locations(about.view, found.location)]))
    sentences = "\n\n".join(lines)
    ending = no_file or "All of them are in the CSV."
    table, shown = license_table(found.first, MAX_MESSAGE_BYTES - size(sentences) - size(ending) - _ROOM)
    rest = f"The table shows the first {shown if shown > 1 else 'one'}. " if shown < found.found else ""
    return "\n\n".join([sentences, table, f"{rest}{ending}"])


def license_table(holders: Iterable[LicenseHolder], max_bytes: int = MAX_MESSAGE_BYTES) -> tuple[str, int]:
    """Return a table of license holders for a phone, and how many of them it shows."""
    rows = [(holder.last_name, holder.first_name, holder.ext, holder.location, holder.status) for holder in holders]
    return chat_table(_LICENSE_COLUMNS, rows, max_bytes=max_bytes)


def counts(about: About, found: Summary, advice: Advice, now: datetime) -> str:
    """Show the filter in words and the counts of every location."""
    lines = [_head(about, found, now), *of_absent(advice.absent)]
    if not found.found:
        return "\n\n".join([*lines, *_nobody(about, advice)])
    lines.append(_activation(found.activation))
    places = [f"- {number:,} {_location(value)}" for value, number in _by_number(found.location)[:MAX_LINES_MADE]]
    room = MAX_MESSAGE_BYTES - size("\n\n".join(lines)) - _ROOM
    listed = cut(["By location:", "", *places], room, unlisted=len(found.location) - len(places))
    return "\n\n".join([*lines, listed])


def none_yet(*, failed: bool, access_notice: str | None = None) -> str:
    """Say that there is no roster yet to answer from; `access_notice` says that Webex refuses the provider's access."""
    if access_notice is not None:
        return f"I have never read your license holders, so I cannot show any. {access_notice}"
    if failed:
        return (
            "I could not read your license holders from Webex. The operators can see why in the log. "
            "Please try again in a few minutes."
        )
    return "I am still reading your license holders from Webex. Please ask again later."


def reading(pages: int) -> str:
    """Say in the status message how far the roster is read that the requester waits for."""
    so_far = f" {quantity(pages, 'page')} so far." if pages else ""
    return f"I am reading your license holders from Webex. This takes a while.{so_far} I will answer when I have them."


def all_read(pages: int) -> str:
    """Say in the status message that the roster is read."""
    return f"I have read your license holders from Webex: {quantity(pages, 'page')}."


def failing(*, failed: bool) -> str:
    """Say why the roster behind an answer is not newer."""
    if failed:
        return "I could not read newer data just now."
    return "I am reading newer data. This takes a while: ask again in a minute."


def too_large(view: View, half: tuple[Term, int] | None) -> str:
    """Refuse a CSV that is larger than Webex accepts; `half` is the condition that halves the view, and its number."""
    refusal = "The file would be larger than the 100 MB that Webex accepts, so I made none."
    if half is None:
        return f"{refusal} Please ask for a part, for example by the first letter: `licenses last=a*`."
    smaller = code(f"licenses {language.unparse(View((*view.terms, half[0])))}", _MAX_COMMAND_LENGTH)
    return f"{refusal} Please ask for parts. Try {smaller} ({quantity(half[1], 'person', 'people')})."


def _head(about: About, found: Summary, now: datetime) -> str:
    roster, enterprise = about.roster, about.enterprise
    read = when(roster.as_of, now, enterprise.timezone)
    stale = f" {about.stale}" if about.stale else ""
    return (
        f"**{found.found:,} of {quantity(roster.size, 'license holder')} of "
        f"{plain(enterprise.name)}**{_words(about.view)}\n\nAs of {read}.{stale}"
    )


def _nobody(about: About, advice: Advice) -> list[str]:
    return of_nobody(about.view, advice) if about.view.terms and about.roster.size else []


def _activation(found: Counter[str]) -> str:
    return "Self-activation: " + ", ".join(f"{number:,} {value}" for value, number in _by_number(found)) + "."


def _locations(view: View, found: Counter[str]) -> list[str]:
    """The counts by location, unless the filter is by location or nobody has one."""
    if any(term.columns == ("location",) for term in view.terms) or set(found) == {""}:
        return []
    by_number = _by_number(found)
    places = [f"{number:,} {_location(value)}" for value, number in by_number[:_MAX_LOCATIONS]]
    if elsewhere := sum(number for _, number in by_number[_MAX_LOCATIONS:]):
        places.append(f"and {elsewhere:,} elsewhere")
    return ["Location: " + ", ".join(places) + "."]


def _by_number(found: Counter[str]) -> list[tuple[str, int]]:
    return sorted(found.items(), key=lambda one: (-one[1], one[0]))


def _location(value: str) -> str:
    return plain(value, 40) or "without a location"


def _words(view: View) -> str:
    if view == View():
        return ""
    words = in_words(view)
    return f": {words if fits(words, _MAX_WORDS_BYTES) else f'a filter of {len(view.terms)} conditions'}"
