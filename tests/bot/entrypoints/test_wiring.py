"""How the parts of a process are started."""

import threading
from datetime import UTC, datetime
from typing import cast

import pytest

from bot.entrypoints import wiring
from bot.jobs import SCHEDULE
from bot.jobs.engine.context import Context
from bot.jobs.engine.job import Job
from bot.settings.load import Settings
from bot.webex.broadworks import BroadWorks
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
