"""The bot's own webhooks: made, watched, repaired, and nobody else's touched."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from bot.jobs import webhooks
from bot.webex import own_webhooks
from bot.webex.errors import Unavailable
from sandbox.webex.webhook_signatures import SPARK_HEADER, WEBEX_HEADER
from sandbox.webex.webhooks import Webhook
from sandbox.world import BOT
from storage.models import SpaceLookRow
from tests.journeys.house import ANA, OLGA, House

NAMES = sorted(own_webhooks.NAMES)
MESSAGES = own_webhooks.name("messages", "created")
ROOMS = own_webhooks.name("rooms", "migrated")
NAMES_BUT_MESSAGES = [name for name in own_webhooks.NAMES if name != MESSAGES]
NOWHERE = "http://127.0.0.1:9/elsewhere"


def hooks(house: House) -> list[Webhook]:
    return house.world.webhooks.owned_by(house.world.person(BOT))


def hook(house: House, name: str = MESSAGES) -> Webhook:
    (found,) = [each for each in hooks(house) if each.name == name]
    return found


def are_right(house: House) -> bool:
    return sorted((each.name, each.target_url, each.status) for each in hooks(house)) == [
        (name, f"{house.door.url}/webhooks", "active") for name in NAMES
    ]


def look(house: House) -> None:
    """Have the bot look at its webhooks now."""
    webhooks.look(house.context)


def told(house: House) -> list[str]:
    """What the operator was told of webhooks."""
    house.wait_for(house.is_silent)
    return [message.markdown or "" for message in house.heard(OLGA)]


def writes(house: House) -> int:
    return sum(len(house.calls(method, "/webhooks")) for method in ("POST", "PUT", "DELETE"))


@contextmanager
def warnings(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    caplog.clear()
    found: list[str] = []
    with caplog.at_level(logging.WARNING):
        yield found
    found += [record.getMessage() for record in caplog.records if record.name.startswith("bot.jobs.webhook")]


def test_the_bot_makes_its_five_webhooks_and_tells_nobody(house: House) -> None:
    assert sorted(each.name for each in hooks(house)) == NAMES
    assert {(each.resource, each.event) for each in hooks(house)} == set(own_webhooks.WANTED)
    assert {each.target_url for each in hooks(house)} == {f"{house.door.url}/webhooks"}
    house.ask(ANA, "help")
    assert told(house) == []


def test_a_look_at_right_webhooks_is_one_call_without_a_write(house_on_sqlite: House) -> None:
    house = house_on_sqlite
    reads, written = len(house.calls("GET", "/webhooks")), writes(house)
    look(house)
    assert (len(house.calls("GET", "/webhooks")), writes(house)) == (reads + 1, written)


def make_inactive(house: House) -> None:
    hook(house).status = "inactive"


def delete(house: House) -> None:
    house.world.webhooks.delete(hook(house).id, house.world.person(BOT))


def move(house: House) -> None:
    hook(house).target_url = NOWHERE


def change_resource(house: House) -> None:
    hook(house).event = "deleted"


def add_filter(house: House) -> None:
    hook(house).filter = "roomType=group"


def duplicate(house: House) -> None:
    twin = hook(house)
    house.world.webhooks.create(twin.owner, twin.name, twin.target_url, twin.resource, twin.event)


@pytest.mark.parametrize(
    ("fault", "logged", "said"),
    [
        (make_inactive, "inactive", "Webex had switched it off"),
        (delete, "deleted", "it was deleted"),
        (move, "other address", f"it pointed to another address, `{NOWHERE}`"),
        (change_resource, "other resource", "it was for another resource or event"),
        (add_filter, "other resource", "had a filter"),
        (duplicate, "duplicate", "there was more than one of it"),
    ],
)
def test_a_fault_is_repaired_logged_and_told_once(
    house_on_sqlite: House,
    caplog: pytest.LogCaptureFixture,
    fault: Callable[[House], None],
    logged: str,
    said: str,
) -> None:
    house = house_on_sqlite
    fault(house)
    with warnings(caplog) as lines:
        look(house)
    assert are_right(house)
    assert len(lines) == 1
    assert f"repaired the webhook {MESSAGES}: {logged}" in lines[0]
    assert "last right: 20" in lines[0]
    (message,) = told(house)
    assert said in message
    assert "It was last right at" in message
    look(house)
    assert len(told(house)) == 1
    house.ask(ANA, "help")


def test_the_same_fault_within_an_hour_is_only_logged(house_on_sqlite: House, caplog: pytest.LogCaptureFixture) -> None:
    house = house_on_sqlite
    for already in (0, 1):
        make_inactive(house)
        with warnings(caplog) as lines:
            look(house)
        assert (len(lines), already or len(told(house))) == (1, 1)
    house.shift(hours=1)
    make_inactive(house)
    look(house)
    assert are_right(house)
    assert len(told(house)) == 2


def has_looked_back(house: House) -> bool:
    """Say whether the bot has noted where the spaces stand, as at its very first start."""
    with house.database.read() as session:
        return session.scalars(select(SpaceLookRow)).first() is not None


def test_what_an_inactive_webhook_missed_is_answered_after_its_repair(house_on_sqlite: House) -> None:
    house = house_on_sqlite
    house.wait_for(lambda: has_looked_back(house))
    make_inactive(house)
    sent = house.say(ANA, "help")
    look(house)
    house.wait_for(lambda: house.answers(sent))


def test_all_faults_of_one_look_are_one_message(house_on_sqlite: House) -> None:
    for each in hooks(house_on_sqlite):
        each.status = "inactive"
    look(house_on_sqlite)
    (message,) = told(house_on_sqlite)
    assert message.count("switched it off. It was last right") == 5


@pytest.mark.parametrize("status", [400, 403, 409])
def test_a_refused_webhook_is_said_once_and_keeps_no_other_from_being_made(
    sqlite_url: str, build: Callable[..., House], caplog: pytest.LogCaptureFixture, status: int
) -> None:
    house = build(sqlite_url)
    refusal = house.faults.add(
        path="/webhooks$", method="POST", times=1, status=status, body={"message": "not for this bot"}
    )
    with warnings(caplog) as lines:
        house.start(ready=False)
        house.wait_for(house.context.has_looked_at_webhooks.is_set)
        assert [each.name for each in hooks(house)] == NAMES_BUT_MESSAGES
        assert refusal.times == 0
    assert len(lines) == 1
    assert "what people type" in lines[0]
    (message,) = told(house)
    assert f"Webex answers {status}: not for this bot" in message
    house.faults.add(path="/webhooks$", method="POST", times=1, status=status)
    with warnings(caplog) as lines:
        look(house)
    assert (lines, len(told(house)), house.faults.is_clear) == ([], 1, True)
    assert not are_right(house)
    look(house)
    assert are_right(house)
    assert "Webhooks work now" in told(house)[1]
    look(house)
    assert len(told(house)) == 2


def test_too_many_requests_are_told_only_if_they_go_on(
    house_on_sqlite: House, caplog: pytest.LogCaptureFixture
) -> None:
    house = house_on_sqlite
    delete(house)
    house.faults.add(path="/webhooks$", method="POST", times=1, status=429, headers={"Retry-After": "1"})
    house.database.tell(frozenset({"webhooks"}))
    house.wait_for(lambda: are_right(house))
    assert told(house) == []
    delete(house)
    house.faults.add(path="/webhooks$", method="POST", times=2, status=429, headers={"Retry-After": "1"})
    house.database.tell(frozenset({"webhooks"}))
    house.wait_for(lambda: are_right(house) and len(told(house)) == 2)
    assert "Webex answers 429" in told(house)[0]
    assert "work now" in told(house)[1]


def test_one_webhook_that_webex_cannot_make_now_keeps_no_other_back(house_on_sqlite: House) -> None:
    house = house_on_sqlite
    for each in hooks(house):
        house.world.webhooks.delete(each.id, each.owner)
    house.faults.add(path="/webhooks$", method="POST", times=1, status=502)
    with pytest.raises(Unavailable):
        look(house)
    assert [each.name for each in hooks(house)] == NAMES_BUT_MESSAGES
    look(house)
    assert are_right(house)


def test_a_webhook_deleted_amid_a_look_is_made_again(house_on_sqlite: House) -> None:
    house = house_on_sqlite
    make_inactive(house)
    house.faults.add(path=f"/webhooks/{hook(house).id}", method="PUT", times=1, status=404)
    house.world.webhooks.delete(hook(house, ROOMS).id, house.world.person(BOT))
    look(house)
    assert {each.name for each in hooks(house) if each.status == "active"} == set(NAMES)


def test_a_new_address_of_the_bot_is_taken_quietly(house: House, caplog: pytest.LogCaptureFixture) -> None:
    ids = {each.id for each in hooks(house)}
    house.stop()
    with warnings(caplog) as lines:
        house.start()
    assert {each.id for each in hooks(house)} == ids
    assert (lines, told(house)) == ([], [])
    house.ask(ANA, "help")


def test_a_start_takes_over_what_points_elsewhere_and_says_so(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.stop()
    for each in hooks(house):
        each.status = "inactive"
        each.target_url = NOWHERE
        each.secret = "a secret from before"
    with warnings(caplog) as lines:
        house.start()
    assert len(lines) == 5
    assert all("taken over" in line and NOWHERE in line for line in lines)
    (message,) = house.wait_for(lambda: told(house))
    assert NOWHERE in message
    house.ask(ANA, "help")


def test_a_secret_that_another_program_changed_is_sent_again(house: House) -> None:
    for each in hooks(house):
        each.secret = "a secret of another program"
    house.say(ANA, "help")
    house.wait_for(lambda: hook(house).secret != "a secret of another program")
    house.ask(ANA, "help")


@pytest.mark.parametrize("headers", [(WEBEX_HEADER,), (SPARK_HEADER, WEBEX_HEADER)])
def test_events_with_the_newer_signature_are_heard(house_on_sqlite: House, headers: tuple[str, ...]) -> None:
    house_on_sqlite.world.webhooks.signature_headers = headers
    house_on_sqlite.ask(ANA, "help")


def test_duplicate_webhooks_are_deleted_and_foreign_ones_stay(sqlite_url: str, build: Callable[..., House]) -> None:
    house = build(sqlite_url)
    there, bot, ana = house.world.webhooks, house.world.person(BOT), house.world.person(ANA)
    for _ in range(3):
        there.create(bot, MESSAGES, "http://127.0.0.1:9/", "attachmentActions", "created")
    other = there.create(bot, "of another program", "http://127.0.0.1:9/", "messages", "created")
    hers = there.create(ana, ROOMS, "http://127.0.0.1:9/", "messages", "created")
    house.start()
    house.wait_for(lambda: sorted(each.name for each in hooks(house) if each is not other) == NAMES)
    assert other in hooks(house)
    assert other.target_url == "http://127.0.0.1:9/"
    assert there.owned_by(ana) == [hers]
    house.ask(ANA, "help")
    assert len(house.heard(ANA)) == 1
