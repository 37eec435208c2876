"""What `locations` says."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice

from bot.formatting.escape import code, plain
from bot.formatting.limits import MAX_LINES_MADE, MAX_MESSAGE_BYTES, cut, size
from bot.formatting.quantity import quantity
from bot.formatting.times import when
from bot.locations.csv_reader import Key
from bot.locations.matching import LineResult, Result, UploadResult
from bot.locations.refusals import quoted
from storage.values.records import Enterprise, Roster

GUIDE = """\
`locations` alone lists the locations, with the number of license holders at each. It attaches your list of \
locations: those that admins have set.

To change your list, send `locations` with a CSV. Its header is `Service ID,Location`, or `Email,Location`, or \
`Ext,Location`. Other columns are ignored, so you can edit and send the CSV of `licenses`. People who are not in the \
file keep their location. An empty location removes the one that was set. Then the location from Webex counts again, \
if Webex sends one.

The cells can be separated by commas, semicolons or tabs, with or without quotes. The file can be in UTF-8, UTF-16 or \
Windows-1252, as Excel saves it, and up to 5 MB. If your Windows is not a Western one, save the file as “CSV UTF-8”, \
or some letters will be wrong. The answer names the new locations, so that you can see this and typing mistakes.

To find the license holders, I use the first of these columns that your header has: `Service ID`, `Email`, `Ext`. \
Excel removes leading zeros. So I leave out an extension without leading zeros if several extensions differ from it \
only in these zeros."""

_UNDO = (
    "To undo this, send `locations` with a CSV that has the earlier locations. An empty location removes the one that "
    "was set."
)
_UNDO_WITH_FILE = (
    "To undo this, delete the column `Location` of the attached CSV, rename `Location Before` to `Location`, and send "
    "`locations` with that file."
)
_MAX_LEFT_OUT_BYTES = 1600

_MAX_LEFT_OUT = 10
_MAX_NEW = 10
_MAX_GUESSES = 4
"""New locations for which another spelling is suggested: the next file may have the rest."""

_MAX_NEW_LENGTH = 60


def overview(
    counts: Mapping[str, int],
    mapped: int,
    roster: Roster,
    enterprise: Enterprise,
    now: datetime,
    no_file: str | None = None,
) -> str:
    """List the locations, those with most license holders first, and say how to change them.

    `no_file` says why the list of locations is not attached.
    """
    places = {place: number for place, number in counts.items() if place}
    without = f" ({counts['']:,} without a location)" if counts.get("") else ""
    title = (
        f"**{quantity(len(places), 'location')} of {plain(enterprise.name)}**, "
        f"{quantity(roster.size, 'license holder')}{without} as of {_read(roster, enterprise, now)}"
    )
    own = "Your list of locations is empty: all locations come from Webex."
    if mapped:
        number = quantity(mapped, "line")
        own = (
            f"Your list of locations is attached: {number}."
            if no_file is None
            else f"Your list of locations has {number}. {no_file}"
        )
    ending = f"{own} To change your list, send `locations` with a CSV that has the columns `Service ID,Location`."
    if not places:
        return f"{title}\n\n{ending}"
    room = MAX_MESSAGE_BYTES - size(f"{title}\n\n\n\n{ending}")
    lines = [f"- {plain(place, 100)}: {number:,}" for place, number in islice(places.items(), MAX_LINES_MADE)]
    listed = cut(lines, room, "- and {n} more", unlisted=len(places) - len(lines))
    return f"{title}\n\n{listed}\n\n{ending}"


def changed(
    found: UploadResult, roster: Roster, enterprise: Enterprise, now: datetime, no_file: str | None = None
) -> str:
    """Say what a file changed: the new locations, and the lines that match nobody or several people.

    `no_file` says why the result of each line is not attached.
    """
    left_out = [one for one in found.lines if one.result in _WHY]
    lines = [f"- Line {one.requested.line:,}: {_why(one, found.by)}" for one in left_out[:_MAX_LEFT_OUT]]
    said = [f"**Locations of {plain(enterprise.name)}**: {counts(found.lines)}."]
    if found.new:
        said.append(_new(found))
    if lines:
        among = f"{quantity(roster.size, 'license holder')} as of {_read(roster, enterprise, now)}"
        listed = cut(lines, _MAX_LEFT_OUT_BYTES, "- and {n} more", unlisted=len(left_out) - len(lines))
        said += [f"I left these lines out. I compared them with {among}:", listed]
    if any(one.result in (Result.SET, Result.CLEARED) for one in found.lines):
        said.append(_UNDO if no_file is not None else _UNDO_WITH_FILE)
    attached = "Attached: the result of each line." if no_file is None else no_file
    said += [attached if found.lines else "The file has only a header."]
    return "\n\n".join(said)


def counts(found: Sequence[LineResult]) -> str:
    """Return how many lines had which result: "12 set, 3 unchanged"."""
    numbers = Counter(outcome.result for outcome in found)
    return ", ".join(f"{numbers[result]:,} {result}" for result in Result if numbers[result]) or "0 lines"


def none_yet(*, failed: bool, access_notice: str | None = None) -> str:
    """Say that there is no roster yet in which to find the license holders.

    `access_notice` says that Webex refuses the provider's access.
    """
    if access_notice is not None:
        return f"I have never read your license holders, so I do not know who is where. {access_notice}"
    if failed:
        return (
            "I could not read your license holders from Webex, so I do not know who is where. Nothing was changed. "
            "The operators can see why in the log. Please try again in a few minutes."
        )
    return "I am still reading your license holders from Webex. Nothing was changed. Please try again in a minute."


def no_words(typed: str, *, has_file: bool) -> str:
    """Say what can be done with `locations`, which takes a file and no words."""
    unknown = f"I do not know {code(f'locations {typed}', 50)}."
    if has_file:
        return (
            f"{unknown} I did not use your file, and nothing was changed. Send the file again with `locations` alone, "
            "without other words."
        )
    return (
        f"{unknown} `locations` alone lists the locations. To change them, attach a CSV with the columns "
        "`Service ID,Location`. `licenses location=…` shows the people at one location."
    )


_WHY = {Result.UNKNOWN: "no license holder has", Result.AMBIGUOUS: "several license holders have"}


def _why(outcome: LineResult, by: Key) -> str:
    given = outcome.requested.given
    if not given:
        return f"its {by} is empty"
    ignored = " (leading zeros ignored)" if outcome.without_leading_zeros else ""
    return f"{_WHY[outcome.result]} the {by} {quoted(given)}{ignored}"


def _new(found: UploadResult) -> str:
    """List the new locations, those first that are probably mistakes."""
    places = found.new
    in_order = sorted(islice(places.items(), MAX_LINES_MADE), key=lambda each: each[0] not in found.meant)[:_MAX_NEW]
    guesses = dict(islice(found.meant.items(), _MAX_GUESSES))
    shown = [f"{code(place, _MAX_NEW_LENGTH)} ({number:,}{_guess(guesses.get(place))})" for place, number in in_order]
    more = f", and {len(places) - _MAX_NEW:,} more" if len(places) > _MAX_NEW else ""
    return f"New: {', '.join(shown)}{more}."


def _guess(meant: str | None) -> str:
    return f" – did you mean {code(meant, _MAX_NEW_LENGTH)}?" if meant is not None else ""


def _read(roster: Roster, enterprise: Enterprise, now: datetime) -> str:
    return when(roster.as_of, now, enterprise.timezone)
