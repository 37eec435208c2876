"""A command that is answered late says when it was written; an old change is asked about; a very old one is left."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from sandbox.webex.records import Message
from sandbox.world import BOT
from storage import inbox
from tests.journeys.house import ANA, OLGA, SAM, House

_ZONE = ZoneInfo("America/Chicago")


def write_earlier(house: House, text: str, ago: timedelta, room: str | None = None, email: str = ANA) -> Message:
    """Have a message read by the bot only now that was written some time ago."""
    house.faults.add(path="/messages/", method="GET", token=BOT, status=503)
    sent = house.say(email, text, room, mention=room is not None)
    messages = house.world.messages
    with house.world.lock:
        messages._by_room[sent.room_id][sent.id] = replace(sent, created=sent.created - ago)
    return sent


def answer(house: House, sent: Message) -> str:
    return house.wait_for(lambda: house.answers(sent))[0].markdown or ""


def clock(sent: Message, ago: timedelta) -> str:
    """Return when a message was written, as the enterprise's people read it."""
    return f"{(sent.created - ago).astimezone(_ZONE):%H:%M} CST"


def test_a_late_answer_says_when_its_command_was_written(house: House) -> None:
    ago = timedelta(minutes=5)
    sent = write_earlier(house, "status", ago)
    said = answer(house, sent)
    assert said.startswith(f"You wrote this at {clock(sent, ago)}")
    assert "no directory sync is under way" in said
    assert "You wrote this" not in (house.ask(ANA, "status").markdown or "")


def test_a_change_asked_for_more_than_an_hour_ago_is_asked_about(house: House) -> None:
    ago = timedelta(hours=2)
    sent = write_earlier(house, "sync", ago)
    said = answer(house, sent)
    assert said.startswith(f"You wrote `sync` at {clock(sent, ago)}")
    assert "2 h ago" in said
    assert said.endswith("Type it again if you still want it.")
    assert house.syncs_asked() == []
    assert [row.outcome for row in house.audit() if row.command == "sync"] == ["too late"]
    assert "queued" in (house.ask(ANA, "sync").markdown or "")


def test_a_change_asked_for_less_than_an_hour_ago_is_made(house_on_sqlite: House) -> None:
    sent = write_earlier(house_on_sqlite, "sync", timedelta(minutes=50))
    assert "Directory sync" in answer(house_on_sqlite, sent)
    house_on_sqlite.wait_for(lambda: len(house_on_sqlite.syncs_asked()) == 1)


def test_an_old_change_in_a_group_is_not_quoted_but_named(house_on_sqlite: House) -> None:
    house_on_sqlite.make_room("Acme", ANA, OLGA)
    sent = write_earlier(house_on_sqlite, "admins add ben@acme.example", timedelta(hours=3), "Acme")
    assert answer(house_on_sqlite, sent).startswith("You wrote `admins` at")


def test_what_was_written_more_than_a_day_ago_is_left_without_a_word(house_on_sqlite: House) -> None:
    sent = write_earlier(house_on_sqlite, "help", timedelta(hours=25))
    house_on_sqlite.wait_for(lambda: [row.state for row in house_on_sqlite.inbox()] == [inbox.DROPPED])
    assert house_on_sqlite.answers(sent) == []


def test_a_command_that_webex_kept_back_for_two_hours_is_asked_about(house_on_sqlite: House) -> None:
    house = house_on_sqlite
    house.faults.add(path="/messages/", method="GET", token=BOT, status=503, times=None)
    sent = house.say(ANA, "sync")
    house.wait_for(lambda: [row.failures for row in house.inbox()] >= [1])
    house.shift(hours=2)
    house.faults.clear()
    assert answer(house, sent).startswith("You wrote `sync` at")
    assert house.syncs_asked() == []


def test_a_wrong_clock_of_the_bot_makes_nothing_late(house_on_sqlite: House) -> None:
    house_on_sqlite.shift(hours=5)
    assert "queued" in (house_on_sqlite.ask(ANA, "sync").markdown or "")


def test_an_answer_that_waited_for_its_own_data_is_not_called_late(house_on_sqlite: House) -> None:
    house = house_on_sqlite
    house.faults.add(path="/broadworks/subscribers", status=429, headers={"Retry-After": "2"}, times=1)
    sent = house.say(ANA, "licenses count")
    house.wait_for(lambda: any(row.waited for row in house.inbox()))
    house.advance(minutes=2)
    house.wait_for(lambda: [said for said in house.answers(sent) if "license holders" in (said.markdown or "")])
    assert not [said for said in house.answers(sent) if "You wrote this" in (said.markdown or "")]


def test_what_was_typed_before_the_bot_asked_confirms_nothing(sqlite_url: str, build: Callable[..., House]) -> None:
    house = build(sqlite_url)
    house.start()
    house.ask(OLGA, 'enterprise add beta sp-enterprise-id="Reseller1+borealis"')
    first = write_earlier(house, "enterprise remove beta", timedelta(minutes=10), email=OLGA)
    write_earlier(house, "enterprise remove beta", timedelta(minutes=9), email=OLGA)
    house.wait_for(lambda: len(house.answers(first)) == 2)
    assert [row.outcome for row in house.audit() if row.arguments == "remove beta"] == ["unconfirmed"] * 2
    house.ask(OLGA, "enterprise remove beta")
    assert house.audit()[-1].outcome == "answered"


@pytest.mark.parametrize(("email", "text"), [(ANA, "admins"), (ANA, "use"), (OLGA, "enterprise list")])
def test_an_old_command_that_only_lists_is_answered(house_on_sqlite: House, email: str, text: str) -> None:
    ago = timedelta(hours=2)
    sent = write_earlier(house_on_sqlite, text, ago, email=email)
    assert answer(house_on_sqlite, sent).startswith("You wrote this at")
    assert [row.outcome for row in house_on_sqlite.audit() if row.command == text.split()[0]][-1] == "answered"


def test_a_stranger_is_told_to_what_a_late_denial_belongs(house_on_sqlite: House) -> None:
    write_earlier(house_on_sqlite, "sync", timedelta(hours=2), email=SAM)
    denial = house_on_sqlite.wait_for(lambda: house_on_sqlite.heard(SAM))[0].markdown or ""
    assert denial.startswith("You wrote this at")
    assert "not do it" not in denial
