"""One enterprise has no more than its share of the threads for a kind of row."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from bot.jobs import inbox as answering
from bot.jobs import outbox as delivering
from bot.jobs.engine.clock import Clock
from bot.jobs.engine.context import Context
from bot.jobs.engine.job import Job
from storage import inbox, outbox
from storage.engine.database import Database
from storage.models import InboxRow
from storage.values.messages import Event
from storage.values.records import Claim
from tests.bot.jobs.engine.counted_rows import running
from tests.sandbox.client import wait_until
from tests.storage import sample_rows

THREADS = 4


class SlowWork:
    """Works on events, and holds those of Acme until `release` is set."""

    def __init__(self) -> None:
        self.release = threading.Event()
        self.began: list[str] = []
        self.at_work: set[str] = set()
        self._mutex = threading.Lock()

    def __call__(self, context: Context, row: InboxRow) -> None:
        with self._mutex:
            self.began.append(row.data_id)
            self.at_work.add(row.data_id)
        if row.data_id.startswith("acme"):
            assert self.release.wait(20)
        with self._mutex:
            self.at_work.discard(row.data_id)
        with context.database.write() as session:
            inbox.end(session, Claim(row.id, row.attempt), inbox.DONE)

    def count(self, name: str) -> int:
        with self._mutex:
            return sum(data_id.startswith(name) for data_id in self.at_work)


def _write(database: Database, name: str, *numbers: int) -> None:
    """Have a person write messages, each in a space of its own."""
    events = [
        Event("messages", "created", f"{name} {number}", "", f"{name} {number}", f"person of {name}")
        for number in numbers
    ]
    with database.single_write() as connection:
        inbox.record(connection, events, datetime.now(UTC))
    database.announce(frozenset({inbox.KIND}))


@contextmanager
def _working(database: Database, work: Callable[[Context, InboxRow], None]) -> Iterator[Clock]:
    for key in ("acme", "bolt"):
        enterprise = sample_rows.enterprise(database, key)
        sample_rows.admin(database, enterprise.id, f"{key}@example.org")
        with database.write() as session:
            sample_rows.learn_person(session, f"person of {key}", f"{key}@example.org")
    job = Job(inbox.KIND, inbox.claim, work, inbox.next_due, lambda _settings: THREADS, in_turns=True)
    with running(database, job) as clock:
        yield clock


def test_an_enterprise_whose_work_is_slow_leaves_a_thread_for_the_others(database: Database) -> None:
    work = SlowWork()
    with _working(database, work):
        _write(database, "acme", *range(9))
        wait_until(lambda: work.count("acme") == THREADS - 1)
        for number in range(5):
            _write(database, "bolt", number)
            wait_until(lambda number=number: f"bolt {number}" in work.began)  # type: ignore[misc]
            assert work.count("acme") == THREADS - 1
        work.release.set()
        wait_until(lambda: len(work.began) == 9 + 5)


def test_an_enterprise_has_half_of_the_threads_while_others_ask(database: Database) -> None:
    work = SlowWork()
    with _working(database, work):
        _write(database, "bolt", 0)
        wait_until(lambda: work.began == ["bolt 0"])
        _write(database, "acme", *range(9))
        wait_until(lambda: work.count("acme") == THREADS // 2)
        _write(database, "bolt", *range(1, 9))
        wait_until(lambda: sum(data_id.startswith("bolt") for data_id in work.began) == 9)
        assert work.count("acme") == THREADS // 2
        work.release.set()
        wait_until(lambda: len(work.began) == 9 + 9)


def test_the_inbox_and_the_outbox_are_worked_in_turns() -> None:
    assert answering.JOB.in_turns
    assert delivering.JOB.in_turns
    assert (answering.JOB.claim, delivering.JOB.claim) == (inbox.claim, outbox.claim)


def test_work_that_fails_gives_its_place_in_the_turn_back(database: Database) -> None:
    failed: list[str] = []

    def fail(_context: Context, row: InboxRow) -> None:
        failed.append(row.data_id)
        raise ZeroDivisionError("on purpose")

    with _working(database, fail):
        _write(database, "acme", *range(9))
        wait_until(lambda: {f"acme {number}" for number in range(9)} <= set(failed))
