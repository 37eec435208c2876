"""How the parts of a process are started."""

import threading
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
import requests

from bot.entrypoints import wiring
from bot.jobs import SCHEDULE
from bot.jobs.engine.clock import Clock
from bot.jobs.engine.context import Context
from bot.jobs.engine.job import Job
from bot.settings.load import Settings
from bot.settings.secret import Secret
from bot.webex.broadworks import BroadWorks
from bot.webex.errors import AnswerLost
from bot.webex.messaging import Webex
from storage.engine.database import Database
from tests.storage.threads import wait_until


class BrokenListener:
    """A listener on a machine that has no thread left for it."""

    def __init__(self, *_: object) -> None:
        pass

    def start(self) -> None:
        raise RuntimeError("can't start new thread")


def test_a_start_that_fails_leaves_no_thread_running(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "Listener", BrokenListener)
    monkeypatch.setattr(wiring, "SCHEDULE", [entry for entry in SCHEDULE if isinstance(entry, Job)])
    database = Database(postgres_url)
    context = Context(Settings(), database, cast(Webex, None), cast(BroadWorks, None), lambda: datetime.now(UTC))
    with pytest.raises(RuntimeError, match="new thread"):
        wiring.start_clock(context)
    assert context.stopping.is_set()
    wait_until(lambda: not [name for name in _thread_names() if name.startswith("ThreadPoolExecutor")])
    database.close()


def _thread_names() -> list[str]:
    return [thread.name for thread in threading.enumerate()]


@pytest.mark.parametrize(("setting", "expected"), [(90, [(5.0, 8.0), (5.0, 90.0)]), (2, [(2.0, 2.0), (2.0, 2.0)])])
def test_no_call_waits_longer_than_the_settings_say_and_the_bots_own_8_s(
    setting: int, expected: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[object] = []

    def send(*_: object, **options: object) -> None:
        waits.append(options["timeout"])
        raise requests.ReadTimeout

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
    database = Database("sqlite:///not-opened.db")
    settings = Settings(
        webex_bot_token=Secret("bot"),
        webex_admin_token=Secret("admin"),
        webex_api_url="http://127.0.0.1:1/",
        webex_timeout=timedelta(seconds=setting),
    )
    context = wiring.build_context(settings, database)
    for call in (context.webex.me, lambda: context.broadworks.enterprise("Reseller1+acme")):
        with pytest.raises(AnswerLost):
            call()
    assert waits == expected
    database.close()


@pytest.mark.parametrize("ends", [True, False])
def test_a_chore_that_hangs_does_not_keep_the_process(ends: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stopped:
        def stop(self, _limit: float) -> bool:
            return True

        def wait_for_chores(self, limit: float) -> bool:
            assert 4 < limit <= 5
            return ends

    left: list[int] = []
    monkeypatch.setattr("os._exit", left.append)
    monkeypatch.setattr("logging.shutdown", lambda: None)
    wiring.stop_clock(cast(Clock, Stopped()), 5)
    assert left == ([] if ends else [0])
