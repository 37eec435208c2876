from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from storage import clusters, syncs
from storage.claims import ClaimLost
from storage.database import Database
from storage.models import SyncRow
from storage.records import ACTIVE, Claim, Enterprise, Follower, SyncState
from tests.storage import samples
from tests.storage.samples import MINUTE, NOW

_ANA = Follower("ana", "ana@acme.example", "room", False, None)


@pytest.fixture
def bolt(database: Database) -> Enterprise:
    """Another enterprise on the same cluster."""
    return samples.enterprise(database, "bolt")


def _row(database: Database, sync_id: int) -> SyncRow:
    with database.read() as session:
        return session.get_one(SyncRow, sync_id)


def _move(database: Database, row: SyncRow, **values: Any) -> None:
    with database.write() as session:
        syncs.move(session, Claim(row.id, row.attempt), NOW, **values)


def test_a_second_active_sync_of_an_enterprise_cannot_be_written(database: Database, acme: Enterprise) -> None:
    samples.ask(database, acme)
    for state in ACTIVE:
        _move(database, samples.taken_sync(database), state=state, due_at=NOW)
        with pytest.raises(IntegrityError):
            samples.ask(database, acme)
    samples.end(database, acme, samples.taken_sync(database), SyncState.FAILED)
    samples.ask(database, acme)


def test_two_syncs_cannot_be_on_one_cluster(database: Database, acme: Enterprise, bolt: Enterprise) -> None:
    first, second = samples.ask(database, acme), samples.ask(database, bolt)
    with database.write() as session:
        session.get_one(SyncRow, first.id).state = SyncState.STARTING
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(update(SyncRow).where(SyncRow.id == second.id).values(state=SyncState.RUNNING))


def test_of_a_queue_the_first_alone_is_due(database: Database, acme: Enterprise, bolt: Enterprise) -> None:
    first = samples.ask(database, acme)
    second = samples.ask(database, bolt)
    assert samples.heads(database) == [first.id]
    assert samples.taken_sync(database).id == first.id
    assert samples.next_sync(database) is None
    assert _row(database, second.id).due_at is None


def test_queues_of_different_clusters_are_worked_side_by_side(database: Database, acme: Enterprise) -> None:
    elsewhere = samples.enterprise(database, "dune", cluster="west")
    asked = {samples.ask(database, acme).id, samples.ask(database, elsewhere).id}
    assert {samples.taken_sync(database).id, samples.taken_sync(database).id} == asked


@pytest.mark.parametrize("state", [SyncState.COMPLETED, SyncState.FAILED, SyncState.CANCELLED])
def test_whoever_ends_the_first_marks_the_next_and_the_ended_one_is_to_be_told(
    database: Database, acme: Enterprise, bolt: Enterprise, state: SyncState
) -> None:
    first, second = samples.ask(database, acme), samples.ask(database, bolt)
    samples.end(database, acme, samples.taken_sync(database), state)
    assert samples.heads(database) == [second.id]
    assert {samples.taken_sync(database).id, samples.taken_sync(database).id} == {first.id, second.id}


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
    assert _row(database, first.id).state == SyncState.QUEUED


def test_whoever_lost_a_sync_ends_nothing_and_marks_nobody(
    database: Database, acme: Enterprise, bolt: Enterprise
) -> None:
    first, _ = samples.ask(database, acme), samples.ask(database, bolt)
    lost = samples.taken_sync(database)
    assert samples.next_sync(database, NOW + 2 * MINUTE) is not None
    with pytest.raises(ClaimLost):
        samples.end(database, acme, lost, SyncState.COMPLETED)
    assert samples.heads(database) == [first.id]


def test_the_first_on_a_paused_cluster_is_due_when_the_pause_is_over(database: Database, acme: Enterprise) -> None:
    with database.write() as session:
        clusters.pause(session, acme.cluster_id, NOW + MINUTE)
    sync = samples.ask(database, acme)
    assert samples.next_sync(database) is None
    with database.read() as session:
        assert syncs.next_due(session, NOW) == NOW + MINUTE
    row = samples.next_sync(database, NOW + MINUTE)
    assert row is not None
    assert row.id == sync.id


def test_a_sync_that_is_kept_is_still_held_and_one_that_is_moved_is_not(database: Database, acme: Enterprise) -> None:
    samples.ask(database, acme)
    row = samples.taken_sync(database)
    _move(database, row, hold=True, state=SyncState.STARTING)
    assert samples.next_sync(database) is None
    _move(database, row, state=SyncState.RUNNING, due_at=NOW)
    assert samples.taken_sync(database).state == SyncState.RUNNING


def test_a_place_counts_those_before_on_the_same_cluster_who_have_not_ended(
    database: Database, acme: Enterprise, bolt: Enterprise
) -> None:
    elsewhere = samples.enterprise(database, "dune", cluster="west")
    third = samples.enterprise(database, "core")
    asked = [samples.ask(database, enterprise) for enterprise in (elsewhere, acme, bolt, third)]

    def places() -> list[int]:
        with database.read() as session:
            return [syncs.place(session, sync) for sync in asked]

    assert places() == [1, 1, 2, 3]
    rows = [samples.taken_sync(database), samples.taken_sync(database)]
    samples.end(database, acme, next(row for row in rows if row.id == asked[1].id), SyncState.FAILED)
    assert places()[2:] == [1, 2]


def test_somebody_follows_a_sync_once_wherever_they_ask_again(database: Database, acme: Enterprise) -> None:
    sync = samples.ask(database, acme)
    other = Follower("bo", "bo@acme.example", "room", False, "thread")
    elsewhere = Follower("ana", "ana@acme.example", "another room", True, None)
    with database.write() as session:
        new = [syncs.follow(session, sync.id, one, NOW) for one in (_ANA, other, _ANA, elsewhere, other)]
        assert new == [True, True, False, False, False]
        assert syncs.followers(session, sync.id) == [_ANA, other]


def test_the_active_sync_and_the_last_ended_one_are_found(database: Database, acme: Enterprise) -> None:
    def found() -> tuple[int | None, int | None]:
        with database.read() as session:
            active = syncs.active(session, acme.id)
            ended = syncs.last_ended(session, acme.id, SyncState.COMPLETED)
            return active.id if active else None, ended.id if ended else None

    assert found() == (None, None)
    first = samples.ask(database, acme)
    assert found() == (first.id, None)
    samples.end(database, acme, samples.taken_sync(database), SyncState.COMPLETED)
    assert found() == (None, first.id)
    second = samples.ask(database, acme)
    with database.write() as session:
        row = session.get_one(SyncRow, second.id)
        row.state, row.head, row.due_at = SyncState.FAILED, False, None
    assert found() == (None, first.id)


def test_a_sync_that_was_told_of_is_done_with(database: Database, acme: Enterprise) -> None:
    sync = samples.ask(database, acme)
    samples.end(database, acme, samples.taken_sync(database), SyncState.COMPLETED)
    row = samples.taken_sync(database)
    with database.write() as session:
        syncs.told(session, Claim(row.id, row.attempt), NOW)
    assert samples.next_sync(database, NOW + timedelta(days=9)) is None
    assert _row(database, sync.id).told_at == NOW


def test_what_is_learned_of_a_sync_comes_back_as_it_was(database: Database, acme: Enterprise) -> None:
    asked = samples.ask(database, acme)
    row = samples.taken_sync(database)
    _move(database, row, state=SyncState.RUNNING, counts={"added": 3}, errors=[[600029, "none"]], started_at=NOW)
    with database.read() as session:
        sync = syncs.get(session, asked.id)
    assert (sync.state, sync.counts, sync.errors) == (SyncState.RUNNING, {"added": 3}, ((600029, "none"),))
    assert sync.started_at == NOW


def test_the_lengths_of_the_last_twenty_completed_syncs_are_known(
    database: Database, acme: Enterprise, bolt: Enterprise
) -> None:
    for enterprise, state, seconds in [
        *((acme, SyncState.COMPLETED, float(index)) for index in range(21)),
        (acme, SyncState.FAILED, 999.0),
        (bolt, SyncState.COMPLETED, 500.0),
    ]:
        with database.write() as session:
            sync = SyncRow(enterprise_id=enterprise.id, cluster_id=enterprise.cluster_id, state=state, head=False)
            sync.asked_at, sync.asker_email, sync.counts, sync.errors = NOW, "ana@acme.example", {}, []
            sync.seconds = seconds
            session.add(sync)
    with database.read() as session:
        assert syncs.durations(session, enterprise_id=acme.id) == [float(index) for index in range(20, 0, -1)]
        assert syncs.durations(session, cluster_id=acme.cluster_id)[:2] == [500.0, 20.0]
