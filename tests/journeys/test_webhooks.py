"""The bot's own webhooks: made, mended, and nobody else's touched."""

from collections.abc import Callable

from bot.jobs import webhooks
from sandbox.webex.webhooks import Webhook
from sandbox.world import BOT
from tests.journeys.house import ANA, House

NAMES = sorted(webhooks.name(*wanted) for wanted in webhooks.WANTED)


def _hooks(house: House) -> list[Webhook]:
    return house.world.webhooks.owned_by(house.world.person(BOT))


def test_the_bot_makes_its_five_webhooks(house: House) -> None:
    assert sorted(hook.name for hook in _hooks(house)) == NAMES
    assert {(hook.resource, hook.event) for hook in _hooks(house)} == set(webhooks.WANTED)
    assert {hook.target_url for hook in _hooks(house)} == {f"{house.door.url}/webhooks"}


def test_webhooks_with_a_wrong_target_or_status_are_corrected(house: House) -> None:
    ids = {hook.id for hook in _hooks(house)}
    house.stop()
    for hook in _hooks(house):
        hook.status = "inactive"
        hook.target_url = "http://127.0.0.1:9/elsewhere"
        hook.secret = "a secret from before"
    house.start()
    assert {hook.id for hook in _hooks(house)} == ids
    house.ask(ANA, "help")


def test_duplicate_webhooks_are_deleted_and_foreign_ones_stay(sqlite_url: str, build: Callable[..., House]) -> None:
    house = build(sqlite_url)
    hooks, bot, ana = house.world.webhooks, house.world.person(BOT), house.world.person(ANA)
    for _ in range(3):
        hooks.create(bot, NAMES[0], "http://127.0.0.1:9/", "attachmentActions", "created")
    other = hooks.create(bot, "of another program", "http://127.0.0.1:9/", "messages", "created")
    hers = hooks.create(ana, NAMES[1], "http://127.0.0.1:9/", "messages", "created")
    house.start()
    house.wait_for(lambda: sorted(hook.name for hook in _hooks(house) if hook is not other) == NAMES)
    assert other in _hooks(house)
    assert other.target_url == "http://127.0.0.1:9/"
    assert hooks.owned_by(ana) == [hers]
    house.ask(ANA, "help")
    assert len(house.heard(ANA)) == 1
