"""The clock: nudges, due times, and stopping, with jobs that only count."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from bot.jobs import SCHEDULE, inbox
from bot.jobs.engine import clock, worker_pool
from bot.jobs.engine.clock import Clock
from bot.jobs.engine.context import Context
from bot.jobs.engine.job import Chore, Job
from bot.jobs.engine.worker_pool import TICK
from bot.settings.load import Settings
from bot.webex.broadworks import BroadWorks
from bot.webex.errors import Unavailable
from bot.webex.messaging import Webex
from storage import inbox as events
from storage.engine import claims
from storage.engine.database import Database
from storage.models import InboxRow
from storage.values.messages import Event
from storage.values.records import Claim
from tests.sandbox.client import wait_until

KIND = "counted"


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    opened.close()


@dataclass
class Rows:
    """Rows in memory and a job for them: they are worked on in the order of their due times."""

    due: list[datetime] = field(default_factory=list)
    moved: int = 0
    working: int = 0
    most_working: int = 0
    claims: int = 0
    threads: int = 4
    work: Callable[[], object] = lambda: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def insert(self, wait: timedelta = timedelta()) -> None:
        with self.lock:
            self.due.append(datetime.now(UTC) + wait)

    def claim(self, _connection: Connection | None, now: datetime) -> Any:
        with self.lock:
            ready = sorted(moment for moment in self.due if moment <= now)
            if not ready:
                return None
            self.due.remove(ready[0])
            self.working += 1
            self.claims += 1
            self.most_working = max(self.most_working, self.working)
            return InboxRow(id=self.claims, attempt=1, failures=0)

    def do(self, _context: Context, _row: Any) -> None:
        try:
            self.work()
        finally:
            with self.lock:
                self.working -= 1
                self.moved += 1

    def next_due(self, _session: Session, now: datetime) -> datetime | None:
        with self.lock:
            return min((moment for moment in self.due if moment > now), default=None)

    @property
    def job(self) -> Job[Any]:
        return self.job_of(KIND)

    def job_of(self, kind: str, **other: Any) -> Job[Any]:
        parts: dict[str, Any] = {"claim": self.claim, "work": self.do, "next_due": self.next_due}
        return Job(kind, threads=lambda _settings: self.threads, failed=lambda *_: True, **parts | other)


def context(database: Database) -> Context:
    """A context for jobs that ask nobody outside."""
    return Context(Settings(), database, cast(Webex, None), cast(BroadWorks, None), lambda: datetime.now(UTC))


@contextmanager
def running(database: Database, *schedule: Job[Any] | Chore) -> Iterator[Clock]:
    """A clock that has looked once, and has nothing to do until its tick."""
    started = Clock(context(database), schedule)
    started.start()
    try:
        yield started
    finally:
        started.stop(5)


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
    """A thread that read before the row was there must not put off the tick that another has brought forward."""
    rows = Rows(threads=2)
    first_reads, first_goes_on = threading.Event(), threading.Event()
    looks: list[int] = []

    def next_due(session: Session, now: datetime) -> datetime | None:
        looks.append(1)
        found = rows.next_due(session, now)
        if len(looks) == 1:
            first_reads.set()
            first_goes_on.wait(1)
        return found

    with running(database, rows.job_of(KIND, next_due=next_due)) as started:
        first_reads.wait(5)
        rows.insert(timedelta(seconds=1.2))
        started.nudge([KIND])
        wait_until(lambda: rows.moved == 1)


def test_a_due_time_is_met_while_another_thread_works_long(database: Database) -> None:
    gate = threading.Event()
    rows = Rows(threads=2)

    def work() -> None:
        if rows.claims == 1:
            gate.wait(10)

    rows.work = work
    with running(database, rows.job) as started:
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


def test_a_stop_claims_no_more_rows_and_waits_for_running_work(database: Database) -> None:
    gate = threading.Event()
    rows = Rows(threads=1, work=lambda: gate.wait(10))
    with running(database, rows.job) as started:
        for _ in range(3):
            rows.insert()
        started.nudge([KIND])
        wait_until(lambda: rows.working == 1)
        threading.Timer(0.3, gate.set).start()
        assert started.stop(5)
        assert (rows.moved, rows.working, len(rows.due)) == (1, 0, 2)
        started.nudge([KIND])
        assert rows.moved == 1


def test_a_stop_waits_no_longer_than_its_limit(database: Database) -> None:
    gate = threading.Event()
    rows = Rows(work=lambda: gate.wait(10))
    with running(database, rows.job) as started:
        rows.insert()
        started.nudge([KIND])
        wait_until(lambda: rows.working == 1)
        began = time.monotonic()
        assert not started.stop(0.2)
        assert 0.2 <= time.monotonic() - began < 2
        gate.set()


def test_a_stop_during_nudges_ends_soon(database: Database) -> None:
    for _ in range(15):
        rows = Rows(threads=8)
        with running(database, rows.job) as started:
            over = threading.Event()

            def hammer(rows: Rows = rows, started: Clock = started, over: threading.Event = over) -> None:
                while not over.is_set():
                    rows.insert()
                    started.nudge([KIND])

            thread = threading.Thread(target=hammer)
            thread.start()
            wait_until(lambda rows=rows: rows.moved > 3)  # type: ignore[misc]
            began = time.monotonic()
            assert started.stop(5)
            assert time.monotonic() - began < 2
            over.set()
            thread.join(5)


def test_a_stop_gives_back_the_rows_still_claimed(database: Database) -> None:
    gate = threading.Event()

    def work(_context: Context, _row: InboxRow) -> None:
        gate.wait(10)

    def leases() -> list[datetime | None]:
        with database.read() as session:
            return [row.lease_until for row in session.query(InboxRow)]

    with database.single_write() as connection:
        events.record(connection, [Event("messages", "created", "1", "", "room", "person")], datetime.now(UTC))
    with running(database, Job(events.KIND, events.claim, work, events.next_due, lambda _settings: 1)) as started:
        wait_until(lambda: leases() != [None])
        assert not started.stop(0.1)
        assert leases() == [None]
        with database.read() as session:
            assert claims.next_due(InboxRow, session, datetime.now(UTC)) is None
        gate.set()


def test_chores_run_at_the_start(database: Database) -> None:
    ran: list[str] = []
    chores = [
        Chore(name, lambda _context, name=name: ran.append(name), timedelta(hours=1))  # type: ignore[misc]
        for name in ("one", "two", "three")
    ]
    with running(database, *chores):
        wait_until(lambda: sorted(ran) == ["one", "three", "two"])


def test_a_chore_that_fails_on_webex_is_tried_again_soon(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(clock, "_SOON_AGAIN", timedelta(milliseconds=50))
    ran: list[int] = []

    def run(_context: Context) -> None:
        ran.append(1)
        if len(ran) < 3:
            raise Unavailable("Webex is down")

    with running(database, Chore("webhooks", run, timedelta(hours=1))), caplog.at_level(logging.WARNING):
        wait_until(lambda: len(ran) == 3)
    assert caplog.text.count("webhooks: Webex is down; trying again") == 2


def test_a_chore_that_fails_during_a_stop_logs_no_error(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    begun, gate, ended = threading.Event(), threading.Event(), threading.Event()

    def run(_context: Context) -> None:
        begun.set()
        gate.wait(5)
        threading.Timer(0.05, ended.set).start()
        raise Unavailable("Webex is down")

    with running(database, Chore("webhooks", run, timedelta(hours=1))) as started, caplog.at_level(logging.ERROR):
        assert begun.wait(5)
        assert started.stop(1)
        gate.set()
        assert ended.wait(5)
    assert caplog.text == ""


def test_a_failed_chore_is_tried_again_well_before_its_next_round() -> None:
    assert timedelta(minutes=1) >= clock._SOON_AGAIN
    assert all(
        entry.every > clock._SOON_AGAIN or entry.name == "leases" for entry in SCHEDULE if isinstance(entry, Chore)
    )


def test_leases_are_renewed_well_before_they_run_out() -> None:
    (renewal,) = (entry for entry in SCHEDULE if isinstance(entry, Chore) and entry.name == "leases")
    assert 2 * renewal.every < claims.LEASE


def test_the_settings_say_how_many_commands_are_answered_at_once() -> None:
    (job,) = (entry for entry in SCHEDULE if isinstance(entry, Job) and entry is inbox.JOB)
    assert job.threads(Settings(answer_threads=3)) == 3


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
