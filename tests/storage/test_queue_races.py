"""A cluster's queue, changed by many at once on PostgreSQL, always has exactly one head."""

import time
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy.orm import Session

from bot.commands import cancel, sync
from storage import clusters, enterprises, queues, syncs
from storage.engine.database import Database
from storage.models import SyncRow
from storage.values.records import ACTIVE, Claim, Enterprise, Sync, SyncState
from tests.storage import sample_rows, sync_commands
from tests.storage.sample_rows import DAY, NOW
from tests.storage.sync_commands import FakeBroadWorks
from tests.storage.threads import TIMEOUT, in_thread, is_lock_awaited, run_before_commit, run_together, wait_until


@pytest.fixture
def east(postgres: Database) -> list[Enterprise]:
    """Three enterprises on one cluster."""
    return [sync_commands.enterprise_known_to_webex(postgres, key) for key in ("acme", "bolt", "core")]


def _end(session: Session, enterprise: Enterprise, row: SyncRow) -> int | None:
    sample_rows.lock(session, enterprise)
    following = syncs.end(session, Claim(row.id, row.attempt), NOW, SyncState.COMPLETED, ended_at=NOW)
    return None if following is None else following.id


def _end_it(database: Database, enterprise: Enterprise, row: SyncRow) -> int | None:
    with database.write() as session:
        return _end(session, enterprise, row)


def _active(database: Database) -> list[int]:
    with database.read() as session:
        return [row.id for row in session.query(SyncRow).filter(SyncRow.state.in_(ACTIVE)).order_by(SyncRow.id)]


def _ended(database: Database) -> int:
    with database.read() as session:
        return session.query(SyncRow).filter(SyncRow.state.not_in(ACTIVE)).count()


def test_exactly_one_of_many_syncs_accepted_at_once_is_first(postgres: Database) -> None:
    companies = [sync_commands.enterprise_known_to_webex(postgres, f"e{index}") for index in range(6)]
    pending = run_together(
        [partial(sync_commands.type_command, postgres, enterprise, sync.run) for enterprise in companies]
    )
    assert pending == ["sync"] * 6
    assert sample_rows.heads(postgres) == [min(_active(postgres))]


def test_a_sync_requested_while_the_last_one_ends_becomes_first(postgres: Database, east: list[Enterprise]) -> None:
    acme, bolt, _ = east
    sync_commands.type_command(postgres, acme, sync.run)
    row = sample_rows.claim_sync(postgres)
    run_before_commit(
        postgres, lambda session: _end(session, acme, row), lambda: sync_commands.type_command(postgres, bolt, sync.run)
    )
    assert sample_rows.heads(postgres) == _active(postgres)


def test_ending_the_last_sync_promotes_one_requested_meanwhile(postgres: Database, east: list[Enterprise]) -> None:
    acme, bolt, _ = east
    sync_commands.type_command(postgres, acme, sync.run)
    row = sample_rows.claim_sync(postgres)
    marked = run_before_commit(
        postgres,
        lambda session: sync_commands.run_command(session, bolt, sync.run),
        lambda: _end_it(postgres, acme, row),
    )
    assert [marked] == _active(postgres) == sample_rows.heads(postgres)


def test_cancelling_the_last_sync_leaves_one_requested_meanwhile_first(
    postgres: Database, east: list[Enterprise]
) -> None:
    acme, bolt, core = east
    sync_commands.type_command(postgres, acme, sync.run)
    run_before_commit(
        postgres,
        lambda session: sync_commands.run_command(session, acme, cancel.run),
        lambda: sync_commands.type_command(postgres, bolt, sync.run),
    )
    assert sample_rows.heads(postgres) == _active(postgres)
    run_before_commit(
        postgres,
        lambda session: sync_commands.run_command(session, core, sync.run),
        lambda: sync_commands.type_command(postgres, bolt, cancel.run),
    )
    assert sample_rows.heads(postgres) == _active(postgres)


def test_promoting_a_sync_waits_for_a_request_under_way(postgres: Database, east: list[Enterprise]) -> None:
    acme = east[0]

    def promote() -> Sync | None:
        with postgres.write() as session:
            clusters.lock(session, acme.cluster_id)
            return queues.promote(session, acme.cluster_id, NOW)

    assert (
        run_before_commit(postgres, lambda session: sync_commands.run_command(session, acme, sync.run), promote) is None
    )
    assert sample_rows.heads(postgres) == _active(postgres)


def test_a_worker_waits_for_the_lock_of_a_queue_to_start_or_end_a_sync(
    postgres: Database, east: list[Enterprise]
) -> None:
    acme = east[0]
    sync_commands.type_command(postgres, acme, sync.run)
    portal = FakeBroadWorks()

    def moved_once_free(have: Callable[[Session], object]) -> SyncState:
        with postgres.write() as session:
            have(session)
            working = in_thread(partial(sync_commands.work_one_sync, postgres, portal))
            wait_until(lambda: working.done() or is_lock_awaited(postgres))
            assert not working.done()
            before = list(portal.asked)
        assert working.result(TIMEOUT)
        assert before == ([] if portal.looked["acme"] == 0 else ["acme"])
        with postgres.read() as session:
            return SyncState(session.query(SyncRow).one().state)

    assert moved_once_free(lambda session: clusters.lock(session, acme.cluster_id)) is SyncState.RUNNING
    assert sync_commands.work_one_sync(postgres, portal)
    assert moved_once_free(lambda session: enterprises.lock(session, acme.id)) is SyncState.COMPLETED


def test_two_syncs_that_end_at_once_leave_the_next_first(postgres: Database, east: list[Enterprise]) -> None:
    for enterprise in east:
        sample_rows.queue_sync(postgres, enterprise)
    first = sample_rows.claim_sync(postgres)
    with postgres.write() as session:
        assert queues.requeue_overdue(session, NOW + DAY, NOW)
    second = sample_rows.claim_sync(postgres)
    ends = [partial(_end_it, postgres, east[0], first), partial(_end_it, postgres, east[1], second)]
    marked = run_together(ends)
    (third,) = _active(postgres)
    assert sample_rows.heads(postgres) == [third]
    assert third in marked


def test_ends_on_different_clusters_do_not_wait_for_each_other(postgres: Database, east: list[Enterprise]) -> None:
    west = sync_commands.enterprise_known_to_webex(postgres, "dune", cluster="west")
    for enterprise in (east[0], west, east[1]):
        sample_rows.queue_sync(postgres, enterprise)
    rows = {row.enterprise_id: row for row in (sample_rows.claim_sync(postgres), sample_rows.claim_sync(postgres))}
    with postgres.write() as session:
        marked = _end(session, east[0], rows[east[0].id])
        assert in_thread(partial(_end_it, postgres, west, rows[west.id])).result(TIMEOUT) is None
    assert sample_rows.heads(postgres) == [marked] == _active(postgres)


def test_a_sync_requested_during_a_move_is_queued_on_the_new_cluster(postgres: Database) -> None:
    acme, dune = (
        sync_commands.enterprise_known_to_webex(postgres, "acme"),
        sync_commands.enterprise_known_to_webex(postgres, "dune", cluster="west"),
    )

    def move(session: Session) -> None:
        enterprises.lock(session, acme.id)
        enterprises.change(session, acme.id, cluster="west")

    assert run_before_commit(postgres, move, lambda: sync_commands.type_command(postgres, acme, sync.run)) == "sync"
    with postgres.read() as session:
        asked = syncs.active(session, acme.id)
    assert asked is not None
    assert (asked.cluster_id, asked.head) == (dune.cluster_id, True)


def test_racing_workers_run_one_sync_at_a_time_on_a_cluster(
    postgres: Database,
) -> None:
    companies = [
        sync_commands.enterprise_known_to_webex(postgres, f"{cluster}-{index}", cluster)
        for index in range(4)
        for cluster in "xy"
    ]
    portal = FakeBroadWorks()

    def ask_and_work(mine: list[Enterprise]) -> None:
        for enterprise in mine:
            assert sync_commands.type_command(postgres, enterprise, sync.run) == "sync"
        deadline = time.monotonic() + TIMEOUT
        while _ended(postgres) < len(companies):
            assert time.monotonic() < deadline, "some sync has not ended"
            sync_commands.work_one_sync(postgres, portal)

    run_together([partial(ask_and_work, mine) for mine in (companies[:4], companies[4:], [], [])])
    assert portal.crowded == []
    with postgres.read() as session:
        ended = session.query(SyncRow).order_by(SyncRow.id).all()
    assert [row.state for row in ended] == [SyncState.COMPLETED] * len(companies)
    keys = {enterprise.id: enterprise.key for enterprise in companies}
    for cluster in "xy":
        in_order = [keys[row.enterprise_id] for row in ended if keys[row.enterprise_id].startswith(cluster)]
        assert [key for key in portal.asked if key.startswith(cluster)] == in_order
