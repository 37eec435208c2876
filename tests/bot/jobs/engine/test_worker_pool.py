"""The threads for one kind of row: nudges, due times, and a database that fails."""

import logging
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from bot.jobs.engine import worker_pool
from bot.jobs.engine.clock import Clock
from bot.jobs.engine.context import Context
from bot.jobs.engine.job import Job
from bot.jobs.engine.worker_pool import TICK
from storage import inbox as events
from storage.engine import claims
from storage.engine.database import Database
from storage.models import InboxRow
from storage.values.messages import Event
from storage.values.records import Claim
from tests.bot.jobs.engine.counted_rows import KIND, Rows, running
from tests.sandbox.client import wait_until


def test_the_tick_is_far_longer_than_these_tests_wait() -> None:
    assert timedelta(seconds=15) < TICK


def test_rows_left_from_before_are_worked_on_at_the_start(database: Database) -> None:
    rows = Rows()
    for _ in range(3):
        rows.insert()
    with running(database, rows.job):
        wait_until(lambda: rows.moved == 3)


def test_a_nudged_row_does_not_wait_for_the_tick(database: Database) -> None:
    rows = Rows()
    with running(database, rows.job):
        for number in range(1, 20):
            rows.insert()
            database.tell(frozenset({KIND, "of another kind"}))
            wait_until(lambda number=number: rows.moved == number)  # type: ignore[misc]


def test_no_nudge_is_lost(database: Database) -> None:
    rows = Rows(threads=3)
    with running(database, rows.job) as started:

        def hammer() -> None:
            for number in range(300):
                rows.insert()
                started.nudge([KIND])
                if number % 7 == 0:
                    time.sleep(0.001)

        threads = [threading.Thread(target=hammer) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        wait_until(lambda: rows.moved == 1200)
    assert rows.most_working <= 3


def test_a_nudge_during_a_look_that_finds_nothing_is_not_lost(database: Database) -> None:
    rows = Rows()
    looked, goes_on = threading.Event(), threading.Event()

    def claim(connection: Connection, now: datetime) -> Any:
        row = rows.claim(connection, now)
        if row is None:
            looked.set()
            goes_on.wait(5)
        return row

    with running(database, rows.job_of(KIND, claim=claim)) as started:
        assert looked.wait(5)
        rows.insert(timedelta(seconds=-1))
        started.nudge([KIND])
        goes_on.set()
        wait_until(lambda: rows.moved == 1)


def test_a_job_works_on_as_many_rows_at_once_as_it_has_threads(database: Database) -> None:
    together = threading.Barrier(3)
    rows = Rows(threads=3, work=lambda: together.wait(5))
    with running(database, rows.job):
        for _ in range(3):
            rows.insert()
            database.tell(frozenset({KIND}))
        wait_until(lambda: rows.moved == 3)
    assert rows.most_working == 3


def test_a_busy_job_does_not_delay_another_kind(database: Database) -> None:
    gate = threading.Event()
    slow, quick = Rows(threads=1, work=lambda: gate.wait(10)), Rows()
    other = quick.job_of("other")
    with running(database, slow.job, other) as started:
        slow.insert()
        started.nudge([KIND])
        wait_until(lambda: slow.working == 1)
        quick.insert()
        started.nudge(["other"])
        wait_until(lambda: quick.moved == 1)
        gate.set()


def test_a_future_due_time_is_met_without_a_nudge(database: Database) -> None:
    rows = Rows()
    with running(database, rows.job):
        rows.insert(timedelta(milliseconds=400))
        rows.insert()
        database.tell(frozenset({KIND}))
        wait_until(lambda: rows.moved == 1)
        wait_until(lambda: rows.moved == 2)


def test_a_newer_due_time_is_not_overwritten_by_an_older_look(database: Database) -> None:
    """The watching thread waits for the tick; a thread that slept learns of a nearer due time, and watches for it."""
    rows, looks = Rows(threads=2), []

    def next_due(session: Session, now: datetime) -> datetime | None:
        looks.append(1)
        return rows.next_due(session, now)

    with running(database, rows.job_of(KIND, next_due=next_due)) as started:
        for number in (2, 3):
            wait_until(lambda number=number: len(looks) == number and waiting(started) == 2)  # type: ignore[misc]
            if number == 3:
                rows.insert(timedelta(milliseconds=400))
            started.nudge([KIND])  # the first nudge wakes the thread that watches, the second the one that sleeps
        wait_until(lambda: rows.moved == 1)


def test_a_due_time_is_met_while_another_thread_works_long(database: Database) -> None:
    gate = threading.Event()
    rows = Rows(threads=2)

    def work() -> None:
        if rows.claims == 1:
            gate.wait(10)

    rows.work = work
    with running(database, rows.job) as started:
        wait_until(lambda: waiting(started) == 2)
        rows.insert()
        rows.insert(timedelta(milliseconds=400))
        started.nudge([KIND])
        wait_until(lambda: rows.moved == 1)
        assert rows.working == 1
        gate.set()


def test_a_job_that_raises_is_logged_and_its_workers_go_on(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    rows = Rows(threads=1)

    def stumble() -> None:
        if not rows.moved:
            raise RuntimeError("it stumbled")

    rows.work = stumble
    with running(database, rows.job) as started, caplog.at_level(logging.ERROR):
        rows.insert()
        started.nudge([KIND])
        wait_until(lambda: "it stumbled" in caplog.text)
        for number in range(2, 5):
            rows.insert()
            started.nudge([KIND])
            wait_until(lambda number=number: rows.moved == number)  # type: ignore[misc]


def test_long_snapshots_do_not_keep_jobs_from_their_rows(postgres_url: str) -> None:
    """Exports may hold all connections for transactions: jobs claim rows and look for due times beside them."""
    database = Database(postgres_url, connections=1, single_writes=2)
    worked: list[int] = []

    def work(_context: Context, row: InboxRow) -> None:
        worked.append(row.id)
        with database.single_write() as connection:
            claims.settle(connection, InboxRow, Claim(row.id, row.attempt), due_at=None)

    job = Job(events.KIND, events.claim, work, events.next_due, lambda _settings: 2)
    with database.read() as session, running(database, job):
        session.execute(select(1))
        for number in range(3):
            with database.single_write() as connection:
                event = Event("messages", "created", f"long {number}", "", "room", "person")
                events.record(connection, [event], datetime.now(UTC))
            database.tell(frozenset({events.KIND}))
            wait_until(lambda number=number: len(worked) == number + 1)  # type: ignore[misc]
    database.close()


def test_one_idle_thread_looks_for_all_of_them(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_pool, "TICK", timedelta(milliseconds=5))
    rows, looks = Rows(threads=4), []

    def claim(_connection: Connection | None, _now: datetime) -> Any:
        looks.append(threading.get_ident())

    with running(database, rows.job_of(KIND, claim=claim)):
        wait_until(lambda: len(set(looks)) == 4)
        wait_until(lambda: len(set(looks[-30:])) == 1)


def test_a_database_that_is_down_is_logged_once(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    rows, looks = Rows(threads=1), []

    def claim(_connection: Connection | None, _now: datetime) -> Any:
        looks.append(1)
        raise OSError("the disk is gone")

    with running(database, rows.job_of(KIND, claim=claim)) as started, caplog.at_level(logging.ERROR):
        for number in range(1, 4):
            wait_until(lambda number=number: len(looks) >= number)  # type: ignore[misc]
            started.nudge([KIND])
    assert caplog.text.count("cannot look for counted rows") == 1


def test_a_row_that_becomes_due_during_a_look_is_not_missed(database: Database) -> None:
    rows, looked = Rows(threads=1), threading.Event()

    def claim(connection: Connection, now: datetime) -> Any:
        row = rows.claim(connection, now)
        if row is None and not looked.is_set():
            rows.insert()
            looked.set()
        return row

    with running(database, rows.job_of(KIND, claim=claim)):
        wait_until(lambda: rows.moved == 1)


def waiting(clock: Clock) -> int:
    """Return how many threads of the pool wait."""
    return len(getattr(clock._pools[KIND]._changed, "_waiters"))  # noqa: B009  typeshed does not know it
