"""Changed license holders, merged into the current roster."""

from datetime import datetime, timedelta

import pytest

from storage import enterprises, inbox, rosters, views
from storage.engine.claims import LEASE, ClaimLost
from storage.engine.database import Database
from storage.values.license_table import LicenseHolder
from storage.values.records import Claim, Enterprise, Roster
from tests.storage import sample_rows
from tests.storage.sample_rows import MINUTE, NOW

LATER = NOW + 11 * MINUTE


def _shown(database: Database, enterprise: Enterprise) -> Roster:
    with database.read() as session:
        found = rosters.current(session, enterprise.id)
    assert found is not None
    return found


def _merge(database: Database, enterprise: Enterprise, **changed: str) -> None:
    """Write first names by subscriber id."""
    row = sample_rows.claim_requested_roster(database, enterprise.id, LATER)
    holders = [(f"subscriber-{key}", LicenseHolder(first_name=name)) for key, name in changed.items()]
    with database.write() as session:
        current = rosters.current(session, enterprise.id)
        assert current is not None
        rosters.merge(session, Claim(row.id, row.attempt), current, LATER + MINUTE, LATER, holders)


@pytest.fixture
def read(database: Database, acme: Enterprise) -> Roster:
    """A roster of Ana, Bo and Cy."""
    with database.write() as session:
        sample_rows.write_roster(session, acme.id, [LicenseHolder(first_name=name) for name in ("Ana", "Bo", "Cy")])
    return _shown(database, acme)


def _names(database: Database, roster: Roster) -> list[str]:
    with database.read() as session:
        return [holder.first_name for holder in views.holders(session, roster.id)]


def test_changed_people_keep_their_place_and_new_ones_come_last(
    database: Database, acme: Enterprise, read: Roster
) -> None:
    _merge(database, acme, **{"1": "Bea", "new": "Dee", "newer": "Eli"})
    assert _names(database, read) == ["Ana", "Bea", "Cy", "Dee", "Eli"]
    after = _shown(database, acme)
    assert (after.id, after.size) == (read.id, 5)
    assert (after.read_at, after.begun_at, after.whole_at) == (LATER + MINUTE, LATER, read.whole_at)


def test_a_read_without_changes_still_makes_the_roster_fresh(
    database: Database, acme: Enterprise, read: Roster
) -> None:
    _merge(database, acme)
    assert _names(database, read) == ["Ana", "Bo", "Cy"]
    assert (_shown(database, acme).size, _shown(database, acme).read_at) == (3, LATER + MINUTE)


def test_changes_of_several_portions_are_all_written(database: Database, acme: Enterprise, read: Roster) -> None:
    _merge(database, acme, **{str(number): f"N{number}" for number in range(2500)})
    assert _names(database, read) == [f"N{number}" for number in range(2500)]
    assert _shown(database, acme).size == 2500


def test_a_finished_read_of_changes_resumes_the_waiting_events(
    database: Database, acme: Enterprise, read: Roster
) -> None:
    sample_rows.receive_event(database, "a")
    waiting = sample_rows.claim_this_event(database, "a")
    with database.write() as session:
        wanted = rosters.request(session, acme.id, LATER)
        inbox.wait(session, waiting, LATER + timedelta(hours=1), acme.id, roster_id=wanted)
    _merge(database, acme)
    assert sample_rows.claim_event(database, LATER + 2 * MINUTE) is not None


def test_a_read_of_changes_that_lost_its_claim_writes_nothing(
    database: Database, acme: Enterprise, read: Roster
) -> None:
    row = sample_rows.claim_requested_roster(database, acme.id, LATER)
    with database.single_write() as connection:
        assert rosters.claim(connection, LATER + 2 * LEASE) is not None
    changed = [("subscriber-1", LicenseHolder(first_name="Bea"))]
    with pytest.raises(ClaimLost), database.write() as session:
        rosters.merge(session, Claim(row.id, row.attempt), read, LATER, LATER, changed)
    assert _names(database, read) == ["Ana", "Bo", "Cy"]


@pytest.mark.parametrize("how", ["whole", "restart"])
def test_a_request_for_a_full_read_replaces_a_read_of_changes(
    database: Database, acme: Enterprise, read: Roster, how: str
) -> None:
    row = sample_rows.claim_requested_roster(database, acme.id, LATER)
    assert not row.whole
    with database.write() as session:
        assert rosters.request(session, acme.id, LATER, **{how: True}) == row.id
    with pytest.raises(ClaimLost), database.write() as session:
        rosters.merge(session, Claim(row.id, row.attempt), read, LATER, LATER, [])
    with database.single_write() as connection:
        again = rosters.claim(connection, LATER)
    assert again is not None
    assert again.whole


def test_a_second_request_for_a_full_read_does_not_restart_it(database: Database, acme: Enterprise) -> None:
    with database.write() as session:
        rosters.request(session, acme.id, NOW, whole=True)
    row = sample_rows.claim_requested_roster(database, acme.id)
    with database.write() as session:
        rosters.request(session, acme.id, NOW, whole=True)
        rosters.make_current(session, Claim(row.id, row.attempt), acme.id, NOW, 0)
    assert _shown(database, acme).id == row.id


def test_the_stalest_roster_of_an_enterprise_in_use_is_read_next(
    database: Database, acme: Enterprise, read: Roster
) -> None:
    bolt = sample_rows.enterprise(database, "bolt")

    def next_one(at: datetime) -> int | None:
        with database.read() as session:
            return rosters.find_stalest(session, at)

    assert next_one(NOW - MINUTE) is None
    assert next_one(NOW + MINUTE) == acme.id
    with database.write() as session:
        wanted = rosters.request(session, bolt.id, NOW)
    assert next_one(NOW + MINUTE) is None
    row = sample_rows.claim_roster(database)
    assert row.id == wanted
    with database.write() as session:
        rosters.make_current(session, Claim(row.id, row.attempt), bolt.id, NOW, 0, begun_at=NOW - MINUTE)
    assert next_one(NOW + MINUTE) == bolt.id
    with database.write() as session:
        enterprises.remove(session, bolt.id, NOW)
    assert next_one(NOW + MINUTE) == acme.id


def test_a_forgotten_roster_is_hidden_and_read_again_in_full(
    database: Database, acme: Enterprise, read: Roster
) -> None:
    with database.write() as session:
        rosters.forget(session, acme.id, LATER)
    with database.read() as session:
        assert rosters.current(session, acme.id) is None
    assert sample_rows.claim_roster(database, LATER).whole
