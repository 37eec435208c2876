"""Syncs that cannot start give way: each queue goes round, and one that rests is passed."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy.orm import Session

from storage import clusters, queue_statements, queues, syncs
from storage.engine.claims import ClaimLost
from storage.engine.database import Database
from storage.models import SyncRow
from storage.values.records import Claim, Enterprise, Sync, SyncState, WaitsFor
from tests.storage import sample_rows
from tests.storage.sample_rows import DAY, MINUTE, NOW, SECOND
from tests.storage.threads import run_before_commit

RETRY = WaitsFor.RETRY


def give_way(
    session: Session,
    enterprise: Enterprise,
    row: SyncRow,
    rest: timedelta,
    now: datetime = NOW,
    waits_for: WaitsFor = RETRY,
) -> Sync | None:
    """Put a claimed sync back into its queue, to rest there."""
    sample_rows.lock(session, enterprise)
    until = now + rest
    syncs.move(session, Claim(row.id, row.attempt), now, waits_for=waits_for, rests_until=until, due_at=until)
    return queues.give_way(session, syncs.get(session, row.id), now, now + 5 * SECOND, now + MINUTE)


def fail_to_start(
    database: Database, enterprise: Enterprise, rest: timedelta, now: datetime = NOW, waits_for: WaitsFor = RETRY
) -> int:
    """Claim the head, which must be this enterprise's, and let it give way. Return the new head."""
    row = sample_rows.claim_due_sync(database, now)
    assert row is not None
    assert row.enterprise_id == enterprise.id
    with database.write() as session:
        head = give_way(session, enterprise, row, rest, now, waits_for)
    assert head is not None
    return head.id


def places(database: Database, *asked: Sync) -> list[int]:
    with database.read() as session:
        return [queues.place(session, syncs.get(session, sync.id)) for sync in asked]


@pytest.fixture
def queue(database: Database, acme: Enterprise, bolt: Enterprise, core: Enterprise) -> list[Sync]:
    """The syncs of Acme, Bolt and Core, which wait in this order."""
    return [sample_rows.queue_sync(database, enterprise) for enterprise in (acme, bolt, core)]


def test_a_sync_that_gives_way_goes_to_the_end_of_its_queue(
    database: Database, queue: list[Sync], acme: Enterprise, bolt: Enterprise
) -> None:
    assert places(database, *queue) == [1, 2, 3]
    assert fail_to_start(database, acme, SECOND) == queue[1].id
    assert places(database, *queue) == [3, 1, 2]
    assert [sync.id for sync in _shown(database)] == [queue[1].id, queue[2].id, queue[0].id]
    newcomer = sample_rows.queue_sync(database, sample_rows.enterprise(database, "dune"))
    assert places(database, *queue, newcomer) == [3, 1, 2, 4]
    assert fail_to_start(database, bolt, SECOND, NOW + 5 * SECOND) == queue[2].id
    assert places(database, *queue, newcomer) == [2, 4, 1, 3]


def _shown(database: Database) -> list[Sync]:
    with database.read() as session:
        return syncs.by_cluster(session)["east"]


def test_the_next_of_a_queue_is_tried_soon(database: Database, queue: list[Sync], acme: Enterprise) -> None:
    fail_to_start(database, acme, MINUTE)
    rows = [sample_rows.sync_row(database, sync.id) for sync in queue]
    assert [row.due_at for row in rows] == [None, NOW + 5 * SECOND, None]
    assert rows[0].rests_until == NOW + MINUTE


def test_one_that_was_refused_is_tried_later(database: Database, acme: Enterprise, bolt: Enterprise) -> None:
    first, second = sample_rows.queue_sync(database, acme), sample_rows.queue_sync(database, bolt)
    assert fail_to_start(database, acme, SECOND, NOW, WaitsFor.ACCESS) == second.id
    assert fail_to_start(database, bolt, SECOND, NOW + 5 * SECOND, WaitsFor.ACCESS) == first.id
    assert sample_rows.sync_row(database, first.id).due_at == NOW + 5 * SECOND + MINUTE


def test_a_new_sync_is_tried_before_those_that_were_refused(
    database: Database, queue: list[Sync], acme: Enterprise, bolt: Enterprise, core: Enterprise
) -> None:
    for times, enterprise in enumerate((acme, bolt, core)):
        fail_to_start(database, enterprise, MINUTE, NOW + times * 5 * SECOND, WaitsFor.ACCESS)
    fail_to_start(database, acme, MINUTE, NOW + 2 * MINUTE, WaitsFor.ACCESS)
    assert sample_rows.heads(database) == [queue[1].id]
    newcomer = sample_rows.queue_sync(database, sample_rows.enterprise(database, "dune"), NOW + 2 * MINUTE)
    row = sample_rows.claim_due_sync(database, NOW + 2 * MINUTE)
    assert row is not None
    assert row.id == newcomer.id


def test_a_sync_that_rests_is_passed(
    database: Database, queue: list[Sync], acme: Enterprise, bolt: Enterprise, core: Enterprise
) -> None:
    fail_to_start(database, acme, DAY)
    fail_to_start(database, bolt, SECOND, NOW + 5 * SECOND)
    row = sample_rows.claim_due_sync(database, NOW + MINUTE)
    assert row is not None
    with database.write() as session:
        sample_rows.lock(session, core)
        following = syncs.end(session, Claim(row.id, row.attempt), NOW + MINUTE, SyncState.FAILED)
    assert following is not None
    assert following.id == queue[1].id
    assert sample_rows.sync_row(database, queue[1].id).due_at == NOW + MINUTE


def test_if_all_rest_the_one_whose_rest_ends_first_is_next(
    database: Database, queue: list[Sync], acme: Enterprise, bolt: Enterprise, core: Enterprise
) -> None:
    fail_to_start(database, acme, 10 * MINUTE)
    fail_to_start(database, bolt, 3 * MINUTE, NOW + 5 * SECOND)
    assert fail_to_start(database, core, 5 * MINUTE, NOW + 10 * SECOND) == queue[1].id
    assert sample_rows.sync_row(database, queue[1].id).due_at == NOW + 5 * SECOND + 3 * MINUTE
    assert sample_rows.heads(database) == [queue[1].id]


def test_a_sync_that_is_alone_stays_first_and_rests(database: Database, acme: Enterprise) -> None:
    alone = sample_rows.queue_sync(database, acme)
    assert fail_to_start(database, acme, SECOND) == alone.id
    assert sample_rows.sync_row(database, alone.id).due_at == NOW + SECOND
    assert fail_to_start(database, acme, timedelta(0), NOW + SECOND) == alone.id
    assert sample_rows.sync_row(database, alone.id).due_at == NOW + SECOND


def test_a_new_sync_is_tried_before_one_that_rests(database: Database, acme: Enterprise, bolt: Enterprise) -> None:
    first = sample_rows.queue_sync(database, acme)
    fail_to_start(database, acme, MINUTE)
    with database.write() as session:
        session.get_one(SyncRow, first.id).due_at = NOW
    lost = sample_rows.claim_sync(database)
    second = sample_rows.queue_sync(database, bolt)
    assert sample_rows.heads(database) == [second.id]
    assert sample_rows.sync_row(database, first.id).due_at is None
    assert places(database, first, second) == [2, 1]
    with pytest.raises(ClaimLost):
        sample_rows.move_sync(database, lost, state=SyncState.STARTING, keep_claim=True)
    assert sample_rows.claim_sync(database).id == second.id


def test_a_new_sync_waits_behind_one_that_starts(database: Database, acme: Enterprise, bolt: Enterprise) -> None:
    first = sample_rows.queue_sync(database, acme)
    fail_to_start(database, acme, MINUTE)
    row = sample_rows.claim_due_sync(database, NOW + MINUTE)
    assert row is not None
    sample_rows.move_sync(database, row, state=SyncState.STARTING, due_at=NOW + MINUTE)
    sample_rows.queue_sync(database, bolt)
    assert sample_rows.heads(database) == [first.id]


def test_a_paused_cluster_tries_the_next_after_its_pause(
    database: Database, queue: list[Sync], acme: Enterprise
) -> None:
    row = sample_rows.claim_sync(database)
    with database.write() as session:
        sample_rows.lock(session, acme)
        clusters.pause(session, acme.cluster_id, NOW + MINUTE)
        syncs.move(session, Claim(row.id, row.attempt), NOW, waits_for=WaitsFor.CLUSTER, rests_until=None)
        queues.give_way(session, syncs.get(session, row.id), NOW, NOW, NOW)
    assert sample_rows.heads(database) == [queue[1].id]
    assert sample_rows.sync_row(database, queue[1].id).due_at == NOW + MINUTE


def test_a_queue_keeps_one_head_if_a_sync_is_asked_for_meanwhile(
    postgres: Database,
) -> None:
    acme, bolt = (sample_rows.enterprise(postgres, key) for key in ("acme", "bolt"))
    first = sample_rows.queue_sync(postgres, acme)
    row = sample_rows.claim_sync(postgres)
    second = run_before_commit(
        postgres,
        lambda session: give_way(session, acme, row, MINUTE),
        partial(sample_rows.queue_sync, postgres, bolt),
    )
    assert sample_rows.heads(postgres) == [second.id]
    assert places(postgres, first) == [2]
    row = sample_rows.claim_sync(postgres)
    third = run_before_commit(
        postgres,
        lambda session: syncs.accept(session, _locked(session, postgres, "core"), "cy@core.example", NOW),
        lambda: _give_way(postgres, bolt, row),
    )
    assert third == sample_rows.heads(postgres)[0]


def _locked(session: Session, database: Database, key: str) -> Enterprise:
    enterprise = sample_rows.enterprise(database, key)
    sample_rows.lock(session, enterprise)
    return enterprise


def _give_way(database: Database, enterprise: Enterprise, row: SyncRow) -> int:
    with database.write() as session:
        head = give_way(session, enterprise, row, MINUTE)
    assert head is not None
    return head.id


@pytest.mark.parametrize(
    "name",
    [
        "PROMOTE",
        "PROMOTE_AFTER",
        "PROMOTE_OTHER",
        "GO_TO_END",
        "UNMARK_RESTING",
        "APPEND",
        "COUNT_BEFORE",
        "WAIT_FOR_TURN",
    ],
)
def test_no_statement_on_a_queue_reads_all_syncs(sqlite_url: str, name: str) -> None:
    database = Database(sqlite_url)
    statement = getattr(queue_statements, name).compile(dialect=database.writer.dialect)
    values = tuple(1 for _ in statement.positiontup)
    with database.writer.connect() as connection:
        plan = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    database.close()
    assert any(step.startswith("SEARCH") for step in plan)
    assert [step for step in plan if step.startswith("SCAN")] == []
