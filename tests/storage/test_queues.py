"""The queue of each cluster: its head, its order, and how syncs leave it."""

import pytest

from storage import clusters, queues, syncs
from storage.engine.claims import ClaimLost
from storage.engine.database import Database
from storage.models import SyncRow
from storage.values.records import Claim, Enterprise, SyncState, WaitsFor
from tests.storage import sample_rows
from tests.storage.sample_rows import MINUTE, NOW

_ENDS = [SyncState.COMPLETED, SyncState.FAILED, SyncState.CANCELLED]


def _promote(database: Database, cluster_id: int) -> int | None:
    with database.write() as session:
        clusters.lock(session, cluster_id)
        marked = queues.promote(session, cluster_id, NOW)
        return None if marked is None else marked.id


def test_only_the_first_sync_of_a_queue_is_due(database: Database, acme: Enterprise, bolt: Enterprise) -> None:
    first, second = sample_rows.queue_sync(database, acme), sample_rows.queue_sync(database, bolt)
    assert (first.head, second.head) == (True, False)
    assert sample_rows.heads(database) == [first.id]
    assert sample_rows.claim_sync(database).id == first.id
    assert sample_rows.claim_due_sync(database) is None
    assert sample_rows.sync_row(database, second.id).due_at is None


def test_queues_of_different_clusters_are_worked_side_by_side(database: Database, acme: Enterprise) -> None:
    elsewhere = sample_rows.enterprise(database, "dune", cluster="west")
    asked = {sample_rows.queue_sync(database, acme).id, sample_rows.queue_sync(database, elsewhere).id}
    assert {sample_rows.claim_sync(database).id, sample_rows.claim_sync(database).id} == asked


def test_a_place_counts_earlier_unended_syncs_on_the_cluster(
    database: Database, acme: Enterprise, bolt: Enterprise, core: Enterprise
) -> None:
    elsewhere = sample_rows.enterprise(database, "dune", cluster="west")
    asked = [sample_rows.queue_sync(database, enterprise) for enterprise in (elsewhere, acme, bolt, core)]

    def places() -> list[int]:
        with database.read() as session:
            return [queues.place(session, syncs.get(session, sync.id)) for sync in asked]

    assert places() == [1, 1, 2, 3]
    rows = {row.id: row for row in (sample_rows.claim_sync(database), sample_rows.claim_sync(database))}
    sample_rows.move_sync(database, rows[asked[1].id], state=SyncState.RUNNING, due_at=NOW)
    assert places() == [1, 1, 2, 3]
    sample_rows.end_sync(database, acme, sample_rows.claim_sync(database), SyncState.FAILED)
    assert places()[2:] == [1, 2]


def test_every_clusters_queue_is_shown_in_its_order(
    database: Database, acme: Enterprise, bolt: Enterprise, core: Enterprise
) -> None:
    aloft = sample_rows.enterprise(database, "dune", cluster="aloft")
    with database.read() as session:
        assert syncs.by_cluster(session) == {}
    gone = sample_rows.ended_sync(database, acme, SyncState.FAILED)
    first, second, other, third = (sample_rows.queue_sync(database, one) for one in (bolt, acme, aloft, core))
    with database.write() as session:
        for sync, head in ((first, False), (third, True)):
            session.get_one(SyncRow, sync.id).head = head
            session.flush()
    with database.read() as session:
        found = syncs.by_cluster(session)
    assert list(found) == ["aloft", "east"]
    shown = {cluster: [sync.id for sync in queue] for cluster, queue in found.items()}
    assert shown == {"aloft": [other.id], "east": [third.id, first.id, second.id]}
    assert gone.id not in shown["east"]


@pytest.mark.parametrize("state", _ENDS)
def test_ending_the_first_sync_promotes_the_next_and_is_announced(
    database: Database, acme: Enterprise, bolt: Enterprise, core: Enterprise, state: SyncState
) -> None:
    first, second, third = (sample_rows.queue_sync(database, one) for one in (acme, bolt, core))
    assert sample_rows.end_sync(database, acme, sample_rows.claim_sync(database), state) == second.id
    assert sample_rows.heads(database) == [second.id]
    assert {sample_rows.claim_sync(database).id, sample_rows.claim_sync(database).id} == {first.id, second.id}
    assert sample_rows.sync_row(database, third.id).due_at is None


def test_ending_the_last_sync_of_a_queue_promotes_none(database: Database, acme: Enterprise) -> None:
    elsewhere = sample_rows.queue_sync(database, sample_rows.enterprise(database, "dune", cluster="west"))
    assert sample_rows.claim_sync(database).id == elsewhere.id
    sample_rows.queue_sync(database, acme)
    assert sample_rows.end_sync(database, acme, sample_rows.claim_sync(database), SyncState.COMPLETED) is None
    assert sample_rows.heads(database) == [elsewhere.id]


def test_an_end_that_is_rolled_back_promotes_none(database: Database, acme: Enterprise, bolt: Enterprise) -> None:
    first, _ = sample_rows.queue_sync(database, acme), sample_rows.queue_sync(database, bolt)
    row = sample_rows.claim_sync(database)

    def end_and_fail() -> None:
        with database.write() as session:
            sample_rows.lock(session, acme)
            syncs.end(session, Claim(row.id, row.attempt), NOW, SyncState.COMPLETED)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        end_and_fail()
    assert sample_rows.heads(database) == [first.id]
    assert sample_rows.sync_of(database, first.id).state == SyncState.QUEUED


def test_a_worker_that_lost_its_claim_ends_and_promotes_nothing(
    database: Database, acme: Enterprise, bolt: Enterprise
) -> None:
    first, _ = sample_rows.queue_sync(database, acme), sample_rows.queue_sync(database, bolt)
    lost = sample_rows.claim_sync(database)
    assert sample_rows.claim_due_sync(database, NOW + 2 * MINUTE) is not None
    with pytest.raises(ClaimLost):
        sample_rows.end_sync(database, acme, lost, SyncState.COMPLETED)
    assert sample_rows.heads(database) == [first.id]


def test_ending_a_sync_clears_its_wait_and_its_failures(database: Database, acme: Enterprise) -> None:
    sync = sample_rows.queue_sync(database, acme)
    sample_rows.move_sync(database, sample_rows.claim_sync(database), waits_for=WaitsFor.WEBEX, failures=3)
    sample_rows.end_sync(database, acme, sample_rows.claim_sync(database), SyncState.FAILED)
    ended = sample_rows.sync_row(database, sync.id)
    assert (ended.waits_for, ended.failures, ended.head, ended.due_at) == (None, 0, False, NOW)


def test_only_a_queue_without_a_first_sync_is_promoted(database: Database, acme: Enterprise, bolt: Enterprise) -> None:
    assert _promote(database, acme.cluster_id) is None
    first, second = sample_rows.queue_sync(database, acme), sample_rows.queue_sync(database, bolt)
    assert _promote(database, acme.cluster_id) is None
    with database.write() as session:
        row = session.get_one(SyncRow, first.id)
        row.state, row.head = SyncState.FAILED, False
    assert _promote(database, acme.cluster_id) == second.id
    assert _promote(database, acme.cluster_id) is None
    assert sample_rows.heads(database) == [second.id]


def test_the_first_sync_of_a_paused_cluster_is_due_after_the_pause(
    database: Database, acme: Enterprise, bolt: Enterprise
) -> None:
    with database.write() as session:
        clusters.pause(session, acme.cluster_id, NOW + MINUTE)
    sample_rows.queue_sync(database, acme)
    sync = sample_rows.queue_sync(database, bolt)
    assert sample_rows.claim_due_sync(database) is None
    assert sample_rows.cancel_sync(database, acme) == sync.id
    with database.read() as session:
        assert syncs.next_due(session, NOW) == NOW + MINUTE
    assert sample_rows.sync_row(database, sync.id).due_at == NOW + MINUTE
