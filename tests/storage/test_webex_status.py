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


def test_however_many_want_a_reading_it_is_read_once(database: Database, acme: Enterprise, bolt: Enterprise) -> None:
    assert len(set(run_together([lambda: _want(database, acme)] * 6))) == 1
    assert _want(database, bolt) != _want(database, acme)
    with database.write() as session:
        taken = [webex_status.claim(session.connection(), NOW) for _ in range(3)]
    assert [row.enterprise_id if row else None for row in taken] == [acme.id, bolt.id, None]


def test_a_reading_wanted_while_it_is_being_read_is_that_one(database: Database, acme: Enterprise) -> None:
    wanted = _want(database, acme)
    claim = _taken(database)
    assert _want(database, acme) == wanted == claim.id
    _done(database, claim)
    assert not _wanted(database)
    with database.write() as session:
        assert webex_status.claim(session.connection(), NOW) is None


@pytest.mark.parametrize("error", [None, "Webex is away"])
def test_a_reading_that_is_there_or_cannot_be_had_brings_back_those_who_waited_for_it(
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


def test_a_reading_that_was_had_can_be_wanted_again(database: Database, acme: Enterprise) -> None:
    first = _want(database, acme)
    _done(database, _taken(database), "Webex is away")
    assert not _wanted(database)
    assert _want(database, acme) == first
    _done(database, _taken(database))
    with database.read() as session:
        assert session.get_one(ReadingRow, first).error is None


def test_whoever_lost_a_reading_answers_nobody(database: Database, acme: Enterprise) -> None:
    _wait(database, "a", _want(database, acme))
    lost = _taken(database)
    with database.write() as session:
        assert webex_status.claim(session.connection(), NOW + LEASE + SECOND) is not None
    with pytest.raises(ClaimLost):
        _done(database, lost)
    assert sample_rows.claim_event(database) is None


def test_a_reading_is_kept_as_it_was_read(database: Database, acme: Enterprise, bolt: Enterprise) -> None:
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


def test_an_older_reading_never_takes_the_place_of_a_newer_one(database: Database, acme: Enterprise) -> None:
    _keep(database, acme, _READING)
    _keep(database, acme, replace(_READING, read_at=NOW - SECOND, enabled=False, status="IN_PROGRESS", ended_at=None))
    assert _kept(database, acme) == _READING


def test_what_is_kept_while_a_fresher_reading_is_wanted_leaves_it_wanted(database: Database, acme: Enterprise) -> None:
    _want(database, acme)
    _keep(database, acme, _READING)
    assert _wanted(database)
    claim = _taken(database)
    _keep(database, acme, replace(_READING, read_at=NOW + SECOND))
    _done(database, claim)
    assert not _wanted(database)


def test_who_wants_a_reading_while_the_one_before_ends_gets_another(postgres: Database) -> None:
    acme = sample_rows.enterprise(postgres)
    _want(postgres, acme)
    claim = _taken(postgres)
    run_before_commit(postgres, lambda session: webex_status.done(session, claim, NOW), lambda: _want(postgres, acme))
    assert _wanted(postgres)


def test_who_begins_to_wait_while_the_reading_ends_is_brought_back(postgres: Database) -> None:
    acme = sample_rows.enterprise(postgres)
    _want(postgres, acme)
    reading = _taken(postgres)
    sample_rows.receive_event(postgres, "a")
    event = sample_rows.claim_this_event(postgres, "a")

    def wait(session: Session) -> None:
        inbox.wait(session, event, NOW + MINUTE, 1, reading_id=webex_status.request(session, acme.id, NOW))

    run_before_commit(postgres, wait, lambda: _done(postgres, reading))
    sample_rows.claim_this_event(postgres, "a")


def test_the_first_reading_of_an_enterprise_can_be_wanted_while_one_is_being_kept(postgres: Database) -> None:
    acme = sample_rows.enterprise(postgres)
    with postgres.write() as session:
        enterprises.lock(session, acme.id)
        wanting = in_thread(lambda: _want(postgres, acme))
        wait_until(lambda: wanting.done() or is_lock_awaited(postgres))
        webex_status.store(session, acme.id, _READING, _READING.as_of)
    wanting.result(TIMEOUT)
    assert _kept(postgres, acme) == _READING
    assert _wanted(postgres)
