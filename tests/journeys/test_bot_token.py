"""Webex refuses the bot's own token: nobody can be told in chat, so the log and the health of the process say so."""

import logging
from datetime import datetime

import pytest
import requests
from click.testing import CliRunner, Result

from bot.__main__ import main
from sandbox.world import BOT
from storage import access_refusals, space_looks
from storage.values.provider_access import AccessSubject
from tests.journeys.house import ANA, OLGA, House
from tests.journeys.syncs import ON_SQLITE, do, text


def readiness(house: House) -> tuple[int, str]:
    response = requests.get(f"{house.door.url}/readyz", timeout=5)
    return response.status_code, response.text


def is_refused(house: House) -> bool:
    with house.database.read() as session:
        return bool(access_refusals.current(session, (AccessSubject.BOT,)))


def health(house: House, monkeypatch: pytest.MonkeyPatch) -> Result:
    monkeypatch.setattr("bot.entrypoints.startup.log_to_stderr", lambda: None)
    monkeypatch.setenv("DATABASE_URL", house.settings.database_url.reveal())
    return CliRunner().invoke(main, ["health"])


def test_a_refused_bot_token_is_one_error_and_loses_nothing(
    house: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.ask(ANA, "help")
    assert readiness(house) == (200, "ready\n")
    assert health(house, monkeypatch).output.startswith("healthy: ")
    house.faults.add(path="/", token=BOT, status=401, times=None)
    asked = [house.say(ANA, word) for word in ("status", "help")]
    house.wait_for(lambda: is_refused(house) and len(house.inbox()) >= 3)
    status, said = readiness(house)
    assert status == 503
    assert "WEBEX_BOT_TOKEN" in said
    result = health(house, monkeypatch)
    assert (result.exit_code, result.output.count("\n")) == (1, 1)
    assert "WEBEX_BOT_TOKEN" in result.output
    calls = len(house.calls("GET", "/"))
    house.shift(minutes=2)
    do(house, "access")
    assert len(house.calls("GET", "/")) - calls <= 4
    (error,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert "WEBEX_BOT_TOKEN" in error
    assert "tracking id SANDBOX" in error
    assert [record for record in caplog.records if record.levelno == logging.WARNING] == []
    house.faults.clear()
    do(house, "access")
    house.wait_for(lambda: len(house.answers(asked[0])) == 2)
    first, second = map(text, house.answers(asked[0]))
    assert "no directory sync is under way" in first
    assert "What you can type" in second
    assert readiness(house) == (200, "ready\n")


@ON_SQLITE
def test_a_bots_token_that_works_again_has_the_spaces_looked_at(house: House) -> None:
    def requested_at() -> datetime | None:
        with house.database.read() as session:
            return space_looks.times(session).requested_at

    with house.database.write() as session:
        space_looks.begin(session, house.now(), {})
    before = requested_at()
    house.faults.add(path="/", token=BOT, status=401, times=None)
    house.say(ANA, "help")
    house.wait_for(lambda: is_refused(house))
    assert requested_at() == before
    house.faults.clear()
    do(house, "access")
    assert requested_at() != before


@ON_SQLITE
def test_messages_wait_longer_than_a_day_for_the_bots_token(house: House) -> None:
    house.faults.add(method="POST", path="/messages", token=BOT, status=401, times=None)
    house.faults.add(path="/people/me", token=BOT, status=401, times=None)
    asked = house.say(ANA, "help")
    house.wait_for(lambda: is_refused(house))
    for _ in range(3):
        house.shift(hours=23)
    house.wait_for(lambda: not house.is_silent())
    house.faults.clear()
    do(house, "access")
    house.wait_for(lambda: house.answers(asked))
    (told,) = house.wait_for(lambda: [text(each) for each in house.heard(OLGA)])
    assert "accepts my access again**: the bot's token works" in told
    assert "older than a day" in told


@ON_SQLITE
def test_one_call_that_is_refused_by_mistake_is_no_refused_token(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.faults.add(method="GET", path="/messages/", token=BOT, status=401)
    house.ask(ANA, "help")
    assert not is_refused(house)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@ON_SQLITE
def test_a_space_left_while_the_token_was_refused_is_forgotten(house: House) -> None:
    house.make_room("Acme", ANA, OLGA)
    house.ask(OLGA, "link reseller1-acme", "Acme", mention=True)
    room = house.world.room("Acme")
    own = next(member for member in house.world.rooms.members(room.id) if member.person.email == BOT)
    house.faults.add(path="/", token=BOT, status=401, times=None)
    house.world.rooms.remove(own.id, house.world.person(ANA))
    house.wait_for(lambda: is_refused(house))
    for _ in range(3):
        house.shift(hours=23)
        house.wait_for(lambda: house.events("memberships"))
    house.faults.clear()
    do(house, "access")
    house.wait_for(lambda: "No group space" in text(house.ask(OLGA, "spaces")))
