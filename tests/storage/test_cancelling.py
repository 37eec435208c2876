"""Syncs that are cancelled while they are queued."""

import pytest

from storage import queues, syncs
from storage.engine.claims import ClaimLost
from storage.engine.database import Database
from storage.values.records import Cause, Claim, Enterprise, SyncState, WaitsFor
from tests.storage import sample_rows
from tests.storage.sample_rows import MINUTE, NOW


def test_a_cancelled_first_sync_makes_the_next_one_first(
    database: Database, acme: Enterprise, bolt: Enterprise
) -> None:
    first, second = sample_rows.queue_sync(database, acme), sample_rows.queue_sync(database, bolt)
    sample_rows.move_sync(database, sample_rows.claim_sync(database), waits_for=WaitsFor.CLUSTER, due_at=NOW + MINUTE)
    assert sample_rows.cancel_sync(database, acme) == second.id
    assert sample_rows.heads(database) == [second.id]
    cancelled = sample_rows.sync_of(database, first.id)
    assert (cancelled.state, cancelled.cause) == (SyncState.CANCELLED, Cause.WITHDRAWN)
    assert (cancelled.ended_at, cancelled.head, cancelled.waits_for) == (NOW, False, None)
    assert {sample_rows.claim_sync(database).id, sample_rows.claim_sync(database).id} == {first.id, second.id}


def test_cancelling_in_the_middle_of_a_queue_keeps_the_first_sync(
    database: Database, acme: Enterprise, bolt: Enterprise, core: Enterprise
) -> None:
    first, second, third = (sample_rows.queue_sync(database, one) for one in (acme, bolt, core))
    assert sample_rows.cancel_sync(database, bolt, Cause.ENDED_BY_OPERATOR) is None
    assert sample_rows.heads(database) == [first.id]
    assert sample_rows.sync_of(database, second.id).cause is Cause.ENDED_BY_OPERATOR
    with database.read() as session:
        assert queues.place(session, third) == 2
    assert {sample_rows.claim_sync(database).id, sample_rows.claim_sync(database).id} == {first.id, second.id}


def test_cancelling_a_sync_ends_the_claim_of_its_worker(database: Database, acme: Enterprise) -> None:
    sync = sample_rows.queue_sync(database, acme)
    row = sample_rows.claim_sync(database)
    sample_rows.cancel_sync(database, acme)
    with pytest.raises(ClaimLost):
        sample_rows.move_sync(database, row, keep_claim=True, state=SyncState.STARTING)
    with pytest.raises(ClaimLost):
        sample_rows.end_sync(database, acme, row, SyncState.FAILED)
    teller = sample_rows.claim_sync(database)
    with pytest.raises(ClaimLost):
        sample_rows.move_sync(database, row, state=SyncState.STARTING)
    with database.write() as session:
        syncs.mark_told(session, Claim(teller.id, teller.attempt), NOW)
    assert sample_rows.sync_of(database, sync.id).state is SyncState.CANCELLED


@pytest.mark.parametrize(
    "state", [SyncState.STARTING, SyncState.RUNNING, SyncState.COMPLETED, SyncState.FAILED, SyncState.CANCELLED]
)
def test_a_sync_that_has_started_or_ended_is_never_cancelled(
    database: Database, acme: Enterprise, bolt: Enterprise, state: SyncState
) -> None:
    queued, second = sample_rows.queue_sync(database, acme), sample_rows.queue_sync(database, bolt)
    sample_rows.move_sync(database, sample_rows.claim_sync(database), state=state, due_at=None)
    row = sample_rows.sync_row(database, queued.id)
    with database.write() as session:
        sample_rows.lock(session, acme)
        assert syncs.cancel(session, queued, Cause.WITHDRAWN, NOW + MINUTE) is None
    after = sample_rows.sync_row(database, queued.id)
    assert (after.state, after.cause, after.attempt, after.due_at) == (state, None, row.attempt, None)
    assert sample_rows.heads(database) == [queued.id]
    assert sample_rows.sync_row(database, second.id).due_at is None
