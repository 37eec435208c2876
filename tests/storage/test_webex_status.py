"""The sync status of an enterprise: requested by many, read once, and returned to all who wait."""

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from storage import enterprises, inbox, webex_status
from storage.engine.claims import LEASE, ClaimLost
from storage.engine.database import Database
from storage.models import ReadingRow
from storage.values.records import Claim, Enterprise, WebexSyncStatus
from tests.storage import sample_rows
from tests.storage.sample_rows import MINUTE, NOW, SECOND
from tests.storage.threads import TIMEOUT, in_thread, is_lock_awaited, run_before_commit, run_together, wait_until

_READING = WebexSyncStatus(
    read_at=NOW,
    enabled=True,
    status="COMPLETE",
    started_at=NOW - 2 * MINUTE,
    ended_at=NOW - MINUTE,
    succeeded_at=NOW - MINUTE,
    tracking_id="NA_1",
)


def _want(database: Database, enterprise: Enterprise) -> int:
    with database.write() as session:
        return webex_status.request(session, enterprise.id, NOW)


def _taken(database: Database) -> Claim:
    with database.write() as session:
        row = webex_status.claim(session.connection(), NOW)
    assert row is not None
    return Claim(row.id, row.attempt)


def _done(database: Database, claim: Claim, error: str | None = None) -> None:
    with database.write() as session:
        webex_status.done(session, claim, NOW, error=error)


def _wanted(database: Database) -> bool:
    with database.read() as session:
        return webex_status.next_due(session, NOW - SECOND) is not None


def _keep(database: Database, enterprise: Enterprise, reading: WebexSyncStatus) -> None:
    with database.write() as session:
        enterprises.lock(session, enterprise.id)
        webex_status.store(session, enterprise.id, reading, reading.as_of)


def _kept(database: Database, enterprise: Enterprise) -> WebexSyncStatus | None:
    with database.read() as session:
        return webex_status.get(session, enterprise.id)


def _wait(database: Database, data_id: str, reading_id: int) -> None:
    sample_rows.receive_event(database, data_id, f"space of {data_id}")
    claim = sample_rows.claim_this_event(database, data_id)
    with database.write() as session:
        inbox.wait(session, claim, NOW + MINUTE, 1, reading_id=reading_id)


def test_a_webex_status_requested_many_times_is_read_once(
    database: Database, acme: Enterprise, bolt: Enterprise
) -> None:
    assert len(set(run_together([lambda: _want(database, acme)] * 6))) == 1
    assert _want(database, bolt) != _want(database, acme)
    with database.write() as session:
        taken = [webex_status.claim(session.connection(), NOW) for _ in range(3)]
    assert [row.enterprise_id if row else None for row in taken] == [acme.id, bolt.id, None]


def test_a_webex_status_requested_during_its_read_is_not_read_again(database: Database, acme: Enterprise) -> None:
    wanted = _want(database, acme)
    claim = _taken(database)
    assert _want(database, acme) == wanted == claim.id
    _done(database, claim)
    assert not _wanted(database)
    with database.write() as session:
        assert webex_status.claim(session.connection(), NOW) is None


@pytest.mark.parametrize("error", [None, "Webex is away"])
def test_a_webex_status_resumes_its_events_even_if_the_read_fails(
    database: Database, acme: Enterprise, bolt: Enterprise, error: str | None
) -> None:
    mine, other = _want(database, acme), _want(database, bolt)
    for data_id, reading_id in (("a", mine), ("b", other), ("c", mine)):
        _wait(database, data_id, reading_id)
    assert sample_rows.claim_event(database) is None
    _done(database, _taken(database), error)
    sample_rows.claim_this_event(database, "a")
    sample_rows.claim_this_event(database, "c")
    assert sample_rows.claim_event(database) is None
    with database.read() as session:
        row = session.get_one(ReadingRow, mine)
        assert (row.error, row.due_at, row.lease_until) == (error, None, None)


def test_a_webex_status_can_be_requested_again(database: Database, acme: Enterprise) -> None:
    first = _want(database, acme)
    _done(database, _taken(database), "Webex is away")
    assert not _wanted(database)
    assert _want(database, acme) == first
    _done(database, _taken(database))
    with database.read() as session:
        assert session.get_one(ReadingRow, first).error is None


def test_a_worker_that_lost_its_claim_resumes_no_event(database: Database, acme: Enterprise) -> None:
    _wait(database, "a", _want(database, acme))
    lost = _taken(database)
    with database.write() as session:
        assert webex_status.claim(session.connection(), NOW + LEASE + SECOND) is not None
    with pytest.raises(ClaimLost):
        _done(database, lost)
    assert sample_rows.claim_event(database) is None


def test_a_webex_status_is_stored_as_it_was_read(database: Database, acme: Enterprise, bolt: Enterprise) -> None:
    assert _kept(database, acme) is None
    _want(database, acme)
    assert _kept(database, acme) is None
    _keep(database, acme, _READING)
    assert (_kept(database, acme), _kept(database, bolt)) == (_READING, None)
    for reading in (
        replace(_READING, status="FAILED", tracking_id=None, ended_at=None),
        WebexSyncStatus(read_at=NOW + MINUTE),
    ):
        _keep(database, acme, reading)
        assert _kept(database, acme) == reading


def test_an_older_webex_status_never_replaces_a_newer_one(database: Database, acme: Enterprise) -> None:
    _keep(database, acme, _READING)
    _keep(database, acme, replace(_READING, read_at=NOW - SECOND, enabled=False, status="IN_PROGRESS", ended_at=None))
    assert _kept(database, acme) == _READING


def test_storing_a_webex_status_does_not_end_a_request(database: Database, acme: Enterprise) -> None:
    _want(database, acme)
    _keep(database, acme, _READING)
    assert _wanted(database)
    claim = _taken(database)
    _keep(database, acme, replace(_READING, read_at=NOW + SECOND))
    _done(database, claim)
    assert not _wanted(database)


def test_a_webex_status_requested_while_a_read_ends_is_read_again(postgres: Database) -> None:
    acme = sample_rows.enterprise(postgres)
    _want(postgres, acme)
    claim = _taken(postgres)
    run_before_commit(postgres, lambda session: webex_status.done(session, claim, NOW), lambda: _want(postgres, acme))
    assert _wanted(postgres)


def test_an_event_that_starts_to_wait_while_the_read_ends_is_resumed(postgres: Database) -> None:
    acme = sample_rows.enterprise(postgres)
    _want(postgres, acme)
    reading = _taken(postgres)
    sample_rows.receive_event(postgres, "a")
    event = sample_rows.claim_this_event(postgres, "a")

    def wait(session: Session) -> None:
        inbox.wait(session, event, NOW + MINUTE, 1, reading_id=webex_status.request(session, acme.id, NOW))

    run_before_commit(postgres, wait, lambda: _done(postgres, reading))
    sample_rows.claim_this_event(postgres, "a")


def test_the_first_webex_status_can_be_requested_while_one_is_stored(postgres: Database) -> None:
    acme = sample_rows.enterprise(postgres)
    with postgres.write() as session:
        enterprises.lock(session, acme.id)
        wanting = in_thread(lambda: _want(postgres, acme))
        wait_until(lambda: wanting.done() or is_lock_awaited(postgres))
        webex_status.store(session, acme.id, _READING, _READING.as_of)
    wanting.result(TIMEOUT)
    assert _kept(postgres, acme) == _READING
    assert _wanted(postgres)
