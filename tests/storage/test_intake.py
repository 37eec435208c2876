"""Events that come in while others are being written."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event as Flag

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import DataError, OperationalError

from storage import inbox
from storage.engine.database import Database
from storage.intake import Intake, NotStored
from storage.models import InboxRow
from tests.storage import sample_rows
from tests.storage.sample_rows import NOW
from tests.storage.threads import TIMEOUT, in_thread, wait_until

POISON = "poison"


class Gate:
    """A gate before the database: it counts the statements, and holds them while it is shut."""

    def __init__(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self.open = Flag()
        self.open.set()
        self.reached = 0
        self.failure: Exception | None = None
        self._statement = database.single_write
        monkeypatch.setattr(database, "single_write", self._gated)

    @contextmanager
    def _gated(self) -> Iterator[Connection]:
        self.reached += 1
        assert self.open.wait(TIMEOUT)
        if self.failure is not None:
            raise self.failure
        with self._statement() as connection:
            yield connection


@pytest.fixture
def gate(database: Database, monkeypatch: pytest.MonkeyPatch) -> Gate:
    return Gate(database, monkeypatch)


def _kept(database: Database) -> set[str]:
    with database.read() as session:
        return set(session.scalars(select(InboxRow.data_id)))


def _waiting(intake: Intake) -> int:
    return len(intake._waiting)


def _send_while_one_is_written(intake: Intake, gate: Gate, *data_ids: str) -> list[Exception | None]:
    """Send events while the first one is being written. Return the result of each, the first included."""
    gate.open.clear()
    sent = [in_thread(lambda: intake.keep(sample_rows.event("first"), NOW))]
    wait_until(lambda: gate.reached == 1)
    for data_id in data_ids:
        sent.append(in_thread(lambda data_id=data_id: intake.keep(sample_rows.event(data_id), NOW)))  # type: ignore[misc]
    wait_until(lambda: _waiting(intake) == len(data_ids))
    gate.open.set()
    fared = [each.exception(TIMEOUT) for each in sent]
    assert all(error is None or isinstance(error, Exception) for error in fared)
    return fared  # type: ignore[return-value]


def test_events_that_arrive_during_a_write_are_stored_together(database: Database, gate: Gate) -> None:
    fared = _send_while_one_is_written(Intake(database), gate, *"abcd")
    assert fared == [None] * 5
    assert gate.reached == 2
    assert _kept(database) == {"first", *"abcd"}


def test_repeats_in_one_batch_are_stored_once(database: Database, gate: Gate) -> None:
    assert _send_while_one_is_written(Intake(database), gate, "a", "first", "a") == [None] * 4
    assert _kept(database) == {"first", "a"}


def test_an_event_the_database_refuses_does_not_lose_the_others(
    database: Database, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = inbox.record

    def choosy(connection, events, now):  # type: ignore[no-untyped-def]
        if any(event.data_id == POISON for event in events):
            raise DataError("insert", None, ValueError("too much"))
        return record(connection, events, now)

    monkeypatch.setattr(inbox, "record", choosy)
    fared = _send_while_one_is_written(Intake(database), gate, "a", POISON, "b")
    assert [type(error) for error in fared] == [type(None), type(None), NotStored, type(None)]
    assert _kept(database) == {"first", "a", "b"}


def test_every_event_of_a_failed_write_is_reported_as_not_stored(database: Database, gate: Gate) -> None:
    gate.failure = OperationalError("insert", None, ConnectionError("gone"))
    fared = _send_while_one_is_written(Intake(database), gate, "a", "b")
    assert [type(error) for error in fared] == [NotStored] * 3
    assert gate.reached == 2, "a database that cannot be reached is not asked for each event"
    assert _kept(database) == set()


def test_a_broken_connection_is_replaced_silently(postgres: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    intake = Intake(postgres)
    intake.keep(sample_rows.event("a"), NOW)
    with postgres.read() as session:
        session.connection().exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    intake.keep(sample_rows.event("b"), NOW)
    assert _kept(postgres) == {"a", "b"}


def test_listeners_are_told_of_new_events_but_not_of_repeats(database: Database) -> None:
    told: list[frozenset[str]] = []
    database.listen(told.append)
    intake = Intake(database)
    for data_id in ("a", "a", "b"):
        intake.keep(sample_rows.event(data_id), NOW)
    assert told == [frozenset({"inbox"})] * 2


def test_a_lost_event_the_database_refuses_does_not_lose_the_others(
    database: Database, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = inbox.record

    def choosy(connection, events, now):  # type: ignore[no-untyped-def]
        if any(event.data_id == POISON for event in events):
            raise DataError("insert", None, ValueError("too much"))
        return record(connection, events, now)

    monkeypatch.setattr(inbox, "record", choosy)
    intake = Intake(database)
    gate.failure = OperationalError("insert", None, ConnectionError("gone"))
    for data_id in ("a", POISON, "b"):
        with pytest.raises(NotStored):
            intake.keep(sample_rows.event(data_id), NOW)
    gate.failure = None
    for data_id in ("c", "d"):
        intake.keep(sample_rows.event(data_id), NOW)
    with database.read() as session:
        assert list(session.scalars(select(InboxRow.data_id).order_by(InboxRow.id))) == ["a", "b", "c", "d"]


def test_a_lost_event_that_webex_sends_again_is_remembered_once(
    database: Database, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.intake.MAX_LOST", 2)
    intake = Intake(database)
    gate.failure = OperationalError("insert", None, ConnectionError("gone"))
    for data_id in ("a", "b", "b", "b"):
        with pytest.raises(NotStored):
            intake.keep(sample_rows.event(data_id), NOW)
    gate.failure = None
    intake.keep(sample_rows.event("c"), NOW)
    assert _kept(database) == {"a", "b", "c"}
