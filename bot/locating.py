"""What becomes of each line of a CSV of locations: whom it names, and whether that changes anything."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.tables.locations import Key, Wish, Wishes, comparable
from storage.license_table import Located


class Result(StrEnum):
    """What came of a line."""

    SET = "set"
    CLEARED = "cleared"
    UNCHANGED = "unchanged"
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A line, what came of it, for which Service ID, and where that was before; the last two empty where unknown."""

    wish: Wish
    result: Result
    service_id: str = ""
    before: str = ""


REPORT_HEADER = ("Line", "Result", "Given", "Service ID", "Location", "Location Before")


def outcomes(wishes: Wishes, people: Iterable[Located], known: Mapping[str, str]) -> list[Outcome]:
    """What is to become of each line, given a roster's licence holders and the mapping by folded Service ID.

    A location that a licence holder has already, from the mapping or from Webex, is no change: so a table that was
    sent out can come back, and only what was edited in it counts.
    """
    named: dict[str, list[Located]] = defaultdict(list)
    sharing: dict[str, int] = defaultdict(int)
    for place in people:
        named[_key(wishes.by, place)].append(place)
        sharing[place.service_id_folded] += 1
    named.pop("", None)
    return [_outcome(wish, wishes.by, named.get(wish.key, []), sharing, known) for wish in wishes.lines]


def changes(found: Iterable[Outcome]) -> dict[str, str]:
    """The Service IDs whose location changes, with the new one, empty where it is cleared."""
    changed = (Result.SET, Result.CLEARED)
    return {outcome.service_id: outcome.wish.location for outcome in found if outcome.result in changed}


def cells(outcome: Outcome) -> tuple[str, ...]:
    """A line of the report, in the order of REPORT_HEADER."""
    wish = outcome.wish
    return str(wish.line), outcome.result, wish.given, outcome.service_id, wish.location, outcome.before


def _key(by: Key, place: Located) -> str:
    match by:
        case Key.SERVICE_ID:
            return place.service_id_folded
        case Key.EXT:
            return place.ext_folded
        case Key.EMAIL:
            return comparable(Key.EMAIL, place.email)


def _outcome(
    wish: Wish, by: Key, named: list[Located], sharing: Mapping[str, int], known: Mapping[str, str]
) -> Outcome:
    if not named:
        return _gone(wish, by, known)
    place = named[0]
    if len(named) > 1 or (place.service_id_folded and sharing[place.service_id_folded] > 1):
        return Outcome(wish, Result.AMBIGUOUS)
    if not place.service_id_folded:
        return Outcome(wish, Result.UNKNOWN)
    return Outcome(wish, _result(wish.location, place, known), place.service_id, place.location)


def _gone(wish: Wish, by: Key, known: Mapping[str, str]) -> Outcome:
    """Of a line that names nobody in the roster: what the mapping has of them can be cleared."""
    before = known.get(wish.key, "") if by is Key.SERVICE_ID else ""
    if before and not wish.location:
        return Outcome(wish, Result.CLEARED, wish.given, before)
    if before and before == wish.location:
        return Outcome(wish, Result.UNCHANGED, wish.given, before)
    return Outcome(wish, Result.UNKNOWN)


def _result(location: str, place: Located, known: Mapping[str, str]) -> Result:
    if location:
        # Cells of a file have no odd spaces, as what Webex sends may have.
        return Result.UNCHANGED if location == " ".join(place.location.split()) else Result.SET
    return Result.CLEARED if place.service_id_folded in known else Result.UNCHANGED
