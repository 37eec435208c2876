"""Threads that race, and waiting for what they do: always for a condition, never for a length of time."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import text

from storage.database import Database

PATIENCE = 15.0
"""How many seconds anything may take before a test gives up."""

Result = TypeVar("Result")


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition; AssertionError where it does not come true."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


def together(works: Sequence[Callable[[], Result]]) -> list[Result]:
    """Run all of these at the same moment, each in a thread; what they returned."""
    start = threading.Barrier(len(works), timeout=PATIENCE)

    def run(work: Callable[[], Result]) -> Result:
        start.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result(PATIENCE) for future in [pool.submit(run, work) for work in works]]


@contextmanager
def beside(work: Callable[[], Result]) -> Iterator[Future[Result]]:
    """Run this in a thread beside the block."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(work)


def settled(database: Database, work: "Future[Result]") -> None:
    """Wait until a piece of work in another thread has ended or waits for a lock of ours (PostgreSQL)."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")

    def ended_or_waits() -> bool:
        if work.done():
            return True
        with database.immediate.connect() as connection:
            return bool(connection.scalar(waiting))

    until(ended_or_waits)
