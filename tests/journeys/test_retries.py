"""What the bot has to say arrives, whatever Webex answers at first."""

import pytest

from bot.chat.command import Command, Request
from bot.chat.message import Reply
from bot.commands import COMMANDS
from bot.dispatch import access
from bot.jobs import inbox
from sandbox.faults import Fault
from sandbox.seed import SPACE
from sandbox.world import BOT
from tests.journeys.house import ANA, House
from tests.journeys.tables import csv_of, rows


def test_a_message_is_sent_after_the_pause_that_webex_asks_for(house: House) -> None:
    house.faults.add(method="POST", path="/messages", token=BOT, status=429, headers={"Retry-After": "1"})
    house.ask(ANA, "help")
    house.ask(ANA, "status")
    house.wait_for(lambda: house.calls("POST", "/messages") == [429, 200, 200])  # noted after the answer is sent
    assert "What you can type" in (house.heard(ANA)[0].markdown or "")


def test_a_message_is_sent_again_while_webex_fails(house: House) -> None:
    house.faults.add(method="POST", path="/messages", token=BOT, status=500, times=2)
    house.ask(ANA, "help")
    house.wait_for(lambda: house.calls("POST", "/messages") == [500, 500, 200])
    assert len(house.heard(ANA)) == 1


def test_a_message_whose_response_was_lost_is_sent_twice(house: House) -> None:
    house.faults.add(method="POST", path="/messages", token=BOT, drop="after")
    house.ask(ANA, "help")
    house.ask(ANA, "status")
    house.wait_for(lambda: len(house.calls("POST", "/messages")) == 3)
    texts = [(one.markdown or "").splitlines()[0] for one in house.heard(ANA)]
    assert texts[:2] == ["**What you can type**"] * 2
    assert "no directory sync is under way" in texts[2]
    assert len(texts) == 3


def test_a_message_whose_thread_is_refused_is_sent_outside_it(house: House) -> None:
    house.faults.add(method="POST", path="/messages", token=BOT, status=400)
    answer = house.ask(ANA, "help", SPACE, mention=True)
    assert answer.parent_id is None
    assert "What you can type" in (answer.markdown or "")


def test_a_reply_to_a_deleted_message_is_sent_outside_the_thread(house: House) -> None:
    house.faults.add(method="POST", path="/messages", token=BOT, delay=0.3)
    said = house.say(ANA, "help", SPACE, mention=True)
    house.wait_for(lambda: house.faults.is_clear)
    house.world.messages.delete(house.world.person(ANA), said.id)
    answer = house.wait_for(lambda: house.heard(SPACE))[0]
    assert answer.parent_id is None


def test_a_file_sent_on_the_second_try_is_complete(house: House) -> None:
    house.faults.add(method="POST", path="/messages", token=BOT, status=429, headers={"Retry-After": "1"})
    answer = house.ask(ANA, "licenses")
    house.wait_for(lambda: house.calls("POST", "/messages") == [429, 200])
    assert csv_of(house, answer) == rows(house)


def test_a_command_that_keeps_failing_gets_one_apology(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[str] = []

    def run(_session: object, asked: Request) -> Reply:
        runs.append(asked.arguments)
        raise ZeroDivisionError("on purpose")

    broken = Command(usage="broken", summary="", details="", run=run)
    monkeypatch.setattr(access, "COMMANDS", (broken, *COMMANDS))
    house.say(ANA, "broken")
    house.say(ANA, "status")

    def answered() -> bool:
        rows = house.inbox()
        if rows and rows[0].lease_until is None and rows[0].state == "open":
            house.shift(seconds=10)  # longer than each pause, and too short for two steps to end a lease
        return len(house.heard(ANA)) == 2

    house.wait_for(answered)
    assert len(runs) == 5
    apology, status = house.heard(ANA)
    assert "Sorry" in (apology.markdown or "")
    assert "on purpose" not in (apology.markdown or "")
    assert "no directory sync is under way" in (status.markdown or "")
    asked = [row for row in house.inbox() if row.person_id == house.world.person(ANA).id]
    assert [row.state for row in asked] == ["failed", "done"]


def test_an_apology_waits_until_webex_can_be_read(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    faults: list[Fault] = []

    def run(_session: object, _request: Request) -> Reply:
        if not faults:
            faults.append(house.faults.add(method="GET", path="/messages/", token=BOT, status=503, times=2))
        raise ZeroDivisionError("on purpose")

    broken = Command(usage="broken", summary="", details="", run=run)
    monkeypatch.setattr(access, "COMMANDS", (broken, *COMMANDS))
    monkeypatch.setattr(inbox, "MAX_FAILURES", 1)
    house.say(ANA, "broken")

    def apologized() -> bool:
        rows = house.inbox()
        if rows and rows[0].lease_until is None and rows[0].state == "open":
            house.shift(seconds=10)
        return len(house.heard(ANA)) == 1

    house.wait_for(apologized)
    assert "Sorry" in (house.heard(ANA)[0].markdown or "")


def test_a_command_received_before_a_restart_is_answered_after_it(house: House) -> None:
    fault = house.faults.add(method="GET", path="/messages/", token=BOT, status=503, times=None)
    said = house.say(ANA, "help")
    house.wait_for(lambda: house.faults.is_clear or house.inbox())
    house.stop()
    fault.times = 0
    house.start()
    house.wait_for(lambda: house.answers(said))
    assert len(house.answers(said)) == 1
