"""What is typed while no webhook arrives is found by looking back, and answered once and in order."""

from collections.abc import Callable

from storage import space_looks
from tests.journeys.house import ANA, BEN, House


def _typed(house: House, where: str) -> list[str]:
    """Return what the bot's answers in a space repeat of the commands: unknown words are quoted."""
    return [message.markdown or "" for message in house.heard(where)]


def _has_begun(house: House) -> bool:
    with house.database.read() as session:
        return space_looks.cursor(session) is not None


def test_what_was_typed_while_the_bot_was_away_is_answered_once_and_in_order(house: House) -> None:
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
