"""What becomes of each line of a CSV of locations."""

from bot.locating import Outcome, Result, changes, outcomes
from bot.tables.locations import Key, Wish, Wishes, comparable
from storage.folding import fold
from storage.license_table import Located


def person(service_id: str, ext: str = "", email: str = "", location: str = "") -> Located:
    return Located(service_id, fold(service_id), fold(ext), email, location)


PEOPLE = [
    person("Ana@acme", "1000", "ana@acme.example", "Bern"),
    person("ben@acme", "1001", "BEN@acme.example", "Basel"),
    person("cy@acme", "1001"),
    person("", "1002"),
    person("dan@acme", "1003"),
    person("DAN@acme", "1004"),
    person("eve@acme", "1005", location=" New\u00a0York "),
]
KNOWN = {"ben@acme": "Basel", "gone@acme": "Genf"}


def became(by: Key, given: str, location: str) -> Outcome:
    wish = Wish(2, given, comparable(by, given), location)
    (found,) = outcomes(Wishes(by, (wish,)), PEOPLE, KNOWN)
    assert found.wish == wish
    return found


def result(by: Key, given: str, location: str) -> Result:
    return became(by, given, location).result


def test_a_new_location_is_set_for_whom_the_key_names() -> None:
    for by, given in ((Key.SERVICE_ID, "ANA@ACME"), (Key.EXT, "1000"), (Key.EMAIL, "ANA@acme.example")):
        found = became(by, given, "Chur")
        assert (found.result, found.service_id, found.before) == (Result.SET, "Ana@acme", "Bern")


def test_a_location_that_is_shown_already_is_no_change_wherever_it_comes_from() -> None:
    assert result(Key.SERVICE_ID, "ana@acme", "Bern") is Result.UNCHANGED
    assert result(Key.SERVICE_ID, "ben@acme", "Basel") is Result.UNCHANGED
    assert result(Key.SERVICE_ID, "eve@acme", "New York") is Result.UNCHANGED


def test_an_empty_location_clears_what_the_mapping_has_and_nothing_else() -> None:
    assert result(Key.SERVICE_ID, "ben@acme", "") is Result.CLEARED
    assert result(Key.SERVICE_ID, "ana@acme", "") is Result.UNCHANGED


def test_what_nobody_has_is_unknown() -> None:
    assert result(Key.EXT, "9", "Chur") is Result.UNKNOWN
    assert result(Key.EMAIL, "", "Chur") is Result.UNKNOWN
    assert result(Key.EMAIL, "ana@acme.exämple", "Chur") is Result.UNKNOWN


def test_who_has_no_service_id_cannot_be_given_a_location() -> None:
    assert result(Key.EXT, "1002", "Chur") is Result.UNKNOWN


def test_what_several_have_is_ambiguous() -> None:
    assert result(Key.EXT, "1001", "Chur") is Result.AMBIGUOUS
    assert result(Key.SERVICE_ID, "dan@acme", "Chur") is Result.AMBIGUOUS
    assert result(Key.EXT, "1003", "Chur") is Result.AMBIGUOUS


def test_what_the_mapping_has_of_somebody_who_has_left_can_come_back_or_be_cleared() -> None:
    assert result(Key.SERVICE_ID, "gone@acme", "Genf") is Result.UNCHANGED
    assert result(Key.SERVICE_ID, "gone@acme", "Chur") is Result.UNKNOWN
    assert became(Key.SERVICE_ID, "GONE@acme", "") == Outcome(
        Wish(2, "GONE@acme", "gone@acme", ""), Result.CLEARED, "GONE@acme", "Genf"
    )
    assert result(Key.EXT, "gone@acme", "") is Result.UNKNOWN


def test_only_what_is_set_or_cleared_changes_anything() -> None:
    found = [became(Key.SERVICE_ID, given, "") for given in ("ben@acme", "ana@acme", "x", "dan@acme")]
    found.append(became(Key.EXT, "1000", "Chur"))
    assert changes(found) == {"ben@acme": "", "Ana@acme": "Chur"}
