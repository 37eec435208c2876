"""What is typed while no webhook arrives is found by looking back, and answered once and in order."""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from bot.jobs import missed_messages, webhooks
from sandbox.world import BOT
from storage import space_looks
from storage.models import InboxRow
from tests.journeys.house import ANA, BEN, OLGA, House


def _typed(house: House, where: str) -> list[str]:
    """Return what the bot's answers in a space repeat of the commands: unknown words are quoted."""
    return [message.markdown or "" for message in house.heard(where)]


def _has_begun(house: House) -> bool:
    with house.database.read() as session:
        return space_looks.cursor(session) is not None


def test_what_was_typed_meanwhile_is_answered_once_and_in_order(house: House) -> None:
    house.make_room("Acme", ANA, BEN)
    house.ask(ANA, "help")
    house.wait_for(lambda: _has_begun(house))
    house.stop()
    for number in range(3):
        house.say(ANA, f"nonsense{number}")
        house.say(ANA, f"nonsense{number}", "Acme", mention=True)
    house.say(ANA, "not for the bot", "Acme")
    house.start()
    house.wait_for(lambda: len(house.heard(ANA)) == 4 and len(house.heard("Acme")) == 3)
    house.wait_for(house.is_silent)
    for said in (_typed(house, ANA)[1:], _typed(house, "Acme")):
        assert [f"nonsense{number}" in text for number, text in enumerate(said)] == [True] * 3


def test_what_was_written_before_the_first_look_is_not_answered(sqlite_url: str, build: Callable[..., House]) -> None:
    house = build(sqlite_url)
    early = house.say(ANA, "help")
    house.start()
    house.ask(ANA, "status")
    house.wait_for(house.is_silent)
    assert len(house.answers(early)) == 1


def test_what_an_inactive_webhook_missed_is_answered_after_its_repair(house: House) -> None:
    house.wait_for(lambda: _has_begun(house))
    (hook,) = [one for one in house.world.webhooks.owned_by(house.world.person(BOT)) if one.resource == "messages"]
    hook.status = "inactive"
    for number in range(2):
        house.say(ANA, f"nonsense{number}")
    webhooks.look(house.context)
    house.wait_for(lambda: len(house.heard(ANA)) == 2)
    house.wait_for(house.is_silent)
    assert ["nonsense0" in _typed(house, ANA)[0], "nonsense1" in _typed(house, ANA)[1]] == [True, True]
    assert not [row for row in house.inbox() if row.missed]


def test_a_reply_in_a_thread_is_found_and_answered_there(house_on_sqlite: House) -> None:
    house = house_on_sqlite
    house.make_room("Acme", ANA, OLGA)
    first = house.ask(ANA, "help", "Acme", mention=True)
    house.wait_for(lambda: _has_begun(house))
    house.stop()
    house.say(ANA, "nonsense", "Acme", mention=True, parent_id=first.parent_id)
    house.start()
    house.wait_for(lambda: len(house.heard("Acme")) == 2)
    assert house.heard("Acme")[1].parent_id == first.parent_id


def test_operators_are_told_of_many_missed_messages_once_an_hour(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(2):
        house.ask(ANA, f"nonsense{number}")
    _miss_all(house)
    missed_messages.report(house.context, 2)
    house.wait_for(house.is_silent)
    assert house.heard(OLGA) == []
    house.ask(ANA, "nonsense2")
    _miss_all(house)
    for _ in range(2):
        missed_messages.report(house.context, 1)
    house.wait_for(lambda: house.heard(OLGA))
    house.wait_for(house.is_silent)
    (told,) = house.heard(OLGA)
    assert "**Webex did not tell me of 3 messages in the last 10 min**" in (told.markdown or "")
    assert f"{house.door.url}/webhooks" in (told.markdown or "")
    assert caplog.text.count("webhooks missed 3 messages") == 1


def _miss_all(house: House) -> None:
    """Have it that no webhook told of Ana's messages."""
    with house.database.write() as session:
        of_ana = InboxRow.resource == "messages", InboxRow.person_id == house.world.person(ANA).id
        session.execute(update(InboxRow).where(*of_ana).values(missed=True))
