"""Decides what each line of a CSV of locations changes: which license holder it names, and what changes for them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import islice

from bot.chat.did_you_mean import misspelled
from bot.locations.csv_reader import Key, LocationUpload, RequestedLocation, folded_key
from storage.values.license_table import LocationCandidate

_MAX_KNOWN = 1000
"""Known locations with which a new one is compared, those with most license holders first: comparing takes time."""

_MAX_GUESSED = 20
"""New locations that are compared, the first in the file: a message names fewer."""


class Result(StrEnum):
    """The result of a line."""

    SET = "set"
    CLEARED = "cleared"
    UNCHANGED = "unchanged"
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class LineResult:
    """A line, its result, the license holder's Service ID and earlier location; both are empty if nobody was found.

    `without_leading_zeros` says that the line names several license holders only if leading zeros do not count.
    """

    requested: RequestedLocation
    result: Result
    service_id: str = ""
    before: str = ""
    without_leading_zeros: bool = False


@dataclass(frozen=True, slots=True)
class UploadResult:
    """The result of each line of a file, and how many lines set each location that did not exist before.

    `meant` has the known location that a new one probably means.
    """

    by: Key
    lines: Sequence[LineResult]
    new: Mapping[str, int]
    meant: Mapping[str, str] = field(default_factory=dict)


REPORT_HEADER = ("Line", "Result", "Given", "Service ID", "Location", "Location Before")


@dataclass(frozen=True, slots=True)
class _Index:
    """The license holders of each key, how many share a Service ID, and an extension without its leading zeros."""

    by: Key
    holders: Mapping[str, list[LocationCandidate]]
    service_id_counts: Mapping[str, int]
    counts_without_zeros: Mapping[str, int]


def match_lines(
    uploaded: LocationUpload, holders: Sequence[LocationCandidate], mapping: Mapping[str, str]
) -> UploadResult:
    """Return what a file changes, given the roster's license holders and the mapping by folded Service ID.

    A location that a license holder already has, from the mapping or from Webex, is no change. So an admin can send
    back a table from the bot, and only the edited lines count.
    """
    index = _indexed(uploaded.by, holders)
    firsts: dict[str, LineResult] = {}
    results = []
    for requested in uploaded.lines:
        first = firsts.get(requested.key)
        result = _line_result(requested, index, mapping) if first is None else _repeated(requested, first)
        firsts.setdefault(requested.key, result)
        results.append(result)
    existing = Counter(_evenly_spaced(holder.location) for holder in holders)
    existing.update(mapping.values())
    places = (line.requested.location for line in results if line.result is Result.SET)
    new = Counter(place for place in places if place not in existing)
    known = (place for place, _ in existing.most_common(_MAX_KNOWN))
    return UploadResult(uploaded.by, results, new, misspelled(islice(new, _MAX_GUESSED), known))


def changes(lines: Iterable[LineResult]) -> dict[str, str]:
    """Return the new location by Service ID for those that change; it is empty where it is cleared."""
    changed = (Result.SET, Result.CLEARED)
    return {line.service_id: line.requested.location for line in lines if line.result in changed}


def cells(line: LineResult) -> tuple[str, ...]:
    """Return a line of the report, in the order of REPORT_HEADER."""
    requested = line.requested
    return str(requested.line), line.result, requested.given, line.service_id, requested.location, line.before


def _indexed(by: Key, holders: Iterable[LocationCandidate]) -> _Index:
    by_key: dict[str, list[LocationCandidate]] = defaultdict(list)
    service_id_counts: Counter[str] = Counter()
    counts_without_zeros: Counter[str] = Counter()
    for holder in holders:
        key = _key(by, holder)
        if key:
            by_key[key].append(holder)
        if by is Key.EXT and (stripped := key.lstrip("0")):
            counts_without_zeros[stripped] += 1
        service_id_counts[holder.service_id_folded] += 1
    return _Index(by, by_key, service_id_counts, counts_without_zeros)


def _key(by: Key, holder: LocationCandidate) -> str:
    match by:
        case Key.SERVICE_ID:
            return holder.service_id_folded
        case Key.EXT:
            return holder.ext_folded
        case Key.EMAIL:
            return folded_key(Key.EMAIL, holder.email)


def _line_result(requested: RequestedLocation, index: _Index, mapping: Mapping[str, str]) -> LineResult:
    found = index.holders.get(requested.key, [])
    # Excel removes leading zeros, so an extension without them may stand for another one.
    if index.counts_without_zeros.get(requested.key, 0) > max(len(found), 1):
        return LineResult(requested, Result.AMBIGUOUS, without_leading_zeros=True)
    if not found:
        return _not_in_roster(requested, index.by, mapping)
    holder = found[0]
    if len(found) > 1 or (holder.service_id_folded and index.service_id_counts[holder.service_id_folded] > 1):
        return LineResult(requested, Result.AMBIGUOUS)
    if not holder.service_id_folded:
        return LineResult(requested, Result.UNKNOWN)
    return LineResult(requested, _result(requested.location, holder, mapping), holder.service_id, holder.location)


def _repeated(requested: RequestedLocation, first: LineResult) -> LineResult:
    """Return the result of a line that says the same as an earlier one."""
    left_out = first.result in (Result.UNKNOWN, Result.AMBIGUOUS)
    return replace(first, requested=requested, result=first.result if left_out else Result.UNCHANGED)


def _not_in_roster(requested: RequestedLocation, by: Key, mapping: Mapping[str, str]) -> LineResult:
    """Return the result of a line that names nobody in the roster: the mapping may still have them, to be cleared."""
    before = mapping.get(requested.key, "") if by is Key.SERVICE_ID else ""
    if before and requested.location in ("", before):
        result = Result.UNCHANGED if requested.location else Result.CLEARED
        return LineResult(requested, result, requested.given, before)
    return LineResult(requested, Result.UNKNOWN)


def _result(location: str, holder: LocationCandidate, mapping: Mapping[str, str]) -> Result:
    if location:
        return Result.UNCHANGED if location == _evenly_spaced(holder.location) else Result.SET
    return Result.CLEARED if holder.service_id_folded in mapping else Result.UNCHANGED


def _evenly_spaced(location: str) -> str:
    """Return the location with single spaces, as the cells of a file have them; Webex may send others."""
    return " ".join(location.split())
