"""What the row of a sync stores, and what the database's constraints forbid."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from storage import enterprises, rosters, syncs
from storage.engine.claims import ClaimLost
from storage.engine.database import Database
from storage.models import SyncRow
from storage.values.records import ACTIVE, Cause, Claim, Enterprise, SyncState, WaitsFor
from tests.storage import sample_rows
from tests.storage.sample_rows import MINUTE, NOW


def test_a_second_active_sync_of_an_enterprise_cannot_be_written(database: Database, acme: Enterprise) -> None:
    sample_rows.queue_sync(database, acme)
    for state in ACTIVE:
        sample_rows.move_sync(database, sample_rows.claim_sync(database), state=state, due_at=NOW)
        with pytest.raises(IntegrityError):
            sample_rows.queue_sync(database, acme)
    sample_rows.end_sync(database, acme, sample_rows.claim_sync(database), SyncState.FAILED)
    sample_rows.queue_sync(database, acme)


def test_two_syncs_cannot_run_on_one_cluster(database: Database, acme: Enterprise, bolt: Enterprise) -> None:
    first, second = sample_rows.queue_sync(database, acme), sample_rows.queue_sync(database, bolt)
    with database.write() as session:
        session.get_one(SyncRow, first.id).state = SyncState.STARTING
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(update(SyncRow).where(SyncRow.id == second.id).values(state=SyncState.RUNNING))


def test_a_state_change_releases_the_claim_unless_it_is_kept(database: Database, acme: Enterprise) -> None:
    sample_rows.queue_sync(database, acme)
    row = sample_rows.claim_sync(database)
    sample_rows.move_sync(database, row, keep_claim=True, state=SyncState.STARTING)
    assert sample_rows.claim_due_sync(database) is None
    sample_rows.move_sync(database, row, state=SyncState.RUNNING, due_at=NOW)
    assert sample_rows.claim_sync(database).state == SyncState.RUNNING


def test_a_sync_whose_end_was_announced_is_no_longer_due(database: Database, acme: Enterprise) -> None:
    sync = sample_rows.queue_sync(database, acme)
    sample_rows.end_sync(database, acme, sample_rows.claim_sync(database), SyncState.COMPLETED)
    row = sample_rows.claim_sync(database)
    with database.write() as session:
        syncs.mark_told(session, Claim(row.id, row.attempt), NOW)
    assert sample_rows.claim_due_sync(database, NOW + timedelta(days=9)) is None
    assert sample_rows.sync_row(database, sync.id).told_at == NOW


def test_the_fields_of_a_sync_come_back_as_they_were_written(database: Database, acme: Enterprise) -> None:
    asked = sample_rows.queue_sync(database, acme)
    assert (asked.head, asked.starts, asked.waits_for, asked.cause) == (True, 0, None, None)
    learned = {
        "waits_for": WaitsFor.RETRY,
        "starts": 2,
        "started_at": NOW,
        "before_started_at": NOW - MINUTE,
        "before_tracking_id": "before",
        "cause": Cause.LOST,
        "counts": {"added": 3},
    }
    sample_rows.move_sync(
        database, sample_rows.claim_sync(database), state=SyncState.RUNNING, errors=[[600029, "none"]], **learned
    )
    sync = sample_rows.sync_of(database, asked.id)
    assert {name: getattr(sync, name) for name in learned} == learned
    assert (sync.state, sync.errors) == (SyncState.RUNNING, ((600029, "none"),))
    assert (type(sync.cause), type(sync.waits_for)) == (Cause, WaitsFor)


@pytest.mark.parametrize("state", ACTIVE)
def test_the_active_sync_of_an_enterprise_is_the_one_under_way(
    database: Database, acme: Enterprise, bolt: Enterprise, state: SyncState
) -> None:
    def found(enterprise: Enterprise) -> int | None:
        with database.read() as session:
            sync = syncs.active(session, enterprise.id)
            return sync.id if sync else None

    assert found(acme) is None
    sync = sample_rows.queue_sync(database, acme)
    sample_rows.move_sync(database, sample_rows.claim_sync(database), state=state, due_at=NOW)
    assert (found(acme), found(bolt)) == (sync.id, None)
    sample_rows.end_sync(database, acme, sample_rows.claim_sync(database), SyncState.FAILED)
    assert found(acme) is None


def test_a_claimed_sync_comes_with_its_own_enterprises_webex_id(
    database: Database, acme: Enterprise, bolt: Enterprise
) -> None:
    with database.write() as session:
        for enterprise in (acme, bolt):
            enterprises.learn_webex_id(
                session, enterprise.id, enterprise.sp_enterprise_id, f"webex's {enterprise.key}", None
            )
    sample_rows.queue_sync(database, bolt)
    assert sample_rows.claim_sync(database).webex_id == "webex's bolt"


def test_a_worker_that_lost_its_claim_cannot_write_the_sync(database: Database, acme: Enterprise) -> None:
    sync = sample_rows.queue_sync(database, acme)
    lost = sample_rows.claim_sync(database)
    assert sample_rows.claim_due_sync(database, NOW + 2 * MINUTE) is not None
    with pytest.raises(ClaimLost):
        sample_rows.move_sync(database, lost, keep_claim=True, state=SyncState.STARTING)
    with pytest.raises(ClaimLost):
        sample_rows.move_sync(database, lost, state=SyncState.RUNNING, due_at=NOW)
    with pytest.raises(ClaimLost):
        sample_rows.end_sync(database, acme, lost, SyncState.COMPLETED)
    assert sample_rows.sync_of(database, sync.id).state == SyncState.QUEUED


def test_a_finished_roster_makes_the_waiting_sync_due(database: Database, acme: Enterprise) -> None:
    sample_rows.queue_sync(database, acme)
    sample_rows.end_sync(database, acme, sample_rows.claim_sync(database), SyncState.COMPLETED)
    roster = sample_rows.claim_requested_roster(database, acme.id)
    sample_rows.move_sync(database, sample_rows.claim_sync(database), due_at=NOW + MINUTE, roster_id=roster.id)
    assert sample_rows.claim_due_sync(database) is None
    with database.write() as session:
        rosters.give_up(session, Claim(roster.id, roster.attempt), acme.id, NOW, "away")
    assert sample_rows.claim_sync(database).roster_id == roster.id
