"""Two installations with one bot token: what the first one does when the second has taken the webhooks."""

import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from bot.jobs import webhooks
from bot.jobs.engine.context import Context
from bot.webex import own_webhooks
from bot.webex.own_webhooks import UNKNOWN_TURN
from storage import webhooks as kept
from storage.engine.database import Database
from storage.models import WebhookRow
from tests.bot.webex.test_other_installation import program
from tests.journeys.house import House
from tests.journeys.test_webhooks import NOWHERE, are_right, hook, hooks, look, told, writes


def take(house: House, address: str) -> None:
    for each in hooks(house):
        each.target_url = address


def taken_by(house: House) -> str | None:
    with house.database.read() as session:
        return kept.taken_by(session)


def test_the_first_rests_while_the_second_answers(house: House, caplog: pytest.LogCaptureFixture) -> None:
    with program() as address:
        take(house, address)
        written = writes(house)
        for _ in range(5):
            look(house)
        assert (taken_by(house), writes(house)) == (address, written)
        (message,) = told(house)
        assert address in message
        assert "Another installation has my webhooks" in message
        errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
        assert [address in error for error in errors] == [True]


def test_a_restart_goes_on_resting(house_on_sqlite: House) -> None:
    house = house_on_sqlite
    with program() as address:
        take(house, address)
        look(house)
        house.stop()
        house.start(ready=False)
        house.wait_for(house.context.has_looked_at_webhooks.is_set)
        assert {each.target_url for each in hooks(house)} == {address}
    for _ in range(3):
        look(house)
    assert are_right(house)
    assert taken_by(house) is None


def test_the_first_takes_back_after_three_silent_looks_in_a_row(house_on_sqlite: House) -> None:
    house = house_on_sqlite
    with program() as address:
        take(house, address)
        look(house)
    for _ in range(2):
        look(house)
    assert not are_right(house)
    with program() as other:
        restart_elsewhere(house, address, other)
        look(house)
    for _ in range(2):
        look(house)
    assert not are_right(house)
    look(house)
    assert are_right(house)
    assert "has not answered" in told(house)[-1]


def restart_elsewhere(house: House, address: str, other: str) -> None:
    """Have the same installation answer at another port, because its own may be taken by now."""
    take(house, other)
    with house.database.write() as session:
        session.execute(update(WebhookRow).where(WebhookRow.taken_by == address).values(taken_by=other))


@pytest.mark.parametrize("gives_up", ["deletes", "returns"])
def test_webhooks_that_the_second_gives_up_are_taken_back_at_once(house_on_sqlite: House, gives_up: str) -> None:
    house = house_on_sqlite
    with program() as address:
        take(house, address)
        look(house)
        if gives_up == "deletes":
            for each in hooks(house):
                house.world.webhooks.delete(each.id, each.owner)
        else:
            take(house, f"{house.door.url}/webhooks")
        look(house)
        assert are_right(house)
        assert taken_by(house) is None
        assert "given my webhooks up" in told(house)[-1]


def test_a_second_that_was_silent_and_takes_them_again_keeps_them(house_on_sqlite: House) -> None:
    house = house_on_sqlite
    take(house, NOWHERE)
    for _ in range(4):
        look(house)
    assert are_right(house)
    take(house, NOWHERE)
    for _ in range(6):
        look(house)
    assert not are_right(house)
    assert "took them again" in told(house)[-1]
    assert len(told(house)) == 3
    house.stop()
    house.start(ready=False)
    house.wait_for(lambda: "I work again" in told(house)[-1])
    assert are_right(house)


def test_a_third_installation_is_said_as_well(house_on_sqlite: House) -> None:
    house = house_on_sqlite
    with program() as second, program() as third:
        for address in (second, third):
            take(house, address)
            look(house)
            assert taken_by(house) == address
        assert [third in message for message in told(house)] == [False, True]


def test_one_webhook_at_another_address_is_no_second_installation(house_on_sqlite: House) -> None:
    house = house_on_sqlite
    with program() as address:
        hook(house).target_url = address
        look(house)
        assert are_right(house)
        assert taken_by(house) is None


def test_a_process_with_an_older_address_follows_the_newer_one(house_on_sqlite: House) -> None:
    house = house_on_sqlite
    newer = "http://127.0.0.1:9/newer/webhooks"
    with house.database.write() as session:
        session.execute(update(WebhookRow).values(target_url=newer))
    take(house, newer)
    written = writes(house)
    look(house)
    assert writes(house) == written
    hook(house).status = "inactive"
    look(house)
    assert (hook(house).status, hook(house).target_url) == ("active", newer)


def without_address(house: House) -> Context:
    """A process of the same installation that has just started without a public address."""
    settings = replace(house.settings, bot_public_url="")
    return replace(house.context, settings=settings, has_looked_at_webhooks=threading.Event())


def test_without_an_address_the_bot_rests_while_another_one_answers(house_on_sqlite: House) -> None:
    house = house_on_sqlite
    written = writes(house)
    context = without_address(house)
    with program() as address:
        take(house, address)
        webhooks.look(context)
        assert taken_by(house) == address
    for _ in range(3):
        webhooks.look(context)
    assert (taken_by(house), writes(house)) == (None, written)
    assert [text in said for text, said in zip(("Another", "I work again"), told(house), strict=True)] == [True, True]


def test_without_an_address_an_installation_that_starts_later_is_noticed(house_on_sqlite: House) -> None:
    house = house_on_sqlite
    context = without_address(house)
    webhooks.look(context)
    with program() as address:
        take(house, address)
        webhooks.look(context)
        assert taken_by(house) == address
    assert "Another installation" in told(house)[-1]


def forget_own_address(house: House) -> None:
    """Have the database know nothing of the webhooks, as a new one does."""
    with house.database.write() as session:
        session.execute(delete(WebhookRow))


def test_without_an_address_the_bot_knows_its_own_door(house: House, caplog: pytest.LogCaptureFixture) -> None:
    forget_own_address(house)
    written = writes(house)
    context = without_address(house)
    with caplog.at_level("WARNING"):
        webhooks.look(context)
        webhooks.look(context)
    assert (taken_by(house), writes(house), told(house)) == (None, written, [])
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("bot.jobs.webhook")]
    assert [f"{house.door.url}/webhooks, are left as they are" in line for line in lines] == [True]


def test_a_copy_of_the_database_is_another_installation(house_on_sqlite: House, tmp_path: Path) -> None:
    house = house_on_sqlite
    look(house)
    forget_own_address(house)
    with closing(sqlite3.connect(str(house.database.reader.url.database))) as file:
        file.execute("VACUUM INTO ?", [f"{tmp_path}/copy.db"])
    copy = Database(f"sqlite:///{tmp_path}/copy.db")
    webhooks.look(replace(without_address(house), database=copy))
    with copy.read() as session:
        assert kept.taken_by(session) == f"{house.door.url}/webhooks"
    copy.close()
    webhooks.look(without_address(house))
    assert taken_by(house) is None


def test_a_bot_that_rests_because_of_its_own_door_works_again(house_on_sqlite: House) -> None:
    house = house_on_sqlite
    forget_own_address(house)
    with house.database.write() as session:
        kept.set_taken_by(session, own_webhooks.NAMES, f"{house.door.url}/webhooks")
    webhooks.look(without_address(house))
    assert taken_by(house) is None


def test_another_address_of_its_own_door_is_repaired(house_on_sqlite: House) -> None:
    house = house_on_sqlite
    take(house, f"{house.door.url.replace('127.0.0.1', 'localhost')}/webhooks")
    look(house)
    assert are_right(house)
    assert taken_by(house) is None
    assert "pointed to another address" in told(house)[-1]


def test_a_door_without_its_database_is_neither_dead_nor_alive(house_on_sqlite: House) -> None:
    house = house_on_sqlite
    context = without_address(house)
    with program(503, only="/webhooks", turn=UNKNOWN_TURN) as address:
        take(house, address)
        webhooks.look(context)
        assert taken_by(house) is None
        with house.database.write() as session:
            kept.set_taken_by(session, own_webhooks.NAMES, address)
            kept.set_silent_looks(session, 2)
        for _ in range(2):
            webhooks.look(context)
        assert taken_by(house) == address
    webhooks.look(context)
    assert taken_by(house) is None


def test_without_an_address_webhooks_to_nowhere_are_left_alone(house_on_sqlite: House) -> None:
    house = house_on_sqlite
    take(house, NOWHERE)
    written = writes(house)
    webhooks.look(without_address(house))
    assert (taken_by(house), writes(house), told(house)) == (None, written, [])
