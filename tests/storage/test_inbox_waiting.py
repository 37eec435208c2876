"""Events that wait until something is there."""

import pytest

from storage import inbox, rosters
from storage.engine.database import Database
from storage.values.records import Claim, Enterprise
from tests.storage import samples
from tests.storage.samples import MINUTE, NOW


def test_a_roster_that_was_read_brings_back_those_who_waited_for_it(database: Database, acme: Enterprise) -> None:
    bolt = samples.enterprise(database, "bolt")
    mine, other = samples.wanted(database, acme.id), samples.wanted(database, bolt.id)
    for data_id, roster_id in (("a", mine.id), ("b", other.id)):
        samples.receive(database, data_id, f"space of {data_id}")
        claim = samples.taken(database, data_id)
        with database.write() as session:
            inbox.wait(session, claim, NOW + MINUTE, 1, roster_id=roster_id)
    assert samples.take(database) is None
    with database.write() as session:
        rosters.make_current(session, Claim(mine.id, mine.attempt), acme.id, NOW, 0)
    with database.write() as session:
        row = inbox.claim(session.connection(), NOW)
        assert row is not None
        assert (row.data_id, row.waited, row.roster_id) == ("a", True, None)
    assert samples.take(database) is None


def test_who_waits_for_a_reading_is_not_brought_back_by_the_roster_of_the_same_number(database: Database) -> None:
    for data_id, awaited in (("a", {"roster_id": 7}), ("b", {"reading_id": 7})):
        samples.receive(database, data_id, f"space of {data_id}")
        claim = samples.taken(database, data_id)
        with database.write() as session:
            inbox.wait(session, claim, NOW + MINUTE, 1, **awaited)
    with database.write() as session:
        inbox.resume(session, NOW, roster_id=7)
    samples.taken(database, "a")
    assert samples.take(database) is None
    with database.write() as session:
        inbox.resume(session, NOW, reading_id=7)
    with database.write() as session:
        row = inbox.claim(session.connection(), NOW)
        assert row is not None
        assert (row.data_id, row.waited, row.reading_id) == ("b", True, None)


@pytest.mark.parametrize("awaited", ["roster_id", "reading_id"])
def test_an_event_that_ended_is_not_brought_back_by_what_it_waited_for(database: Database, awaited: str) -> None:
    samples.receive(database, "a")
    claim = samples.taken(database, "a")
    with database.write() as session:
        inbox.wait(session, claim, NOW, 1, **{awaited: 7})
    again = samples.taken(database, "a")
    with database.write() as session:
        inbox.end(session, again, inbox.DONE)
    with database.write() as session:
        inbox.resume(session, NOW, **{awaited: 7})
    assert samples.take(database) is None
