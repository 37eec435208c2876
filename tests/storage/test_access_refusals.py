"""Which access Webex refuses, and what operators were told of it."""

from datetime import timedelta

import pytest

from storage import access_refusals, outbox, retries, syncs
from storage.access_refusals import mark_refused, mark_working
from storage.engine.database import Database
from storage.models import OutboxRow, SyncRow
from storage.values.messages import Address, Draft
from storage.values.provider_access import AccessSubject, Outage
from storage.values.records import WaitsFor
from tests.storage import sample_rows
from tests.storage.sample_rows import DAY, MINUTE, NOW
from tests.storage.threads import run_together

ADMIN, SYNCS, HOLDERS = AccessSubject.ADMIN, AccessSubject.SYNCS, AccessSubject.LICENSE_HOLDERS
PAUSE, HOUR = timedelta(minutes=10), timedelta(hours=1)


def refuse(database: Database, subject: AccessSubject = ADMIN, at: timedelta = timedelta()) -> bool:
    with database.write() as session:
        return mark_refused(session, subject, NOW + at, "401", "NA_1")


def restore(database: Database, *subjects: AccessSubject, at: timedelta = HOUR) -> list[AccessSubject]:
    with database.write() as session:
        return [refusal.subject for refusal in mark_working(session, subjects or (ADMIN,), NOW + at)]


def told_refused(database: Database, at: timedelta) -> list[AccessSubject]:
    with database.write() as session:
        return [refusal.subject for refusal in access_refusals.take_refusals_to_tell(session, NOW + at, PAUSE)]


def told_working(database: Database) -> list[AccessSubject]:
    with database.write() as session:
        return [refusal.subject for refusal in access_refusals.take_recoveries_to_tell(session)]


def test_a_refusal_is_new_once_and_keeps_its_first_time(database: Database) -> None:
    assert refuse(database)
    with database.write() as session:
        assert not mark_refused(session, ADMIN, NOW + HOUR, "403", None)
        (found,) = access_refusals.current(session)
        assert access_refusals.current(session, (SYNCS,)) == []
    assert (found.subject, found.refused_at, found.reason, found.tracking_id) == (ADMIN, NOW, "403", None)


def test_a_recovery_is_new_once(database: Database) -> None:
    assert restore(database) == []
    refuse(database)
    refuse(database, SYNCS)
    assert restore(database, ADMIN, HOLDERS) == [ADMIN]
    assert restore(database, ADMIN, HOLDERS) == []
    with database.read() as session:
        assert [refusal.subject for refusal in access_refusals.current(session)] == [SYNCS]
    assert refuse(database, at=2 * HOUR)


def test_of_processes_that_find_a_refusal_at_once_one_tells(database_url: str) -> None:
    def find() -> list[AccessSubject]:
        database = Database(database_url)
        try:
            refuse(database)
            return told_refused(database, MINUTE)
        finally:
            database.close()

    assert sorted(run_together([find] * 4)) == [[], [], [], [ADMIN]]


def test_operators_are_told_each_change_once_and_not_too_often(database: Database) -> None:
    refuse(database)
    assert told_refused(database, MINUTE) == [ADMIN]
    assert told_refused(database, DAY) == []
    assert told_working(database) == []
    restore(database, at=2 * MINUTE)
    assert told_working(database) == [ADMIN]
    assert told_working(database) == []
    refuse(database, at=3 * MINUTE)
    with database.read() as session:
        assert not access_refusals.is_all_told(session)
    assert told_refused(database, 4 * MINUTE) == []
    assert told_refused(database, MINUTE + PAUSE) == [ADMIN]
    with database.read() as session:
        assert access_refusals.is_all_told(session)


def test_a_refusal_that_is_over_before_it_is_told_is_never_told(database: Database) -> None:
    refuse(database)
    restore(database)
    assert (told_refused(database, DAY), told_working(database)) == ([], [])


def test_an_outage_lasts_until_the_last_part_works_again(database: Database) -> None:
    def outage(since: timedelta = timedelta()) -> Outage | None:
        with database.read() as session:
            return access_refusals.last_outage(session, (ADMIN, SYNCS), NOW + since)

    assert outage() is None
    refuse(database)
    refuse(database, HOLDERS, at=-HOUR)
    assert outage() == Outage(None)
    restore(database, at=HOUR)
    refuse(database, SYNCS, at=2 * HOUR)
    assert outage() == Outage(None)
    restore(database, SYNCS, at=3 * HOUR)
    assert outage() == Outage(NOW + 3 * HOUR)
    assert outage(2 * HOUR) == Outage(NOW + 3 * HOUR)
    assert outage(4 * HOUR) is None


@pytest.mark.parametrize("waits_for", [None, WaitsFor.CLUSTER, WaitsFor.ACCESS])
def test_a_recovery_makes_syncs_due_that_wait_for_the_access(database: Database, waits_for: WaitsFor | None) -> None:
    sync = sample_rows.queue_sync(database, sample_rows.enterprise(database, "acme"), NOW)
    with database.write() as session:
        row = session.get_one(SyncRow, sync.id)
        row.waits_for, row.due_at = waits_for, NOW + HOUR
    with database.write() as session:
        retries.bring_forward(session, retries.OF_PROVIDER, NOW)
    assert (sample_rows.sync_row(database, sync.id).due_at == NOW) is (waits_for is WaitsFor.ACCESS)
    with database.read() as session:
        assert syncs.get(session, sync.id).waits_for is waits_for


def test_a_recovery_makes_messages_due_that_failed_and_leaves_what_is_over(database: Database) -> None:
    with database.write() as session:
        ids = [outbox.send(session, Address(f"room {number}"), Draft("hello"), NOW) for number in range(3)]
        for outbox_id, failures, due in zip(ids, (1, 0, 1), (NOW + HOUR, NOW + HOUR, None), strict=True):
            row = session.get_one(OutboxRow, outbox_id)
            row.failures, row.due_at = failures, due
    with database.write() as session:
        retries.bring_forward(session, retries.OF_BOT, NOW)
    with database.read() as session:
        assert [session.get_one(OutboxRow, outbox_id).due_at for outbox_id in ids] == [NOW, NOW + HOUR, None]
