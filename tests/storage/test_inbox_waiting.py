"""Events that wait for a roster or a sync status."""

import pytest

from storage import inbox, rosters
from storage.engine.database import Database
from storage.values.records import Claim, Enterprise
from tests.storage import sample_rows
from tests.storage.sample_rows import MINUTE, NOW


def test_a_finished_roster_resumes_only_the_events_that_wait_for_it(database: Database, acme: Enterprise) -> None:
    bolt = sample_rows.enterprise(database, "bolt")
    mine, other = (
        sample_rows.claim_requested_roster(database, acme.id),
        sample_rows.claim_requested_roster(database, bolt.id),
    )
    for data_id, roster_id in (("a", mine.id), ("b", other.id)):
        sample_rows.receive_event(database, data_id, f"space of {data_id}")
        claim = sample_rows.claim_this_event(database, data_id)
        with database.write() as session:
            inbox.wait(session, claim, NOW + MINUTE, 1, roster_id=roster_id)
    assert sample_rows.claim_event(database) is None
    with database.write() as session:
        rosters.make_current(session, Claim(mine.id, mine.attempt), acme.id, NOW, 0)
    with database.write() as session:
        row = inbox.claim(session.connection(), NOW)
        assert row is not None
        assert (row.data_id, row.waited, row.roster_id) == ("a", True, None)
    assert sample_rows.claim_event(database) is None


def test_an_event_waiting_for_a_webex_status_is_not_resumed_by_a_roster(database: Database) -> None:
    for data_id, awaited in (("a", {"roster_id": 7}), ("b", {"reading_id": 7})):
        sample_rows.receive_event(database, data_id, f"space of {data_id}")
        claim = sample_rows.claim_this_event(database, data_id)
        with database.write() as session:
            inbox.wait(session, claim, NOW + MINUTE, 1, **awaited)
    with database.write() as session:
        inbox.resume(session, NOW, roster_id=7)
    sample_rows.claim_this_event(database, "a")
    assert sample_rows.claim_event(database) is None
    with database.write() as session:
        inbox.resume(session, NOW, reading_id=7)
    with database.write() as session:
        row = inbox.claim(session.connection(), NOW)
        assert row is not None
        assert (row.data_id, row.waited, row.reading_id) == ("b", True, None)


@pytest.mark.parametrize("awaited", ["roster_id", "reading_id"])
def test_an_ended_event_is_not_resumed(database: Database, awaited: str) -> None:
    sample_rows.receive_event(database, "a")
    claim = sample_rows.claim_this_event(database, "a")
    with database.write() as session:
        inbox.wait(session, claim, NOW, 1, **{awaited: 7})
    again = sample_rows.claim_this_event(database, "a")
    with database.write() as session:
        inbox.end(session, again, inbox.DONE)
    with database.write() as session:
        inbox.resume(session, NOW, **{awaited: 7})
    assert sample_rows.claim_event(database) is None
