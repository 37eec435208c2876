"""`licenses`: the view, its table and its CSV."""

import re
from collections import Counter
from dataclasses import replace

import pytest

from bot.formatting import csv_file
from bot.replies.licenses import GUIDE
from sandbox.seed import ACME
from tests.journeys.house import ANA, House
from tests.journeys.tables import csv_of, file_of, plain, rows


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


def test_a_location_filter_finds_exactly_its_people(house: House) -> None:
    answer = house.ask(ANA, "licenses location=Dallas")
    wanted = [row for row in rows(house) if row[0] == "Dallas"]
    assert len(wanted) == 88
    assert "88 of 410" in (answer.markdown or "")
    assert "Location is Dallas" in (answer.markdown or "")
    assert csv_of(house, answer) == wanted


def test_a_filtered_and_sorted_csv_has_exactly_the_matching_rows(house: House) -> None:
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
    like = house.world.subscribers.of_enterprise(ACME)[0]
    house.world.subscribers.add(replace(like, first_name="=1+1", last_name='Zz"Quoted, Name', extension="+49"))
    answer = house.ask(ANA, "licenses last=zz*")
    assert "1 of 411" in (answer.markdown or "")
    content = file_of(house, answer).decode("utf-8-sig")
    assert ',\'+49,\'=1+1,"Zz""Quoted, Name",' in content


def test_an_unknown_filter_key_gets_a_suggestion(house: House) -> None:
    answer = house.ask(ANA, "licenses locaton=Dallas").markdown or ""
    assert "Did you mean `location`?" in answer


def test_a_fault_in_a_filter_is_underlined(house: House) -> None:
    answer = (house.ask(ANA, "licenses type=basic sort=-lasst").markdown or "").splitlines()
    line = answer.index("type=basic sort=-lasst")
    assert answer[line + 1].index("^") == answer[line].index("-lasst")
    assert set(answer[line + 1].strip()) == {"^"}


def test_an_answer_without_matches_has_no_csv(house: House) -> None:
    answer = house.ask(ANA, "licenses location=Nowhere")
    assert "0 of 410" in (answer.markdown or "")
    assert "Nobody matches, so there is no CSV" in (answer.markdown or "")
    assert answer.files == ()


def test_a_filter_that_finds_nobody_gets_suggestions(house: House) -> None:
    there = rows(house)
    premium = [row for row in there if row[1] == "Premium"]
    in_dallas = [row for row in premium if row[0] == "Dallas"]
    said = house.ask(ANA, "licenses type=premium location=Dalas").markdown or ""
    assert f"If you leave out `location=Dalas`, {len(premium)} people match." in said
    assert f"With `location=Dallas`, {len(in_dallas)} people match." in said
    assert f"0 of {len(there)}" in said
    word = house.ask(ANA, "licenses miler").markdown or ""
    assert "With `Miller`, " in word
    both = house.ask(ANA, "licenses location=Nowhere type=nothing").markdown or ""
    assert "Nobody matches, even without one of these conditions." in both


def test_an_unknown_value_is_named_even_if_the_filter_finds_people(house: House) -> None:
    for typed in ("licenses status!=provisoned", "licenses count status!=provisoned"):
        said = house.ask(ANA, typed).markdown or ""
        assert "410 of 410" in said
        assert "Nobody has status `provisoned`. Did you mean `provisioned`?" in said
    assert "Nobody has" not in (house.ask(ANA, "licenses status!=provisioned").markdown or "")


def test_conditions_that_belong_together_are_suggested_as_one(house: House) -> None:
    waiting = sum(row[7] == "Pending Email Input" for row in rows(house))
    said = house.ask(ANA, "licenses status=pending email input").markdown or ""
    assert f'With `status="pending email input"`, {waiting} people match.' in said
    assert "Without" not in said
    either = sum(row[0] in ("Dallas", "Austin") for row in rows(house))
    said = house.ask(ANA, "licenses count location=Dallas or location=Austin").markdown or ""
    assert f"With `location=Dallas,Austin`, {either} people match." in said
    said = house.ask(ANA, "licenses `type=premium` counts").markdown or ""
    assert "Type `count` or `refresh` right after `licenses`: `licenses count type=premium`." in said


def test_count_gives_counts_without_a_table_or_a_file(house: House) -> None:
    in_dallas = [row for row in rows(house) if row[0] == "Dallas"]
    answer = house.ask(ANA, "licenses count location=Dallas")
    said = answer.markdown or ""
    assert "88 of 410" in said
    assert f"- {len(in_dallas)} Dallas" in said
    activated = sum(row[8] == "Activated" for row in in_dallas)
    assert f"{activated} Activated" in said
    assert "```" not in said
    assert answer.files == ()


def test_count_lists_every_location(house: House) -> None:
    places = Counter(row[0] for row in rows(house))
    said = house.ask(ANA, "licenses count").markdown or ""
    place, number = places.most_common(1)[0]
    assert f"- {number} {place}" in said
    assert len(re.findall(r"^- \d", said, re.MULTILINE)) == len(places)
    sentence = house.ask(ANA, "licenses").markdown or ""
    assert f"Location: {places.most_common(1)[0][1]} {places.most_common(1)[0][0]}" in sentence


def test_a_command_word_is_searched_for_if_quoted_or_not_first(house: House) -> None:
    like = house.world.subscribers.of_enterprise(ACME)[0]
    house.world.subscribers.add(replace(like, last_name="Count"))
    assert "**1 of 411" in (house.ask(ANA, 'licenses "count"').markdown or "")
    assert "**1 of 411" in (house.ask(ANA, "licenses last=count").markdown or "")
    assert "**1 of 411" in (house.ask(ANA, "licenses count count").markdown or "")
    assert "**411 of 411" in (house.ask(ANA, "licenses COUNT").markdown or "")


def test_a_file_too_large_for_webex_is_refused_with_a_filter_to_try(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_file, "MAX_CSV_BYTES", 20_000)
    answer = house.ask(ANA, "licenses")
    assert answer.files == ()
    places = Counter(row[0] for row in rows(house)), Counter(row[1] for row in rows(house))
    found = re.search(r"100 MB.*`licenses (\w+)=\"?([^`\"]+)\"?` \((\d+) people\)\.", answer.markdown or "")
    assert found is not None
    nearest = min(abs(205 - number) for counted in places for number in counted.values())
    assert abs(205 - int(found[3])) <= nearest


def test_the_filter_help_points_to_help_licenses_if_it_finds_nobody(house: House) -> None:
    assert "`help licenses` explains" in (house.ask(ANA, "licenses Help").markdown or "")
    assert "`help licenses`" not in (house.ask(ANA, "licenses location=help").markdown or "")
    like = house.world.subscribers.of_enterprise(ACME)[0]
    joined = house.world.subscribers.add(replace(like, last_name="Helpmann"))
    house.world.subscribers.set_status(joined.id, "provisioned")
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
