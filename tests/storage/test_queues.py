"""The queue of each cluster: who is first, who comes next, who leaves it."""

import pytest

from storage import clusters, queues, syncs
from storage.engine.claims import ClaimLost
from storage.engine.database import Database
from storage.models import SyncRow
from storage.values.records import Claim, Enterprise, SyncState, WaitsFor
from tests.storage import samples
from tests.storage.samples import MINUTE, NOW

_ENDS = [SyncState.COMPLETED, SyncState.FAILED, SyncState.CANCELLED]


def _promote(database: Database, cluster_id: int) -> int | None:
    with database.write() as session:
        clusters.lock(session, cluster_id)
        marked = queues.promote(session, cluster_id, NOW)
        return None if marked is None else marked.id


def test_of_a_queue_the_first_alone_is_due(database: Database, acme: Enterprise, bolt: Enterprise) -> None:
    first, second = samples.ask(database, acme), samples.ask(database, bolt)
    assert (first.head, second.head) == (True, False)
    assert samples.heads(database) == [first.id]
    assert samples.taken_sync(database).id == first.id
    assert samples.next_sync(database) is None
    assert samples.row_of(database, second.id).due_at is None


def test_queues_of_different_clusters_are_worked_side_by_side(database: Database, acme: Enterprise) -> None:
    elsewhere = samples.enterprise(database, "dune", cluster="west")
    asked = {samples.ask(database, acme).id, samples.ask(database, elsewhere).id}
    assert {samples.taken_sync(database).id, samples.taken_sync(database).id} == asked


def test_a_place_counts_those_before_on_the_same_cluster_who_have_not_ended(
    database: Database, acme: Enterprise, bolt: Enterprise, core: Enterprise
) -> None:
    elsewhere = samples.enterprise(database, "dune", cluster="west")
    asked = [samples.ask(database, enterprise) for enterprise in (elsewhere, acme, bolt, core)]

    def places() -> list[int]:
        with database.read() as session:
            return [queues.place(session, syncs.get(session, sync.id)) for sync in asked]

    assert places() == [1, 1, 2, 3]
    rows = {row.id: row for row in (samples.taken_sync(database), samples.taken_sync(database))}
    samples.move(database, rows[asked[1].id], state=SyncState.RUNNING, due_at=NOW)
    assert places() == [1, 1, 2, 3]
    samples.end(database, acme, samples.taken_sync(database), SyncState.FAILED)
    assert places()[2:] == [1, 2]


def test_every_clusters_queue_is_shown_in_its_order(
    database: Database, acme: Enterprise, bolt: Enterprise, core: Enterprise
) -> None:
    aloft = samples.enterprise(database, "dune", cluster="aloft")
    with database.read() as session:
        assert syncs.by_cluster(session) == {}
    gone = samples.ended(database, acme, SyncState.FAILED)
    first, second, other, third = (samples.ask(database, one) for one in (bolt, acme, aloft, core))
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
def test_whoever_ends_the_first_marks_the_next_and_the_ended_one_is_to_be_told(
    database: Database, acme: Enterprise, bolt: Enterprise, core: Enterprise, state: SyncState
) -> None:
    first, second, third = (samples.ask(database, one) for one in (acme, bolt, core))
    assert samples.end(database, acme, samples.taken_sync(database), state) == second.id
    assert samples.heads(database) == [second.id]
    assert {samples.taken_sync(database).id, samples.taken_sync(database).id} == {first.id, second.id}
    assert samples.row_of(database, third.id).due_at is None


def test_whoever_ends_the_last_of_a_queue_marks_nobody(database: Database, acme: Enterprise) -> None:
    elsewhere = samples.ask(database, samples.enterprise(database, "dune", cluster="west"))
    assert samples.taken_sync(database).id == elsewhere.id
    samples.ask(database, acme)
    assert samples.end(database, acme, samples.taken_sync(database), SyncState.COMPLETED) is None
    assert samples.heads(database) == [elsewhere.id]


def test_an_end_that_is_rolled_back_marks_nobody(database: Database, acme: Enterprise, bolt: Enterprise) -> None:
    first, _ = samples.ask(database, acme), samples.ask(database, bolt)
    row = samples.taken_sync(database)

    def end_and_fail() -> None:
        with database.write() as session:
            samples.lock(session, acme)
            syncs.end(session, Claim(row.id, row.attempt), NOW, SyncState.COMPLETED)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        end_and_fail()
    assert samples.heads(database) == [first.id]
    assert samples.sync_of(database, first.id).state == SyncState.QUEUED


def test_whoever_lost_a_sync_ends_nothing_and_marks_nobody(
    database: Database, acme: Enterprise, bolt: Enterprise
) -> None:
    first, _ = samples.ask(database, acme), samples.ask(database, bolt)
    lost = samples.taken_sync(database)
    assert samples.next_sync(database, NOW + 2 * MINUTE) is not None
    with pytest.raises(ClaimLost):
        samples.end(database, acme, lost, SyncState.COMPLETED)
    assert samples.heads(database) == [first.id]


def test_what_a_sync_waited_for_and_how_often_it_failed_are_over_with_it(database: Database, acme: Enterprise) -> None:
    sync = samples.ask(database, acme)
    samples.move(database, samples.taken_sync(database), waits_for=WaitsFor.WEBEX, failures=3)
    samples.end(database, acme, samples.taken_sync(database), SyncState.FAILED)
    ended = samples.row_of(database, sync.id)
    assert (ended.waits_for, ended.failures, ended.head, ended.due_at) == (None, 0, False, NOW)


def test_only_a_queue_without_a_first_gets_one(database: Database, acme: Enterprise, bolt: Enterprise) -> None:
    assert _promote(database, acme.cluster_id) is None
    first, second = samples.ask(database, acme), samples.ask(database, bolt)
    assert _promote(database, acme.cluster_id) is None
    with database.write() as session:
        row = session.get_one(SyncRow, first.id)
        row.state, row.head = SyncState.FAILED, False
    assert _promote(database, acme.cluster_id) == second.id
    assert _promote(database, acme.cluster_id) is None
    assert samples.heads(database) == [second.id]


def test_the_first_on_a_paused_cluster_is_due_when_the_pause_is_over(
    database: Database, acme: Enterprise, bolt: Enterprise
) -> None:
    with database.write() as session:
        clusters.pause(session, acme.cluster_id, NOW + MINUTE)
    samples.ask(database, acme)
    sync = samples.ask(database, bolt)
    assert samples.next_sync(database) is None
    assert samples.cancel(database, acme) == sync.id
    with database.read() as session:
        assert syncs.next_due(session, NOW) == NOW + MINUTE
    assert samples.row_of(database, sync.id).due_at == NOW + MINUTE
