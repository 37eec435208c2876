"""Syncs that are taken out of a queue from outside."""

import pytest

from storage import queues, syncs
from storage.engine.claims import ClaimLost
from storage.engine.database import Database
from storage.values.records import Cause, Claim, Enterprise, SyncState, WaitsFor
from tests.storage import samples
from tests.storage.samples import MINUTE, NOW


def test_a_cancelled_first_makes_room_for_the_next_and_is_to_be_told(
    database: Database, acme: Enterprise, bolt: Enterprise
) -> None:
    first, second = samples.ask(database, acme), samples.ask(database, bolt)
    samples.move(database, samples.taken_sync(database), waits_for=WaitsFor.CLUSTER, due_at=NOW + MINUTE)
    assert samples.cancel(database, acme) == second.id
    assert samples.heads(database) == [second.id]
    cancelled = samples.sync_of(database, first.id)
    assert (cancelled.state, cancelled.cause) == (SyncState.CANCELLED, Cause.WITHDRAWN)
    assert (cancelled.ended_at, cancelled.head, cancelled.waits_for) == (NOW, False, None)
    assert {samples.taken_sync(database).id, samples.taken_sync(database).id} == {first.id, second.id}


def test_a_sync_cancelled_from_the_middle_of_a_queue_leaves_the_first_as_it_is(
    database: Database, acme: Enterprise, bolt: Enterprise, core: Enterprise
) -> None:
    first, second, third = (samples.ask(database, one) for one in (acme, bolt, core))
    assert samples.cancel(database, bolt, Cause.ENDED_BY_OPERATOR) is None
    assert samples.heads(database) == [first.id]
    assert samples.sync_of(database, second.id).cause is Cause.ENDED_BY_OPERATOR
    with database.read() as session:
        assert queues.place(session, third) == 2
    assert {samples.taken_sync(database).id, samples.taken_sync(database).id} == {first.id, second.id}


def test_cancelling_takes_a_sync_away_from_whoever_has_it_in_hand(database: Database, acme: Enterprise) -> None:
    sync = samples.ask(database, acme)
    row = samples.taken_sync(database)
    samples.cancel(database, acme)
    with pytest.raises(ClaimLost):
        samples.move(database, row, keep_claim=True, state=SyncState.STARTING)
    with pytest.raises(ClaimLost):
        samples.end(database, acme, row, SyncState.FAILED)
    teller = samples.taken_sync(database)
    with pytest.raises(ClaimLost):
        samples.move(database, row, state=SyncState.STARTING)
    with database.write() as session:
        syncs.mark_told(session, Claim(teller.id, teller.attempt), NOW)
    assert samples.sync_of(database, sync.id).state is SyncState.CANCELLED


@pytest.mark.parametrize(
    "state", [SyncState.STARTING, SyncState.RUNNING, SyncState.COMPLETED, SyncState.FAILED, SyncState.CANCELLED]
)
def test_a_sync_that_has_started_or_ended_is_never_cancelled(
    database: Database, acme: Enterprise, bolt: Enterprise, state: SyncState
) -> None:
    queued, second = samples.ask(database, acme), samples.ask(database, bolt)
    samples.move(database, samples.taken_sync(database), state=state, due_at=None)
    row = samples.row_of(database, queued.id)
    with database.write() as session:
        samples.lock(session, acme)
        assert syncs.cancel(session, queued, Cause.WITHDRAWN, NOW + MINUTE) is None
    after = samples.row_of(database, queued.id)
    assert (after.state, after.cause, after.attempt, after.due_at) == (state, None, row.attempt, None)
    assert samples.heads(database) == [queued.id]
    assert samples.row_of(database, second.id).due_at is None
