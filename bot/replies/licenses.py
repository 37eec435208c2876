"""What `licenses` says."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from bot.filters import advice as filter_advice
from bot.filters.advice import Advice
from bot.filters.in_words import in_words
from bot.formatting.chat_table import license_table
from bot.formatting.escape import plain
from bot.formatting.limits import MAX_MESSAGE_BYTES, cut, fits, size
from bot.formatting.times import when
from bot.replies.license_summary import Summary
from storage.values.license_table import Term, View
from storage.values.records import Enterprise, Roster

_MAX_WORDS_BYTES = 3000
_MAX_LOCATIONS = 5
_ROOM = 200
"""Bytes kept free for what follows a list or a table."""

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

`sort=-last,location` sorts, `-` turning the order round. The CSV attached holds exactly the view you asked for.

`licenses count` before all that gives the counts alone, by self-activation and by location; `licenses refresh` reads \
the license holders anew. To search for these words themselves, quote them: `licenses "count"`."""


@dataclass(frozen=True, slots=True)
class About:
    """The view that is answered, of whose roster, and why that is not newer."""

    view: View
    roster: Roster
    enterprise: Enterprise
    stale: str | None


def answer(about: About, found: Summary, advice: Advice, now: datetime) -> str:
    """The filter in words, the counts, the first rows, and how old all that is."""
    lines = [_head(about, found, now), *filter_advice.of_absent(advice.absent)]
    if not found.found:
        return "\n\n".join([*lines, *_nobody(about, advice), "The CSV has the header alone."])
    lines.append(" ".join([_activation(found.activation), *_locations(about.view, found.location)]))
    sentences = "\n\n".join(lines)
    table, shown = license_table(found.first, MAX_MESSAGE_BYTES - size(sentences) - _ROOM)
    rest = f"The first {shown} rows; all {found.found:,} are in the CSV."
    return "\n\n".join([sentences, table, rest if shown < found.found else "All of them are in the CSV."])


def counts(about: About, found: Summary, advice: Advice, now: datetime) -> str:
    """The filter in words and the counts, of every location."""
    lines = [_head(about, found, now), *filter_advice.of_absent(advice.absent)]
    if not found.found:
        return "\n\n".join([*lines, *_nobody(about, advice)])
    lines.append(_activation(found.activation))
    places = [f"- {number:,} {_location(value)}" for value, number in _by_number(found.location)]
    listed = cut(["By location:", "", *places], MAX_MESSAGE_BYTES - size("\n\n".join(lines)) - _ROOM)
    return "\n\n".join([*lines, listed])


def none_yet(*, failed: bool) -> str:
    """While there is no roster to answer from."""
    if failed:
        return (
            "I could not read your license holders from Webex. It is logged for the operators; "
            "please try again in a few minutes."
        )
    return "I am still reading your license holders from Webex. Please ask again later."


def reading(pages: int) -> str:
    """The status message of a reading that somebody waits for, page by page."""
    so_far = f" {pages:,} pages so far." if pages else ""
    return f"I am reading your license holders from Webex, which takes a while.{so_far} I will answer when I have them."


def all_read(pages: int) -> str:
    """The same when it is over."""
    return f"Your license holders are read from Webex: {pages:,} pages."


def too_long() -> str:
    """The same when nobody waits for it any longer."""
    return "Reading your license holders from Webex takes longer than I wait for it."


def failing(*, failed: bool) -> str:
    """Why the roster answered from is not newer."""
    if failed:
        return "I could not read them again just now."
    return "I am reading them again, which takes a while: ask once more in a minute for newer ones."


def too_large(half: tuple[Term, int] | None) -> str:
    """A CSV that Webex would not take, and the condition that halves it."""
    refusal = "That is more than the 100 MB that Webex takes as one file, so I made none."
    if half is None:
        return f"{refusal} Please ask for a part of it, say by the first letter: `licenses last=a*`."
    return f"{refusal} Please ask for parts of it: {filter_advice.typed(half[0])} would give {half[1]:,}."


def _head(about: About, found: Summary, now: datetime) -> str:
    roster, enterprise = about.roster, about.enterprise
    read = when(roster.as_of, now, enterprise.timezone)
    stale = f" {about.stale}" if about.stale else ""
    return (
        f"**{found.found:,} of {roster.size:,} license holders of {plain(enterprise.name)}**{_words(about.view)}\n\n"
        f"As of {read}.{stale}"
    )


def _nobody(about: About, advice: Advice) -> list[str]:
    return filter_advice.of_nobody(about.view, advice) if about.view.terms and about.roster.size else []


def _activation(found: Counter[str]) -> str:
    return "Self-activation: " + ", ".join(f"{number:,} {value}" for value, number in _by_number(found)) + "."


def _locations(view: View, found: Counter[str]) -> list[str]:
    """Where they are, unless that is what was filtered by, or is not known of anybody."""
    if any(term.columns == ("location",) for term in view.terms) or set(found) == {""}:
        return []
    places = [f"{number:,} {_location(value)}" for value, number in _by_number(found)]
    if len(places) > _MAX_LOCATIONS:
        places[_MAX_LOCATIONS:] = [f"and {sum(found.values()) - _sum(found):,} elsewhere"]
    return ["Location: " + ", ".join(places) + "."]


def _sum(found: Counter[str]) -> int:
    return sum(number for _, number in _by_number(found)[:_MAX_LOCATIONS])


def _by_number(found: Counter[str]) -> list[tuple[str, int]]:
    return sorted(found.items(), key=lambda one: (-one[1], one[0]))


def _location(value: str) -> str:
    return plain(value, 40) or "without one"


def _words(view: View) -> str:
    """The filter as it was understood, which comes as markdown; left out where there is none."""
    if view == View():
        return ""
    words = in_words(view)
    return f": {words if fits(words, _MAX_WORDS_BYTES) else f'a filter of {len(view.terms)} conditions'}"
