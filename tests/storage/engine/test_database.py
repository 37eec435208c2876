import threading
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from storage import clusters
from storage.engine.database import Database, wake
from storage.models import ClusterRow
from tests.storage.sample_rows import NOW
from tests.storage.threads import TIMEOUT, in_thread, run_together


def _make(database: Database, name: str) -> int:
    with database.write() as session:
        return clusters.ensure(session, name)


def _names(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(ClusterRow.name).order_by(ClusterRow.name)))


def test_a_write_is_committed_and_rolled_back_after_an_exception(database: Database) -> None:
    def fail() -> None:
        with database.write() as session:
            clusters.ensure(session, "lost")
            raise ZeroDivisionError

    _make(database, "kept")
    with pytest.raises(ZeroDivisionError):
        fail()
    assert _names(database) == ["kept"]


def test_a_read_sees_one_snapshot_to_its_end(database: Database) -> None:
    _make(database, "before")
    count = select(func.count()).select_from(ClusterRow)
    with database.read() as session:
        assert session.scalar(count) == 1
        _make(database, "meanwhile")
        assert session.scalar(count) == 1
    with database.read() as session:
        assert session.scalar(count) == 2


@pytest.mark.parametrize("open_session", [Database.read, Database.write])
def test_a_result_that_is_left_in_the_middle_keeps_no_old_rows(
    database: Database, open_session: Callable[[Database], AbstractContextManager[Session]]
) -> None:
    for number in range(10):
        _make(database, f"old {number}")
    with open_session(database) as session:
        names = iter(session.scalars(select(ClusterRow.name), execution_options={"yield_per": 2}))
        assert next(names).startswith("old")
    _make(database, "new")
    for _ in range(3):
        assert "new" in _names(database)
    del names


def test_a_reader_cannot_write_and_writers_can_afterwards(database: Database) -> None:
    with pytest.raises(DBAPIError, match=r"(?i)read-?only"), database.read() as session:
        clusters.ensure(session, "east")
    _make(database, "east")
    assert _names(database) == ["east"]


def test_a_read_does_not_wait_for_a_write(database: Database) -> None:
    _make(database, "before")
    with database.write() as session:
        clusters.ensure(session, "not yet")
        assert in_thread(lambda: _names(database)).result(TIMEOUT) == ["before"]


def test_many_threads_that_read_and_then_write_all_succeed(sqlite_url: str) -> None:
    processes = [Database(sqlite_url), Database(sqlite_url)]
    cluster_id = _make(processes[0], "east")

    def count(database: Database) -> None:
        for _ in range(15):
            with database.write() as session:
                found = session.get_one(ClusterRow, cluster_id).pauses
                session.execute(update(ClusterRow).where(ClusterRow.id == cluster_id).values(pauses=found + 1))

    run_together([partial(count, processes[index % 2]) for index in range(8)])
    with processes[0].read() as session:
        assert session.get_one(ClusterRow, cluster_id).pauses == 8 * 15
    for database in processes:
        database.close()


def test_listeners_are_told_once_and_only_after_the_commit(database: Database) -> None:
    told: list[tuple[frozenset[str], list[str]]] = []
    database.listen(lambda kinds: told.append((kinds, _names(database))))
    with database.write() as session:
        clusters.ensure(session, "east")
        wake(session, "inbox")
        wake(session, "outbox")
        wake(session, "inbox")
        assert told == []
    assert told == [(frozenset({"inbox", "outbox"}), ["east"])]


def test_listeners_are_not_told_of_a_rolled_back_write(database: Database) -> None:
    told: list[frozenset[str]] = []
    database.listen(told.append)

    def fail() -> None:
        with database.write() as session:
            wake(session, "inbox")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert told == []


def test_listeners_are_not_told_of_a_write_that_wakes_nobody(database: Database) -> None:
    told: list[frozenset[str]] = []
    database.listen(told.append)
    _make(database, "east")
    assert told == []


def test_a_listener_may_write(database: Database) -> None:
    def listen(_kinds: frozenset[str]) -> None:
        _make(database, "by the listener")

    database.listen(listen)

    def write() -> None:
        with database.write() as session:
            wake(session, "inbox")

    in_thread(write).result(TIMEOUT)
    assert _names(database) == ["by the listener"]


def test_a_single_write_is_committed_at_once(database: Database) -> None:
    with database.single_write() as connection:
        connection.execute(insert(ClusterRow).values(name="east", pauses=0))
    assert _names(database) == ["east"]


def test_sqlite_uses_wal_full_sync_and_foreign_keys(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    for engine in (database.reader, database.writer):
        with engine.connect() as connection:
            found = [
                connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys")
            ]
            assert found == ["wal", 2, 1]
    database.close()


def test_writers_of_one_process_take_turns_on_sqlite(sqlite_url: str) -> None:
    database, inside = Database(sqlite_url), threading.Semaphore(1)

    def write() -> None:
        for _ in range(10):
            with database.write() as session:
                assert inside.acquire(blocking=False)
                clusters.pause(session, 1, NOW)
                inside.release()

    run_together([write] * 4)
    database.close()


def test_exceptions_do_not_show_bound_parameters(database: Database) -> None:
    with pytest.raises(DBAPIError) as raised, database.write() as session:
        session.execute(text("SELECT :name FROM nowhere"), {"name": "a secret"})
    shown = "".join(traceback.format_exception(raised.value.with_traceback(None), chain=False))
    assert "FROM nowhere" in shown
    assert "secret" not in shown
