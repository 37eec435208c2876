"""`locations`: a CSV that comes with the message, what becomes of it, and who is where by it."""

import csv
import io
from collections.abc import Sequence

import pytest

from bot.chat.message import MAX_FILE_BYTES
from sandbox.seed import SPACE
from sandbox.webex.records import Message
from sandbox.world import BOT, PARTNER_ADMIN
from tests.journeys.house import ANA, BEN, SAM, House
from tests.journeys.tables import csv_of, file_of, rows

MAPPING = ["Service ID", "Location"]
REPORT = ["Line", "Result", "Given", "Service ID", "Location", "Location Before"]
CONTENTS = "/contents/"


def _csv(*lines: Sequence[str], header: Sequence[str] = MAPPING) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written).writerows([header, *lines])
    return written.getvalue().encode("utf-8-sig")


def _shown(house: House) -> dict[str, str]:
    """Service IDs and locations, as `licenses` has them now."""
    return {row[2]: row[0] for row in csv_of(house, house.ask(ANA, "licenses"))}


def _audited(house: House) -> list[str]:
    return [row.detail for row in house.audit() if row.command != "file"]


def _mapping(house: House) -> list[list[str]]:
    answer = house.ask(ANA, "locations")
    if "Your list of locations is empty" in (answer.markdown or ""):
        assert answer.files == ()
        return []
    return csv_of(house, answer, header=MAPPING)


def _results(house: House, answer: Message) -> list[str]:
    return [row[1] for row in csv_of(house, answer, header=REPORT)]


def test_locations_waits_for_the_first_roster(house: House) -> None:
    service_id = rows(house)[0][2]
    house.faults.add(path="/broadworks/subscribers", token=PARTNER_ADMIN, delay=60)
    asked = house.say(ANA, "locations", file=_csv([service_id, "Bern"]))
    house.wait_for(lambda: [row for row in house.inbox() if row.waited and row.lease_until is None])
    house.advance(seconds=8.5)
    status = house.wait_for(lambda: house.answers(asked))[0]
    assert "I am reading your license holders from Webex" in (status.markdown or "")
    house.faults.clear()
    answer = house.wait_for(lambda: house.answers(asked)[1:])[0]
    assert "1 set" in (answer.markdown or "")


def test_a_csv_sets_locations_at_once_and_they_survive_the_next_read(house: House) -> None:
    first, second, third = (row[2] for row in rows(house)[:3])
    before = _shown(house)
    content = _csv([first, "Kraków"], [second, before[second]], ["nobody@here", "Bern"], [third.upper(), "=Bern"])
    answer = house.ask(ANA, "locations", file=content)
    said = answer.markdown or ""
    assert "2 set, 1 unchanged, 1 unknown" in said
    assert "New: `Kraków` (1), `=Bern` (1)." in said
    assert "Line 4: no license holder has the Service ID `nobody@here`" in said
    assert csv_of(house, answer, header=REPORT) == [
        ["2", "set", first, first, "Kraków", before[first]],
        ["3", "unchanged", second, second, before[second], before[second]],
        ["4", "unknown", "nobody@here", "", "Bern", ""],
        ["5", "set", third.upper(), third, "'=Bern", before[third]],
    ]
    wanted = before | {first: "Kraków", third: "'=Bern"}
    assert _shown(house) == wanted
    assert "1 of 410" in (house.ask(ANA, "licenses location=krakow").markdown or "")
    house.shift(minutes=11)
    assert _shown(house) == wanted
    assert len(house.calls("GET", "/broadworks/subscribers")) > 5
    assert _audited(house)[1] == "2 set, 1 unchanged, 1 unknown"


def test_locations_alone_counts_license_holders_and_attaches_the_mapping(house: House) -> None:
    someone = rows(house)[0][2]
    house.ask(ANA, "locations", file=_csv([someone, "Kraków"]))
    answer = house.ask(ANA, "locations")
    places = [row[0] for row in rows(house)[1:]] + ["Kraków"]
    numbers = sorted(((places.count(place), place) for place in {*places} - {""}), key=lambda one: (-one[0], one[1]))
    said = [line for line in (answer.markdown or "").splitlines() if line.startswith("- ")]
    assert said[: len(numbers)] == [f"- {place}: {number}" for number, place in numbers]
    assert csv_of(house, answer, header=MAPPING) == [[someone, "Kraków"]]


def test_every_line_that_is_not_blank_is_in_the_csv_of_the_reply(house: House) -> None:
    someone = rows(house)[0][2]
    lines = [someone, "Kraków"], ["", ""], [someone, "Kraków"], ["nobody", "x"], ["", "x"], ["nobody", "x"]
    answer = house.ask(ANA, "locations", file=_csv(*lines))
    assert _results(house, answer) == ["set", "unchanged", "unknown", "unknown", "unknown"]
    assert "- Line 6: its Service ID is empty" in (answer.markdown or "")


def test_our_own_files_can_be_sent_back_and_only_edits_count(house: House) -> None:
    someone = rows(house)[0][2]
    house.ask(ANA, "locations", file=_csv([someone, "+Kraków"]))
    mapping = file_of(house, house.ask(ANA, "locations"))
    assert _results(house, house.ask(ANA, "locations", file=mapping)) == ["unchanged"]
    table = file_of(house, house.ask(ANA, "licenses"))
    assert set(_results(house, house.ask(ANA, "locations", file=table))) == {"unchanged"}
    assert _mapping(house) == [[someone, "'+Kraków"]]
    edited = table.replace(b"'+Krak\xc3\xb3w", b"Bern")
    answer = house.ask(ANA, "locations", file=edited)
    assert "1 set, 409 unchanged" in (answer.markdown or "")
    assert _shown(house)[someone] == "Bern"


def test_clearing_a_location_restores_webexs_value_without_a_read(house: House) -> None:
    someone = rows(house)[0]
    house.ask(ANA, "locations", file=_csv([someone[2], "Kraków"]))
    asked = len(house.calls("GET", "/broadworks/subscribers"))
    answer = house.ask(ANA, "locations", file=_csv([someone[2], ""]))
    assert "1 cleared" in (answer.markdown or "")
    assert _shown(house)[someone[2]] == someone[0]
    assert _mapping(house) == []
    assert len(house.calls("GET", "/broadworks/subscribers")) == asked


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"Service ID;Site\r\n1;2\r\n", "Line 1: I expected a header with `Location`"),
        (b"Ext,Location\r\n1000,Bern\r\n1001,Bern,CH\r\n", "Line 3: I expected 2 cells, as in the header"),
        (b"Ext,Location\r\n1000,Bern\r\n1001\r\n", "Line 3: I expected 2 cells, as in the header, but found 1 cell"),
        (b'Ext,Location\r\n1000,"Bern"x\r\n', "Line 2: I expected quotes only at the beginning and the end of a cell"),
        (b"Ext,Location\r\n1000,Bern\r\n1000,Basel\r\n", "Line 3: I expected `Bern` for Ext `1000`, as in line 2"),
        (b"Ext,Location\r\n1000," + b"x" * 201, "Line 2: I expected a location of at most 200"),
        (b"Ext,Location\r\n" + b"1000,Bern\r\n" * 100_000, "more than 100,000 lines"),
        (b"PK\x03\x04 whatever", "Excel workbook"),
        (b"", "but found nothing"),
    ],
)
def test_an_unclear_file_changes_nothing_and_the_reply_names_the_line(
    house_on_sqlite: House, content: bytes, said: str
) -> None:
    house = house_on_sqlite
    answer = house.ask(ANA, "locations", file=content)
    assert said in (answer.markdown or "")
    assert "Nothing was changed" in (answer.markdown or "")
    assert answer.files == ()
    assert _mapping(house) == []
    assert house.audit()[0].outcome == "refused"


def test_a_file_that_is_too_large_is_refused(house_on_sqlite: House) -> None:
    answer = house_on_sqlite.ask(ANA, "locations", file=b"x" * (MAX_FILE_BYTES + 1))
    assert "larger than 5 MB" in (answer.markdown or "")


def test_the_file_of_a_stranger_is_not_downloaded(house_on_sqlite: House) -> None:
    house = house_on_sqlite
    answer = house.ask(SAM, "locations", file=_csv(["a", "b"]))
    assert "not on my list" in (answer.markdown or "")
    assert house.calls("GET", CONTENTS) == []


def test_a_file_sent_with_a_command_that_takes_none_is_not_downloaded(house_on_sqlite: House) -> None:
    house = house_on_sqlite
    assert "410 of 410" in (house.ask(ANA, "licenses", file=_csv(["a", "b"])).markdown or "")
    assert house.calls("GET", CONTENTS) == []


def test_a_file_that_is_being_scanned_is_downloaded_later(house_on_sqlite: House) -> None:
    house = house_on_sqlite
    house.faults.add(path=CONTENTS, token=BOT, status=423, headers={"Retry-After": "1"})
    answer = house.ask(ANA, "locations", file=_csv([rows(house)[0][2], "Kraków"]))
    assert "1 set" in (answer.markdown or "")
    assert house.calls("GET", CONTENTS)[:2] == [423, 200]


@pytest.mark.parametrize("status", [410, 428])
def test_a_file_with_malware_or_that_cannot_be_scanned_is_refused(house_on_sqlite: House, status: int) -> None:
    house = house_on_sqlite
    house.faults.add(path=CONTENTS, token=BOT, status=status, times=None)
    assert "malware" in (house.ask(ANA, "locations", file=_csv(["a", "b"])).markdown or "")


def test_words_after_locations_are_not_taken_for_a_file(house_on_sqlite: House) -> None:
    answer = house_on_sqlite.ask(ANA, "locations Dallas").markdown or ""
    assert "attach a CSV" in answer
    assert "`locations Dallas`" in answer
    answer = house_on_sqlite.ask(ANA, "locations please", file=_csv(["a", "b"])).markdown or ""
    assert "I did not use your file" in answer


def test_the_csv_of_the_reply_undoes_the_change_as_the_reply_says(house_on_sqlite: House) -> None:
    house = house_on_sqlite
    before = _shown(house)
    lines = [[service_id, "Kraków"] for service_id in [*before][:20]]
    answer = house.ask(ANA, "locations", file=_csv(*lines, ["nobody@here", "Bern"]))
    assert "rename `Location Before` to `Location`" in (answer.markdown or "")
    report = [row[:4] + row[5:] for row in csv_of(house, answer, header=REPORT)]
    undo = "\r\n".join(map(",".join, [["Line", "Result", "Given", "Service ID", "Location"], *report]))
    house.ask(ANA, "locations", file=undo.encode())
    assert _shown(house) == before


def test_the_reply_in_a_group_with_others_goes_to_the_requester_only(house: House) -> None:
    someone = rows(house)[0][2]
    said = house.say(ANA, "locations", SPACE, mention=True, file=_csv([someone, "Kraków"]))
    answer = house.wait_for(lambda: house.heard(ANA))[0]
    line = house.wait_for(lambda: house.answers(said))[0]
    assert "1 set" in (answer.markdown or "")
    assert "1:1 message" in (line.markdown or "")
    assert line.files == ()


def test_nothing_changes_if_the_license_holders_cannot_be_read(house_on_sqlite: House) -> None:
    house = house_on_sqlite
    house.faults.add(path="/broadworks/subscribers", token=PARTNER_ADMIN, status=500, times=None)
    answer = house.ask(ANA, "locations", file=_csv(["a", "b"]), deadline=20).markdown or ""
    assert "Nothing was changed" in answer
    assert "license holders" in answer


def test_a_person_without_rights_changes_nothing(house: House) -> None:
    assert house.ask(BEN, "locations", file=_csv([rows(house)[0][2], "Kraków"])).files == ()
    assert _mapping(house) == []


def _sent(house: House, *files: str) -> str:
    """What is answered to a `locations` to which Webex says these files belong."""
    room = house.ask(ANA, "help").room_id
    seen = {"id": "m", "roomId": room, "roomType": "direct", "personId": house.world.person(ANA).id}
    seen |= {"personEmail": ANA, "text": "locations"}
    house.faults.add(method="GET", path="/messages/", token=BOT, status=200, body={**seen, "files": list(files)})
    return house.ask(ANA, "help").markdown or ""


def test_more_than_one_file_is_refused(house_on_sqlite: House) -> None:
    house = house_on_sqlite
    said = _sent(house, f"{house.sandbox.url}contents/1", f"{house.sandbox.url}contents/2")
    assert "one at a time" in said
    assert house.calls("GET", CONTENTS) == []


def test_a_file_outside_webex_is_not_downloaded(house_on_sqlite: House, caplog: pytest.LogCaptureFixture) -> None:
    assert "does not let me read" in _sent(house_on_sqlite, "https://files.example/1")
    assert "leads elsewhere" in caplog.text
