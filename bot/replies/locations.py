"""What `locations` says."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice

from bot.formatting.escape import code, plain
from bot.formatting.limits import MAX_MESSAGE_BYTES, cut, size
from bot.formatting.times import when
from bot.locations.csv_reader import Key
from bot.locations.matching import LineResult, Result, UploadResult
from bot.locations.refusals import quoted
from storage.values.records import Enterprise, Roster

GUIDE = """\
`locations` alone lists the locations, with how many license holders each has, and attaches the mapping: \
who is where, as admins have said.

To change it, send `locations` with a CSV attached. Its header is `Service ID,Location`, or `Email,Location`, or \
`Ext,Location`; further columns do no harm, and the CSV of `licenses` will do. Its lines are merged into what is \
there: who is not in it stays, and an empty location clears one, so that Webex's own counts again, where it sends one.

Comma, semicolon or tab, with quotes or without; UTF-8, UTF-16 or Windows-1252: as Excel saves it, up to 5 MB. \
Outside Western Windows save it as “CSV UTF-8”, else letters turn into others: the answer names the locations that are \
new, so that this and typos can be seen.

Where the header has several of those columns, the Service ID counts for the whole file, else the Email, else the Ext. \
An extension without leading zeros is left out where several are the same but for those, since Excel takes them off."""

_LEFT_OUT = 2500
"""Bytes."""

_MAX_LEFT_OUT = 10
_MAX_NEW = 10
_MAX_NEW_LENGTH = 60


def overview(counts: Mapping[str, int], mapped: int, roster: Roster, enterprise: Enterprise, now: datetime) -> str:
    """The locations, most license holders first, and how to change them."""
    places = {place: number for place, number in counts.items() if place}
    without = f" ({counts['']:,} without a location)" if counts.get("") else ""
    title = (
        f"**{_number(len(places), 'location')} of {plain(enterprise.name)}**, "
        f"{_number(roster.size, 'license holder')}{without} as of {_read(roster, enterprise, now)}"
    )
    ending = f"{_mapping(mapped)} To change it, send `locations` with a CSV attached, `Service ID,Location`."
    lines = [f"- {plain(place, 100)}: {number:,}" for place, number in places.items()]
    room = MAX_MESSAGE_BYTES - size(f"{title}\n\n\n\n{ending}")
    return f"{title}\n\n{cut(lines, room, '- and {n} more')}\n\n{ending}" if lines else f"{title}\n\n{ending}"


def changed(found: UploadResult, roster: Roster, enterprise: Enterprise, now: datetime) -> str:
    """What came of a file: the locations that are new, and the lines that named nobody or several."""
    lines = [f"- Line {one.requested.line:,}: {_why(one, found.by)}" for one in found.lines if one.result in _WHY]
    said = [f"**Locations of {plain(enterprise.name)}**: {counts(found.lines)}."]
    if found.new:
        said.append(_new(found.new))
    if lines:
        among = f"{_number(roster.size, 'license holder')} as of {_read(roster, enterprise, now)}"
        listed = cut(lines, _LEFT_OUT, "- and {n} more", most=_MAX_LEFT_OUT)
        said += [f"Left out, having looked among {among}:", listed]
    said += ["Attached: what came of each line." if found.lines else "That file has a header and nothing below it."]
    return "\n\n".join(said)


def counts(found: Sequence[LineResult]) -> str:
    """How many lines had which result: "12 set, 3 unchanged"."""
    numbers = Counter(outcome.result for outcome in found)
    return ", ".join(f"{numbers[result]:,} {result}" for result in Result if numbers[result]) or "0 lines"


def none_yet(*, failed: bool) -> str:
    """While there is no roster in which to look license holders up."""
    if failed:
        return (
            "I could not read your license holders from Webex, so I cannot tell who is where. Nothing was changed. "
            "It is logged for the operators; please try again in a few minutes."
        )
    return "I am still reading your license holders from Webex. Nothing was changed; please try again in a minute."


def no_words(typed: str) -> str:
    """When something follows the command."""
    return (
        f"I do not know `locations` {code(typed, 40)}. `locations` alone lists them; to change them, attach a CSV to "
        "it, `Service ID,Location`. `licenses location=…` shows who is at one."
    )


_WHY = {Result.UNKNOWN: "no license holder has", Result.AMBIGUOUS: "several license holders have"}


def _why(outcome: LineResult, by: Key) -> str:
    given = outcome.requested.given
    if not given:
        return f"its {by} is empty"
    return f"{_WHY[outcome.result]} {quoted(given)}{', leading zeros aside' if outcome.without_leading_zeros else ''}"


def _new(places: Mapping[str, int]) -> str:
    """In the order of the file, in which the eye finds them again."""
    shown = [f"{code(place, _MAX_NEW_LENGTH)} ({number:,})" for place, number in islice(places.items(), _MAX_NEW)]
    more = f", and {len(places) - _MAX_NEW:,} more" if len(places) > _MAX_NEW else ""
    return f"New: {', '.join(shown)}{more}."


def _read(roster: Roster, enterprise: Enterprise, now: datetime) -> str:
    return when(roster.as_of, now, enterprise.timezone)


def _mapping(mapped: int) -> str:
    if not mapped:
        return "The mapping is empty: what is there comes from Webex."
    return f"The mapping is attached; it has {_number(mapped, 'line')}."


def _number(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
