"""Measures what looking back at the spaces costs, and how fast a message is answered without a public address."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bench import measures
from bench.bots import Bench, Bot
from bench.measures import Scale
from bench.processes import wait_for
from bench.report import Row
from bench.webex_client import FakeWebex
from bot.entrypoints import wiring
from bot.jobs.engine.turn import Turn
from bot.jobs.pace import Pace
from bot.jobs.space_look import SpaceLooks
from bot.settings.load import Settings
from bot.settings.secret import Secret
from storage.engine.database import Database
from storage.engine.upgrade import upgrade

_SPACES = 200
_WORDS = 3
_POLL = 3.0


@dataclass(frozen=True, slots=True)
class Calls:
    """How many calls looks made: at quiet spaces, and at spaces with a missed message each."""

    quiet: int
    missed: int


class _AtOnce(Pace):
    """Makes every call at once: at one a second, a look at 200 spaces would take minutes."""

    def wait(self) -> None:
        """Do not wait."""


def rows(bench: Bench, scale: Scale) -> Iterator[Row]:
    """Measure looks at 200 spaces, and a bot without a public address."""
    calls = _calls(bench)
    yield Row(f"looking back at {_SPACES} quiet spaces", "calls", serve=calls.quiet, bound=2)
    yield Row(
        f"looking back at {_SPACES} spaces with a missed message each, vs one list of spaces and one of each space",
        "calls",
        serve=calls.missed,
        baseline=_SPACES + 1,
        bound=1.1,
    )
    bench.webex.reset()
    bench.webex.type(_SPACES)
    with bench.serve_without_address() as bot:
        wait_for(lambda: _looks(bench.webex) > 0, "the first look")
        looks, others, began = _looks(bench.webex), _all_calls(bench.webex), time.monotonic()
        idle = measures.idle_usage(bot, 0, scale.idle)
        looks, others = _looks(bench.webex) - looks, _all_calls(bench.webex) - others
        print(f"  without a public address: {looks} looks in {time.monotonic() - began:.0f} s, {others} calls")
        yield Row("idle CPU without a public address, of one core", "%", serve=idle.cpu, bound=1)
        yield Row("calls of a look without a public address", "calls", serve=others, baseline=looks, bound=1)
        times = list(_answer_times(bot, bench.webex))
    yield Row("reply time without a public address, slowest", "s", serve=max(times), bound=3.5)


def _calls(bench: Bench) -> Calls:
    url = f"sqlite:///{bench.folder}/looks.db"
    database = Database(url)
    upgrade(database)
    settings = Settings(
        webex_bot_token=Secret("token"),
        webex_admin_token=Secret("token"),
        webex_api_url=bench.webex.api,
        database_url=Secret(url),
    )
    context = wiring.build_context(settings, database)
    looks = SpaceLooks(context, _AtOnce(1, threading.Event()))

    def look() -> int:
        before = _all_calls(bench.webex)
        with Turn(context, "look back") as turn:
            looks.look(turn, missed_since=datetime.now(UTC) - timedelta(hours=1), max_seconds=60.0)
        return _all_calls(bench.webex) - before

    bench.webex.reset()
    context.me()
    bench.webex.type(_SPACES)
    look()
    quiet = look()
    bench.webex.type(_SPACES)
    missed = look()
    database.close()
    return Calls(quiet, missed)


def _answer_times(bot: Bot, webex: FakeWebex) -> Iterator[float]:
    """Type words at different moments between two looks; yield the seconds until each is answered."""
    for number in range(_WORDS):
        looks = _looks(webex)
        wait_for(lambda looks=looks: _looks(webex) > looks, "the next look")  # type: ignore[misc]
        time.sleep(_POLL * number / _WORDS)
        (typed,) = webex.type(1)
        began = time.monotonic()
        wait_for(lambda typed=typed: any(found == typed for found, _ in webex.posts()), "the answer")  # type: ignore[misc]
        yield next(at for found, at in webex.posts() if found == typed) - began


def _looks(webex: FakeWebex) -> int:
    return webex.calls().get("GET list of rooms", 0)


def _all_calls(webex: FakeWebex) -> int:
    return sum(webex.calls().values())
