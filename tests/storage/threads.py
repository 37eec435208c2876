"""Run threads against each other, and wait for a condition, never for a fixed time."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from sqlalchemy import text
from sqlalchemy.orm import Session

from storage.engine.database import Database

TIMEOUT = 20.0
"""How many seconds a test waits before it fails."""

Result = TypeVar("Result")

_WAITING = text(
    "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()"
)


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until a condition is true. Raise AssertionError if that takes too long."""
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < deadline, f"waited {TIMEOUT:.0f} s in vain"
        time.sleep(0.005)


def in_thread(work: Callable[[], Result]) -> "Future[Result]":
    """Run a function in a thread of its own."""
    future: Future[Result] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001  (the thread that asks for the result gets it)
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def run_together(works: Sequence[Callable[[], Result]]) -> list[Result]:
    """Run all functions at the same moment, each in a thread. Return their results."""
    start = threading.Barrier(len(works), timeout=TIMEOUT)

    def begun(work: Callable[[], Result]) -> Callable[[], Result]:
        def run() -> Result:
            start.wait()
            return work()

        return run

    return [future.result(TIMEOUT) for future in [in_thread(begun(work)) for work in works]]


def run_before_commit(database: Database, first: Callable[[Session], Any], other: Callable[[], Result]) -> Result:
    """Run `other` after `first` has written and before it commits (PostgreSQL). Return the result of `other`."""
    with database.write() as session:
        first(session)
        work = in_thread(other)
        wait_until(lambda: work.done() or is_lock_awaited(database))
    return work.result(TIMEOUT)


def is_lock_awaited(database: Database, transactions: int = 1) -> bool:
    """Return whether at least so many transactions wait for a lock (PostgreSQL)."""
    with database.read() as session:
        return bool(session.scalars(_WAITING).one() >= transactions)
