"""`licenses`: the view, its table, its CSV, and how fresh it is."""

import re
from dataclasses import replace

from bot.replies.licenses import GUIDE
from sandbox.seed import ACME
from sandbox.world import PARTNER_ADMIN
from tests.journeys.house import ANA, House
from tests.journeys.tables import csv_of, file_of, plain, rows

SUBSCRIBERS = "/broadworks/subscribers"


def _table(markdown: str) -> list[str]:
    """The rows of the table in the message, as last names at their beginning."""
    found = re.search(r"```\n(.*?)\n```", markdown, re.DOTALL)
    assert found is not None
    return found[1].splitlines()[2:]


def test_licenses_shows_everybody_and_attaches_the_whole_table(house: House) -> None:
    answer = house.ask(ANA, "licenses")
    said = answer.markdown or ""
    assert "410 of 410" in said
    assert len(_table(said)) == 15
    assert csv_of(house, answer) == rows(house)
    assert re.fullmatch(r"licenses_reseller1-acme_\d{8}T\d{6}Z\.csv", answer.files[0].name)


def test_a_location_gives_exactly_its_people(house: House) -> None:
    answer = house.ask(ANA, "licenses location=Dallas")
    wanted = [row for row in rows(house) if row[0] == "Dallas"]
    assert len(wanted) == 88
    assert "88 of 410" in (answer.markdown or "")
    assert "Location is Dallas" in (answer.markdown or "")
    assert csv_of(house, answer) == wanted


def test_a_filtered_and_sorted_view_is_exactly_the_csv(house: House) -> None:
    answer = house.ask(ANA, 'licenses type=premium status="pending email input" sort=-last')
    there = [row for row in rows(house) if row[1] == "Premium" and row[7] == "Pending Email Input"]
    wanted = sorted(there, key=lambda row: plain(row[5]), reverse=True)
    assert len(wanted) > 3
    assert f"{len(wanted)} of 410" in (answer.markdown or "")
    assert csv_of(house, answer) == wanted
    table = _table(answer.markdown or "")
    for line, row in zip(table, wanted, strict=False):
        assert line.startswith(row[5][:8])


def test_a_cell_that_a_spreadsheet_would_run_is_guarded(house: House) -> None:
    like = house.world.subscribers.of(ACME)[0]
    house.world.subscribers.add(replace(like, first_name="=1+1", last_name='Zz"Quoted, Name', extension="+49"))
    answer = house.ask(ANA, "licenses last=zz*")
    assert "1 of 411" in (answer.markdown or "")
    content = file_of(house, answer).decode("utf-8-sig")
    assert ',\'+49,\'=1+1,"Zz""Quoted, Name",' in content


def test_an_unknown_key_is_answered_with_what_was_probably_meant(house: House) -> None:
    answer = house.ask(ANA, "licenses locaton=Dallas").markdown or ""
    assert "Did you mean `location`?" in answer


def test_a_fault_in_a_filter_is_pointed_at(house: House) -> None:
    answer = (house.ask(ANA, "licenses type=basic sort=-lasst").markdown or "").splitlines()
    line = answer.index("type=basic sort=-lasst")
    assert answer[line + 1].index("^") == answer[line].index("-lasst")
    assert set(answer[line + 1].strip()) == {"^"}


def test_a_filter_that_matches_nobody_still_gives_its_header(house: House) -> None:
    answer = house.ask(ANA, "licenses location=Nowhere")
    assert "0 of 410" in (answer.markdown or "")
    assert csv_of(house, answer) == []


def test_help_as_a_filter_that_finds_nobody_leads_to_the_explanation(house: House) -> None:
    assert "`help licenses` explains" in (house.ask(ANA, "licenses Help").markdown or "")
    assert "`help licenses`" not in (house.ask(ANA, "licenses location=help").markdown or "")
    like = house.world.subscribers.of(ACME)[0]
    house.world.subscribers.add(replace(like, last_name="Helpmann"))
    house.shift(minutes=11)
    found = house.ask(ANA, "licenses help").markdown or ""
    assert "1 of 411" in found
    assert "`help licenses`" not in found


def test_every_example_of_a_filter_finds_somebody_in_the_demo(house: House) -> None:
    examples = re.findall(r"^- `([^`]+)`", GUIDE, re.MULTILINE)
    assert len(examples) > 6
    for example in examples:
        said = house.ask(ANA, f"licenses {example}").markdown or ""
        number = re.match(r"\*\*(\d+) of 410 ", said)
        assert number is not None, said
        assert 0 < int(number[1]) < 410, example


def test_a_stale_roster_is_read_again_first(house: House) -> None:
    house.ask(ANA, "licenses")
    house.world.subscribers.remove(house.world.subscribers.of(ACME)[7].id)
    assert "410 of 410" in (house.ask(ANA, "licenses").markdown or "")
    house.shift(minutes=11)
    answer = house.ask(ANA, "licenses")
    assert "409 of 409" in (answer.markdown or "")
    assert csv_of(house, answer) == rows(house)


def test_a_roster_that_cannot_be_read_again_is_told_with_its_age(house: House) -> None:
    house.ask(ANA, "licenses")
    house.shift(minutes=11)
    house.faults.add(path=SUBSCRIBERS, who=PARTNER_ADMIN, status=500, times=None)
    answer = house.ask(ANA, "licenses")
    assert "410 of 410" in (answer.markdown or "")
    assert "As of" in (answer.markdown or "")
    assert "11 min ago" in (answer.markdown or "")
    assert "could not read them again" in (answer.markdown or "")
    assert csv_of(house, answer) == rows(house)


def test_a_roster_that_was_never_read_and_cannot_be_is_said_so(house: House) -> None:
    house.faults.add(path=SUBSCRIBERS, who=PARTNER_ADMIN, status=500, times=None)
    answer = house.ask(ANA, "licenses")
    assert "could not read your licence holders" in (answer.markdown or "")
    assert answer.files == ()


def test_a_roster_is_whole_although_webex_forgets_the_filter_of_its_pages(house: House) -> None:
    house.world.links_drop_filters = True
    answer = house.ask(ANA, "licenses")
    assert csv_of(house, answer) == rows(house)
