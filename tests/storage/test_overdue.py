"""Syncs that wait in a queue for too long become due, wherever they stand."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from storage import enterprises, queues, syncs
from storage.engine.claims import ClaimLost
from storage.engine.database import Database
from storage.models import SyncRow
from storage.values.records import Claim, Enterprise, SyncState
from tests.storage import sample_rows
from tests.storage.sample_rows import DAY, MINUTE, NOW, SECOND
from tests.storage.threads import run_before_commit, run_together


def _call(database: Database, before: datetime = NOW, now: datetime = NOW + DAY) -> bool:
    with database.write() as session:
        return queues.requeue_overdue(session, before, now)


def _queue(database: Database, *asked_at: datetime) -> list[int]:
    """Queue syncs of that many enterprises on one cluster; the first is its head."""
    made = [sample_rows.enterprise(database, f"e{index}") for index in range(len(asked_at))]
    return [sample_rows.queue_sync(database, enterprise, at).id for enterprise, at in zip(made, asked_at, strict=True)]


def _enterprise(database: Database, sync_id: int) -> Enterprise:
    with database.read() as session:
        return enterprises.get(session, syncs.get(session, sync_id).enterprise_id)


def _due(database: Database, ids: list[int]) -> list[int]:
    return [sync_id for sync_id in ids if sample_rows.sync_row(database, sync_id).due_at is not None]


def _wait_for_turn(database: Database, row: SyncRow) -> None:
    with database.write() as session:
        queues.wait_for_turn(session, Claim(row.id, row.attempt))


def test_only_syncs_requested_before_the_limit_become_due(database: Database) -> None:
    ids = _queue(database, NOW - MINUTE, NOW - SECOND, NOW, NOW + SECOND)
    assert _due(database, ids) == ids[:1]
    assert _call(database)
    assert _due(database, ids) == ids[:2]
    assert sample_rows.sync_row(database, ids[1]).due_at == NOW + DAY
    assert not _call(database)
    assert _due(database, ids) == ids[:2]


def test_the_first_sync_of_a_queue_is_not_requeued_as_overdue(database: Database) -> None:
    (first,) = _queue(database, NOW - MINUTE)
    row = sample_rows.claim_sync(database)
    sample_rows.move_sync(database, row, due_at=NOW + 2 * DAY)
    assert not _call(database)
    assert sample_rows.sync_row(database, first).due_at == NOW + 2 * DAY


@pytest.mark.parametrize("state", [SyncState.STARTING, SyncState.RUNNING, SyncState.COMPLETED, SyncState.FAILED])
def test_a_sync_that_left_the_queue_is_not_requeued_as_overdue(database: Database, state: SyncState) -> None:
    (first,) = _queue(database, NOW - MINUTE)
    sample_rows.move_sync(database, sample_rows.claim_sync(database), state=state, due_at=None)
    assert not _call(database)
    assert sample_rows.sync_row(database, first).due_at is None


def test_an_overdue_sync_ends_while_another_is_first(database: Database) -> None:
    first, second, third = _queue(database, NOW - MINUTE, NOW - MINUTE, NOW)
    assert sample_rows.claim_sync(database).id == first
    _call(database, now=NOW)
    row = sample_rows.claim_sync(database)
    assert row.id == second
    assert sample_rows.end_sync(database, _enterprise(database, second), row, SyncState.FAILED) is None
    assert sample_rows.heads(database) == [first]
    with database.read() as session:
        assert queues.place(session, syncs.get(session, third)) == 2
    assert sample_rows.claim_sync(database).id == second


def test_an_overdue_sync_can_become_first_and_then_end(database: Database) -> None:
    first, second = _queue(database, NOW - MINUTE, NOW - MINUTE)
    row = sample_rows.claim_sync(database)
    _call(database, now=NOW)
    called = sample_rows.claim_sync(database)
    assert sample_rows.end_sync(database, _enterprise(database, first), row, SyncState.FAILED) == second
    assert sample_rows.end_sync(database, _enterprise(database, second), called, SyncState.FAILED) is None
    assert sample_rows.heads(database) == []


def test_overdue_syncs_are_requeued_in_portions(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "_PORTION", 2)
    ids = _queue(database, *[NOW - MINUTE] * 4)
    counted: list[int] = []
    while _call(database):
        counted.append(len(_due(database, ids)))
    assert counted == [3, 4]


def test_processes_that_requeue_at_once_do_not_wait_for_each_other(postgres: Database) -> None:
    ids = _queue(postgres, *[NOW - MINUTE] * 3)
    with postgres.write() as session:
        assert queues.requeue_overdue(session, NOW, NOW)
        assert run_together([lambda: _call(postgres)] * 3) == [False] * 3
    assert _due(postgres, ids) == ids


def test_a_sync_that_becomes_first_while_it_is_looked_at_stays_due(database: Database) -> None:
    first, second = _queue(database, NOW - MINUTE, NOW - MINUTE)
    row = sample_rows.claim_sync(database)
    _call(database, now=NOW)
    looked_at = sample_rows.claim_sync(database)
    assert sample_rows.end_sync(database, _enterprise(database, first), row, SyncState.FAILED) == second
    _wait_for_turn(database, looked_at)
    assert sample_rows.heads(database) == _due(database, [second]) == [second]
    assert {sample_rows.claim_sync(database).id, sample_rows.claim_sync(database).id} == {first, second}


def test_a_sync_that_is_not_first_waits_for_its_turn_after_a_look(database: Database) -> None:
    _, second = _queue(database, NOW - MINUTE, NOW - MINUTE)
    sample_rows.claim_sync(database)
    _call(database, now=NOW)
    looked_at = sample_rows.claim_sync(database)
    _wait_for_turn(database, looked_at)
    assert _due(database, [second]) == []
    with pytest.raises(ClaimLost):
        _wait_for_turn(database, looked_at)


def test_a_sync_becomes_first_while_a_look_at_it_ends(postgres: Database) -> None:
    first, second = _queue(postgres, NOW - MINUTE, NOW - MINUTE)
    row = sample_rows.claim_sync(postgres)
    _call(postgres, now=NOW)
    looked_at = sample_rows.claim_sync(postgres)
    company = _enterprise(postgres, first)
    marked = run_before_commit(
        postgres,
        lambda session: queues.wait_for_turn(session, Claim(looked_at.id, looked_at.attempt)),
        lambda: sample_rows.end_sync(postgres, company, row, SyncState.FAILED),
    )
    assert (marked, _due(postgres, [second])) == (second, [second])


def test_a_look_at_a_sync_ends_while_it_becomes_first(postgres: Database) -> None:
    first, second = _queue(postgres, NOW - MINUTE, NOW - MINUTE)
    row = sample_rows.claim_sync(postgres)
    _call(postgres, now=NOW)
    looked_at = sample_rows.claim_sync(postgres)
    company = _enterprise(postgres, first)

    def end(session: Session) -> None:
        sample_rows.lock(session, company)
        syncs.end(session, Claim(row.id, row.attempt), NOW, SyncState.FAILED)

    run_before_commit(postgres, end, lambda: _wait_for_turn(postgres, looked_at))
    assert sample_rows.heads(postgres) == _due(postgres, [second]) == [second]
