"""What becomes of each line of a CSV of locations."""

from bot.locations.csv_reader import Key, LocationUpload, RequestedLocation, folded_key
from bot.locations.matching import LineResult, Result, UploadResult, changes, match_lines
from storage.values.folding import fold
from storage.values.license_table import LocationCandidate


def person(service_id: str, ext: str = "", email: str = "", location: str = "") -> LocationCandidate:
    return LocationCandidate(service_id, fold(service_id), fold(ext), email, location)


PEOPLE = [
    person("Ana@acme", "1000", "ana@acme.example", "Bern"),
    person("ben@acme", "1001", "BEN@acme.example", "Basel"),
    person("cy@acme", "1001"),
    person("", "1002"),
    person("dan@acme", "1003"),
    person("DAN@acme", "1004"),
    person("eve@acme", "1005", location=" New\u00a0York "),
    person("fay@acme", "110"),
    person("gil@acme", "00110"),
    person("hal@acme", "0220"),
    person("ivy@acme", "00220"),
    person("joe@acme", "0330"),
    person("kim@acme", ""),
    person("lea@acme", "000"),
    person("1@acme", "1006"),
    person("01@acme", "1007"),
]
KNOWN = {"ben@acme": "Basel", "gone@acme": "Genf"}


def became(by: Key, given: str, location: str) -> LineResult:
    requested = RequestedLocation(2, given, folded_key(by, given), location)
    (found,) = match_lines(LocationUpload(by, (requested,)), PEOPLE, KNOWN).lines
    assert found.requested == requested
    return found


def result(by: Key, given: str, location: str) -> Result:
    return became(by, given, location).result


def test_a_new_location_is_set_for_the_person_with_the_key() -> None:
    for by, given in ((Key.SERVICE_ID, "ANA@ACME"), (Key.EXT, "1000"), (Key.EMAIL, "ANA@acme.example")):
        found = became(by, given, "Chur")
        assert (found.result, found.service_id, found.before) == (Result.SET, "Ana@acme", "Bern")


def test_a_location_that_already_shows_is_unchanged() -> None:
    assert result(Key.SERVICE_ID, "ana@acme", "Bern") is Result.UNCHANGED
    assert result(Key.SERVICE_ID, "ben@acme", "Basel") is Result.UNCHANGED
    assert result(Key.SERVICE_ID, "eve@acme", "New York") is Result.UNCHANGED


def test_an_empty_location_clears_only_what_the_mapping_has() -> None:
    assert result(Key.SERVICE_ID, "ben@acme", "") is Result.CLEARED
    assert result(Key.SERVICE_ID, "ana@acme", "") is Result.UNCHANGED


def test_a_key_that_nobody_has_is_unknown() -> None:
    assert result(Key.EXT, "9", "Chur") is Result.UNKNOWN
    assert result(Key.EMAIL, "", "Chur") is Result.UNKNOWN
    assert result(Key.EMAIL, "ana@acme.exämple", "Chur") is Result.UNKNOWN


def test_a_person_without_a_service_id_cannot_get_a_location() -> None:
    assert result(Key.EXT, "1002", "Chur") is Result.UNKNOWN


def test_a_key_that_several_people_have_is_ambiguous() -> None:
    assert result(Key.EXT, "1001", "Chur") is Result.AMBIGUOUS
    assert result(Key.SERVICE_ID, "dan@acme", "Chur") is Result.AMBIGUOUS
    assert result(Key.EXT, "1003", "Chur") is Result.AMBIGUOUS


def test_the_location_of_a_person_who_left_can_only_be_cleared() -> None:
    assert result(Key.SERVICE_ID, "gone@acme", "Genf") is Result.UNCHANGED
    assert result(Key.SERVICE_ID, "gone@acme", "Chur") is Result.UNKNOWN
    assert became(Key.SERVICE_ID, "GONE@acme", "") == LineResult(
        RequestedLocation(2, "GONE@acme", "gone@acme", ""), Result.CLEARED, "GONE@acme", "Genf"
    )
    assert result(Key.EXT, "gone@acme", "") is Result.UNKNOWN


def test_only_set_and_cleared_lines_are_changes() -> None:
    found = [became(Key.SERVICE_ID, given, "") for given in ("ben@acme", "ana@acme", "x", "dan@acme")]
    found.append(became(Key.EXT, "1000", "Chur"))
    assert changes(found) == {"ben@acme": "", "Ana@acme": "Chur"}


def came_of(by: Key, *lines: tuple[str, str]) -> UploadResult:
    requested = (
        RequestedLocation(at, given, folded_key(by, given), place) for at, (given, place) in enumerate(lines, 2)
    )
    return match_lines(LocationUpload(by, tuple(requested)), PEOPLE, KNOWN)


def test_an_extension_without_its_zeros_may_be_ambiguous() -> None:
    for given in ("110", "220"):
        assert became(Key.EXT, given, "Chur") == LineResult(
            RequestedLocation(2, given, given, "Chur"), Result.AMBIGUOUS, without_leading_zeros=True
        )
    assert became(Key.EXT, "00110", "Chur").service_id == "gil@acme"
    assert became(Key.EXT, "0220", "Chur").service_id == "hal@acme"
    assert result(Key.EXT, "330", "Chur") is Result.UNKNOWN
    assert result(Key.EXT, "000", "Chur") is Result.SET
    assert result(Key.EXT, "", "Chur") is Result.UNKNOWN
    assert not became(Key.EXT, "1001", "Chur").without_leading_zeros
    assert result(Key.SERVICE_ID, "1@acme", "Chur") is Result.SET


def test_a_repeated_line_changes_nothing() -> None:
    def twice(given: str, location: str) -> list[Result]:
        return [line.result for line in came_of(Key.SERVICE_ID, (given, location), (given.upper(), location)).lines]

    assert twice("ana@acme", "Chur") == [Result.SET, Result.UNCHANGED]
    assert twice("ben@acme", "") == [Result.CLEARED, Result.UNCHANGED]
    assert twice("ben@acme", "Basel") == [Result.UNCHANGED, Result.UNCHANGED]
    assert twice("nobody", "Chur") == [Result.UNKNOWN, Result.UNKNOWN]
    assert twice("dan@acme", "Chur") == [Result.AMBIGUOUS, Result.AMBIGUOUS]
    again = came_of(Key.SERVICE_ID, ("ana@acme", "Chur"), ("ANA@acme", "Chur"))
    assert again.lines[1] == LineResult(
        RequestedLocation(3, "ANA@acme", "ana@acme", "Chur"), Result.UNCHANGED, "Ana@acme", "Bern"
    )
    assert changes(again.lines) == {"Ana@acme": "Chur"}
    assert again.new == {"Chur": 1}


def test_a_location_is_new_if_no_person_and_no_mapping_has_it() -> None:
    found = came_of(
        Key.SERVICE_ID,
        ("cy@acme", "Zug"),
        ("fay@acme", "Chur"),
        ("ana@acme", "Zug"),
        ("gil@acme", "Bern"),
        ("hal@acme", "Genf"),
        ("ivy@acme", "New York"),
        ("joe@acme", "bern"),
        ("nobody", "Thun"),
        ("ben@acme", ""),
    )
    assert list(found.new.items()) == [("Zug", 2), ("Chur", 1), ("bern", 1)]


def test_a_new_location_may_be_a_mistake_for_a_known_one() -> None:
    found = came_of(Key.SERVICE_ID, ("fay@acme", "Basle"), ("gil@acme", "Chur"))
    assert found.meant == {"Basle": "Basel"}
