"""What becomes of each line of a CSV of locations: whom it names, and whether that changes anything."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.locations.csv_reader import Key, LocationUpload, RequestedLocation, comparable
from storage.values.license_table import LocationCandidate


class Result(StrEnum):
    """What came of a line."""

    SET = "set"
    CLEARED = "cleared"
    UNCHANGED = "unchanged"
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class LineResult:
    """A line, what came of it, for which Service ID, and where that was before the file; both empty where unknown.

    `zeros_aside` says that several are named only if leading zeros do not count.
    """

    wish: RequestedLocation
    result: Result
    service_id: str = ""
    before: str = ""
    zeros_aside: bool = False


@dataclass(frozen=True, slots=True)
class UploadResult:
    """What came of a file: of each line, and how many of them set which location that was nowhere before."""

    by: Key
    lines: Sequence[LineResult]
    new: Mapping[str, int]


REPORT_HEADER = ("Line", "Result", "Given", "Service ID", "Location", "Location Before")


@dataclass(frozen=True, slots=True)
class _Named:
    """License holders by what names them, how many share a Service ID, and an extension without its leading zeros."""

    by: Key
    people: Mapping[str, list[LocationCandidate]]
    sharing: Mapping[str, int]
    alike: Mapping[str, int]


def upload(wishes: LocationUpload, people: Sequence[LocationCandidate], known: Mapping[str, str]) -> UploadResult:
    """What is to become of a file, given a roster's license holders and the mapping by folded Service ID.

    A location that a license holder has already, from the mapping or from Webex, is no change: so a table that was
    sent out can come back, and only what was edited in it counts.
    """
    named = _named(wishes.by, people)
    firsts: dict[str, LineResult] = {}
    found = []
    for wish in wishes.lines:
        first = firsts.get(wish.key)
        outcome = _outcome(wish, named, known) if first is None else _again(wish, first)
        firsts.setdefault(wish.key, outcome)
        found.append(outcome)
    there = {_evenly_spaced(place.location) for place in people}.union(known.values())
    new = Counter(one.wish.location for one in found if one.result is Result.SET and one.wish.location not in there)
    return UploadResult(wishes.by, found, new)


def changes(found: Iterable[LineResult]) -> dict[str, str]:
    """The Service IDs whose location changes, with the new one, empty where it is cleared."""
    changed = (Result.SET, Result.CLEARED)
    return {outcome.service_id: outcome.wish.location for outcome in found if outcome.result in changed}


def cells(outcome: LineResult) -> tuple[str, ...]:
    """A line of the report, in the order of REPORT_HEADER."""
    wish = outcome.wish
    return str(wish.line), outcome.result, wish.given, outcome.service_id, wish.location, outcome.before


def _named(by: Key, people: Iterable[LocationCandidate]) -> _Named:
    named: dict[str, list[LocationCandidate]] = defaultdict(list)
    sharing: Counter[str] = Counter()
    alike: Counter[str] = Counter()
    for place in people:
        key = _key(by, place)
        if key:
            named[key].append(place)
        if by is Key.EXT and (bare := key.lstrip("0")):
            alike[bare] += 1
        sharing[place.service_id_folded] += 1
    return _Named(by, named, sharing, alike)


def _key(by: Key, place: LocationCandidate) -> str:
    match by:
        case Key.SERVICE_ID:
            return place.service_id_folded
        case Key.EXT:
            return place.ext_folded
        case Key.EMAIL:
            return comparable(Key.EMAIL, place.email)


def _outcome(wish: RequestedLocation, named: _Named, known: Mapping[str, str]) -> LineResult:
    people = named.people.get(wish.key, [])
    # Excel takes leading zeros off, so one who is named without any may not be who was meant.
    if named.alike.get(wish.key, 0) > max(len(people), 1):
        return LineResult(wish, Result.AMBIGUOUS, zeros_aside=True)
    if not people:
        return _gone(wish, named.by, known)
    place = people[0]
    if len(people) > 1 or (place.service_id_folded and named.sharing[place.service_id_folded] > 1):
        return LineResult(wish, Result.AMBIGUOUS)
    if not place.service_id_folded:
        return LineResult(wish, Result.UNKNOWN)
    return LineResult(wish, _result(wish.location, place, known), place.service_id, place.location)


def _again(wish: RequestedLocation, first: LineResult) -> LineResult:
    """Of a line that says what an earlier one has said."""
    left_out = first.result in (Result.UNKNOWN, Result.AMBIGUOUS)
    return replace(first, wish=wish, result=first.result if left_out else Result.UNCHANGED)


def _gone(wish: RequestedLocation, by: Key, known: Mapping[str, str]) -> LineResult:
    """Of a line that names nobody in the roster: what the mapping has of them can be cleared."""
    before = known.get(wish.key, "") if by is Key.SERVICE_ID else ""
    if before and not wish.location:
        return LineResult(wish, Result.CLEARED, wish.given, before)
    if before and before == wish.location:
        return LineResult(wish, Result.UNCHANGED, wish.given, before)
    return LineResult(wish, Result.UNKNOWN)


def _result(location: str, place: LocationCandidate, known: Mapping[str, str]) -> Result:
    if location:
        return Result.UNCHANGED if location == _evenly_spaced(place.location) else Result.SET
    return Result.CLEARED if place.service_id_folded in known else Result.UNCHANGED


def _evenly_spaced(location: str) -> str:
    """As the cells of a file are, unlike what Webex may send."""
    return " ".join(location.split())
