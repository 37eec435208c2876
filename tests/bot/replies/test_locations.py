"""What `locations` says of where people are, and of a file."""

from dataclasses import replace

from bot.formatting.limits import MAX_MESSAGE_BYTES, size
from bot.locations import refusals
from bot.locations.csv_reader import Key, RequestedLocation
from bot.locations.matching import LineResult, Result, UploadResult
from bot.locations.refusals import Fault
from bot.replies import locations
from tests.bot.samples import NOW, ROSTER, enterprise

ACME = enterprise()


def _outcome(line: int, given: str, result: Result) -> LineResult:
    return LineResult(RequestedLocation(line, given, given, "Bern"), result)


def test_locations_that_do_not_fit_are_counted() -> None:
    places = {f"Place number {number}, in a street with a long name": 1000 - number for number in range(600)}
    said = locations.overview(places, 3, ROSTER, ACME, NOW)
    lines = [line for line in said.splitlines() if line.startswith("- ")]
    assert size(said) <= MAX_MESSAGE_BYTES
    assert lines[0] == "- Place number 0, in a street with a long name: 1,000"
    assert lines[-1] == f"- and {600 - len(lines) + 1} more"
    assert 50 < len(lines) < 200
    assert said.endswith("send `locations` with a CSV that has the columns `Service ID,Location`.")


def test_people_without_a_location_are_counted_separately() -> None:
    said = locations.overview({"": 1200, "Bern": 2, "Chur": 1}, 1, ROSTER, ACME, NOW)
    assert said.startswith(
        "**2 locations of Acme**, 14 license holders (1,200 without a location) as of Sun 22 Nov 04:09"
    )
    assert "- Bern: 2\n- Chur: 1\n" in said
    assert "Your list of locations is attached: 1 line." in said
    assert "Your list of locations is empty" in locations.overview({}, 0, ROSTER, ACME, NOW)


def test_counts_are_in_a_fixed_order_and_leave_out_zeros() -> None:
    found = [_outcome(2, "a", result) for result in (Result.UNKNOWN, Result.SET, Result.UNKNOWN, Result.CLEARED)]
    assert locations.counts(found) == "1 set, 1 cleared, 2 unknown"
    assert locations.counts([]) == "0 lines"


def test_only_lines_that_were_left_out_are_named() -> None:
    found = [_outcome(2, "a", Result.SET), _outcome(3, "", Result.UNKNOWN), _outcome(4, "b`", Result.AMBIGUOUS)]
    found.append(replace(_outcome(5, "110", Result.AMBIGUOUS), without_leading_zeros=True))
    said = locations.changed(UploadResult(Key.SERVICE_ID, found, {}), ROSTER, ACME, NOW).splitlines()
    assert [line for line in said if line.startswith("- ")] == [
        "- Line 3: its Service ID is empty",
        "- Line 4: several license holders have the Service ID `b`",
        "- Line 5: several license holders have the Service ID `110` (leading zeros ignored)",
    ]


def test_lines_left_out_after_the_tenth_are_counted() -> None:
    found = [_outcome(line, "a", Result.UNKNOWN) for line in range(2, 13)]
    said = locations.changed(UploadResult(Key.EXT, found, {}), ROSTER, ACME, NOW).splitlines()
    listed = [line for line in said if line.startswith("- ")]
    assert listed[9:] == ["- Line 11: no license holder has the Ext `a`", "- and 1 more"]
    assert len(locations.changed(UploadResult(Key.EXT, found[:10], {}), ROSTER, ACME, NOW).split("- Line")) == 11


def test_at_most_ten_new_locations_are_named_with_their_counts() -> None:
    def said(places: dict[str, int]) -> str:
        return locations.changed(UploadResult(Key.EXT, [_outcome(2, "a", Result.SET)], places), ROSTER, ACME, NOW)

    assert "\n\nNew: `Kraków` (1), `?ód?` (1,100).\n\n" in said({"Kraków": 1, "?ód?": 1100})
    many = said({f"p{number}": 1 for number in range(13)})
    assert "`p9` (1), and 3 more." in many
    assert "`p10`" not in many
    assert "more" not in said({f"p{number}": 1 for number in range(10)})
    assert "New" not in said({})


def test_probable_mistakes_are_named_first_with_what_was_meant() -> None:
    places = {f"p{number}": 1 for number in range(12)} | {"Dalas": 59}
    found = UploadResult(Key.EXT, [_outcome(2, "a", Result.SET)], places, {"Dalas": "Dallas"})
    said = locations.changed(found, ROSTER, ACME, NOW)
    assert "New: `Dalas` (59 – did you mean `Dallas`?), `p0` (1)," in said
    assert "`p8` (1), and 3 more." in said


def test_an_invisible_value_is_quoted_as_nothing() -> None:
    assert refusals.quoted("\u200b`") == "nothing"
    said = refusals.faults([Fault(1234, "a header", refusals.quoted("a\nb"))])
    assert "- Line 1,234: I expected a header, but found `a b`" in said
