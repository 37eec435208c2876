"""Where `licenses` has its rows from: how they are read, how new they are, and what is said meanwhile."""

from dataclasses import replace

from sandbox.seed import ACME
from sandbox.world import PARTNER_ADMIN
from tests.journeys.house import ANA, BEN, House
from tests.journeys.syncs import do
from tests.journeys.tables import csv_of, rows

SUBSCRIBERS = "/broadworks/subscribers"


def test_refresh_reads_the_license_holders_again(house: House) -> None:
    house.ask(ANA, "licenses")
    house.world.subscribers.remove(house.world.subscribers.of_enterprise(ACME)[7].id)
    assert "410 of 410" in (house.ask(ANA, "licenses").markdown or "")
    answer = house.ask(ANA, "licenses refresh")
    assert "409 of 409" in (answer.markdown or "")
    assert csv_of(house, answer) == rows(house)
    house.world.subscribers.remove(house.world.subscribers.of_enterprise(ACME)[7].id)
    assert "408 of 408" in (house.ask(ANA, "licenses refresh count").markdown or "")


def test_a_stale_roster_reads_only_the_changes_in_one_call(house: House) -> None:
    house.ask(ANA, "licenses")
    people = house.world.subscribers
    people.set_status(people.of_enterprise(ACME)[7].id, "error")
    joined = people.add(replace(people.of_enterprise(ACME)[0], first_name="New"))
    people.set_status(joined.id, "provisioned")
    assert "410 of 410" in (house.ask(ANA, "licenses").markdown or "")
    house.shift(minutes=11)
    before = len(house.calls("GET", SUBSCRIBERS))
    answer = house.ask(ANA, "licenses")
    assert "411 of 411" in (answer.markdown or "")
    assert csv_of(house, answer) == rows(house)
    assert len(house.calls("GET", SUBSCRIBERS)) == before + 1


def test_people_who_left_disappear_with_the_daily_full_read(house: House) -> None:
    house.ask(ANA, "licenses")
    house.world.subscribers.remove(house.world.subscribers.of_enterprise(ACME)[7].id)
    house.shift(minutes=11)
    assert "410 of 410" in (house.ask(ANA, "licenses").markdown or "")
    house.shift(hours=24)
    answer = house.ask(ANA, "licenses")
    assert "409 of 409" in (answer.markdown or "")
    assert csv_of(house, answer) == rows(house)


def test_a_set_location_survives_a_read_of_changes(house: House) -> None:
    house.ask(ANA, "licenses")
    people = house.world.subscribers
    one = people.of_enterprise(ACME)[7]
    house.ask(ANA, "locations", file=f"Service ID,Location\n{one.user_id},Elsewhere\n".encode())
    people.set_status(one.id, "error")
    house.shift(minutes=11)
    (row,) = csv_of(house, house.ask(ANA, "licenses location=elsewhere"))
    assert (row[0], row[2], row[7]) == ("Elsewhere", one.user_id, "Error")


def test_a_roster_that_cannot_be_read_again_is_shown_with_its_age(house: House) -> None:
    house.ask(ANA, "licenses")
    house.shift(minutes=11)
    house.faults.add(path=SUBSCRIBERS, token=PARTNER_ADMIN, status=500, times=None)
    answer = house.ask(ANA, "licenses")
    assert "410 of 410" in (answer.markdown or "")
    assert "As of" in (answer.markdown or "")
    assert "11 min ago" in (answer.markdown or "")
    assert "could not read newer data" in (answer.markdown or "")
    assert csv_of(house, answer) == rows(house)


def test_the_reply_says_that_the_first_roster_could_not_be_read(house: House) -> None:
    house.faults.add(path=SUBSCRIBERS, token=PARTNER_ADMIN, status=500, times=None)
    answer = house.ask(ANA, "licenses")
    assert "could not read your license holders" in (answer.markdown or "")
    assert answer.files == ()


def test_a_roster_is_right_even_if_webexs_links_drop_the_filter(house: House) -> None:
    house.world.links_drop_filters = True
    answer = house.ask(ANA, "licenses")
    assert csv_of(house, answer) == rows(house)


def _hang_up(house: House) -> None:
    """Have Webex not answer what the roster is read by, until the faults are cleared."""
    house.faults.add(path=SUBSCRIBERS, token=PARTNER_ADMIN, delay=60)


def _wait_in_vain(house: House) -> None:
    """Let more time go by than an answer is held back for."""
    house.wait_for(lambda: [row for row in house.inbox() if row.waited and row.lease_until is None])
    house.advance(seconds=8.5)


def test_a_first_roster_shows_progress_and_then_the_answer(house: House) -> None:
    _hang_up(house)
    asked = house.say(ANA, "licenses type=premium")
    _wait_in_vain(house)
    status = house.wait_for(lambda: house.answers(asked))[0]
    assert "I am reading your license holders from Webex" in (status.markdown or "")
    house.faults.clear()
    answer = house.wait_for(lambda: house.answers(asked)[1:])[0]
    assert "92 of 410" in (answer.markdown or "")
    assert len(csv_of(house, answer)) == 92
    house.wait_for(
        lambda: "I have read your license holders from Webex: 5 pages." in (house.answers(asked)[0].markdown or "")
    )


def test_a_roster_that_takes_too_long_ends_the_wait_with_a_message(house: House) -> None:
    _hang_up(house)
    asked = house.say(ANA, "licenses")
    _wait_in_vain(house)
    house.wait_for(lambda: house.answers(asked) and house.is_silent())
    house.advance(hours=1)
    answer = house.wait_for(lambda: house.answers(asked)[1:])[0]
    assert "Please ask again later" in (answer.markdown or "")
    house.wait_for(lambda: "takes too long, so I have stopped waiting" in (house.answers(asked)[0].markdown or ""))
    house.faults.clear()


def test_a_refresh_during_a_read_is_answered_from_that_read(house: House) -> None:
    house.make_admin(BEN)
    house.ask(ANA, "licenses")
    house.shift(minutes=11)
    _hang_up(house)
    first = house.say(BEN, "licenses")
    house.wait_for(lambda: len(house.rosters()) == 2)
    second = house.say(ANA, "licenses refresh")
    house.wait_for(lambda: house.rosters()[1].whole)
    house.faults.clear()
    answer = house.wait_for(lambda: house.answers(second))[0]
    assert "410 of 410" in (answer.markdown or "")
    assert "again" not in (answer.markdown or "")
    house.wait_for(lambda: house.answers(first))


def test_other_commands_are_answered_while_a_roster_is_read(house: House) -> None:
    _hang_up(house)
    asked = house.say(ANA, "licenses")
    _wait_in_vain(house)
    house.wait_for(lambda: house.answers(asked))
    assert "What you can type" in (house.ask(ANA, "help").markdown or "")
    house.faults.clear()
    house.wait_for(lambda: [one for one in house.answers(asked) if "410 of 410" in (one.markdown or "")])


def test_a_slow_refresh_shows_progress_and_then_the_answer(house: House) -> None:
    house.ask(ANA, "licenses")
    house.world.subscribers.remove(house.world.subscribers.of_enterprise(ACME)[7].id)
    _hang_up(house)
    asked = house.say(ANA, "licenses refresh")
    _wait_in_vain(house)
    house.wait_for(lambda: house.answers(asked))
    house.faults.clear()
    answer = house.wait_for(lambda: house.answers(asked)[1:])[0]
    assert "409 of 409" in (answer.markdown or "")
    assert "As of" in (answer.markdown or "")


def test_a_slow_read_is_answered_from_the_old_roster_with_its_age(house: House) -> None:
    house.ask(ANA, "licenses")
    house.shift(minutes=11)
    _hang_up(house)
    asked = house.say(ANA, "licenses")
    _wait_in_vain(house)
    answer = house.wait_for(lambda: house.answers(asked))[0]
    assert "410 of 410" in (answer.markdown or "")
    assert "11 min ago" in (answer.markdown or "")
    assert "I am reading newer data" in (answer.markdown or "")
    house.faults.clear()


def test_every_roster_is_read_in_full_once_a_day(house: House) -> None:
    house.ask(ANA, "licenses")
    house.world.subscribers.remove(house.world.subscribers.of_enterprise(ACME)[7].id)
    before = len(house.calls("GET", SUBSCRIBERS))
    do(house, "whole rosters")
    assert len(house.rosters()) == 1
    house.shift(hours=24, seconds=1)
    do(house, "whole rosters")
    house.wait_for(lambda: len(house.calls("GET", SUBSCRIBERS)) >= before + 5)
    assert "409 of 409" in (house.ask(ANA, "licenses").markdown or "")
