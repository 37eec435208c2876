from datetime import datetime
from typing import Any

import pytest

from storage import inbox, license_holders, rosters, views
from storage.engine import claims
from storage.engine.claims import LEASE, ClaimLost
from storage.engine.database import Database
from storage.models import LicenseHolderRow, RosterRow
from storage.values.license_table import LicenseHolder, Term, View
from storage.values.records import Claim, Enterprise, RosterState
from tests.storage import sample_rows
from tests.storage.sample_rows import MINUTE, NOW, SECOND
from tests.storage.threads import run_before_commit, run_together

_IN_DALLAS = View((Term(("location",), (("dallas",),)),))


def _holders(*names: str) -> list[tuple[str, LicenseHolder]]:
    return [(f"id of {name}", LicenseHolder(location="Dallas", first_name=name)) for name in names]


def _read(database: Database, enterprise: Enterprise, *holders: LicenseHolder) -> int:
    with database.write() as session:
        return sample_rows.write_roster(session, enterprise.id, holders)


def _seen(database: Database, enterprise: Enterprise) -> list[str] | None:
    with database.read() as session:
        roster = rosters.current(session, enterprise.id)
        return None if roster is None else [holder.first_name for holder in views.holders(session, roster.id)]


def _state(database: Database, roster_id: int) -> str:
    with database.read() as session:
        return session.get_one(RosterRow, roster_id).state


def test_a_roster_requested_many_times_at_once_is_requested_once(database: Database, acme: Enterprise) -> None:
    def want(enterprise: Enterprise) -> int:
        with database.write() as session:
            return rosters.request(session, enterprise.id, NOW)

    assert len(set(run_together([lambda: want(acme)] * 6))) == 1
    assert want(sample_rows.enterprise(database, "bolt")) != want(acme)


def test_a_claimed_roster_has_the_sp_id_of_its_enterprise(database: Database, acme: Enterprise) -> None:
    bolt = sample_rows.enterprise(database, "bolt")
    rows = [sample_rows.claim_requested_roster(database, enterprise.id) for enterprise in (bolt, acme)]
    found = {row.enterprise_id: row.sp_enterprise_id for row in rows}
    assert found == {one.id: one.sp_enterprise_id for one in (acme, bolt)}


def test_a_roster_requested_while_another_becomes_current_is_new(postgres: Database) -> None:
    acme = sample_rows.enterprise(postgres)
    row = sample_rows.claim_requested_roster(postgres, acme.id)
    claim = Claim(row.id, row.attempt)

    def want() -> int:
        with postgres.write() as session:
            return rosters.request(session, acme.id, NOW)

    wanted = run_before_commit(postgres, lambda session: rosters.make_current(session, claim, acme.id, NOW, 0), want)
    assert wanted != row.id
    assert _state(postgres, wanted) == RosterState.WANTED


def test_a_roster_is_not_shown_before_it_is_complete(database: Database, acme: Enterprise) -> None:
    row = sample_rows.claim_requested_roster(database, acme.id)
    claim = Claim(row.id, row.attempt)
    with database.write() as session:
        rosters.add(session, claim, acme.id, NOW, 0, _holders("Ana", "Bo"))
    assert _seen(database, acme) is None
    with database.write() as session:
        rosters.add(session, claim, acme.id, NOW, 2, _holders("Cy"))
        rosters.make_current(session, claim, acme.id, NOW, 3)
    assert _seen(database, acme) == ["Ana", "Bo", "Cy"]


def test_a_newer_roster_replaces_the_old_one_in_one_step(database: Database, acme: Enterprise) -> None:
    old = _read(database, acme, LicenseHolder(first_name="Ana"))
    row = sample_rows.claim_requested_roster(database, acme.id, NOW + MINUTE)
    claim = Claim(row.id, row.attempt)
    with database.write() as session:
        rosters.add(session, claim, acme.id, NOW, 0, _holders("Bo"))
    assert _seen(database, acme) == ["Ana"]
    with database.read() as reading:
        before = rosters.current(reading, acme.id)
        with database.write() as session:
            rosters.make_current(session, claim, acme.id, NOW + MINUTE, 1)
        assert rosters.current(reading, acme.id) == before
        assert [holder.first_name for holder in views.holders(reading, old)] == ["Ana"]
    assert _seen(database, acme) == ["Bo"]
    assert (_state(database, old), _state(database, row.id)) == (RosterState.REPLACED, RosterState.CURRENT)
    with database.read() as session:
        current = rosters.current(session, acme.id)
        assert current is not None
        assert (current.id, current.size, current.read_at) == (row.id, 1, NOW + MINUTE)


def test_a_worker_that_lost_its_claim_cannot_write_the_roster(database: Database, acme: Enterprise) -> None:
    old = _read(database, acme, LicenseHolder(first_name="Ana"))
    row = sample_rows.claim_requested_roster(database, acme.id)
    lost = Claim(row.id, row.attempt)
    with database.write() as session:
        assert rosters.claim(session.connection(), NOW + LEASE + SECOND) is not None
    with pytest.raises(ClaimLost), database.write() as session:
        rosters.add(session, lost, acme.id, NOW, 0, _holders("Bo"))
    with pytest.raises(ClaimLost), database.write() as session:
        rosters.make_current(session, lost, acme.id, NOW, 1)
    assert _seen(database, acme) == ["Ana"]
    assert _state(database, old) == RosterState.CURRENT
    with database.read() as session:
        assert views.count(session, row.id) == 0


def test_writing_a_portion_renews_the_lease_of_the_roster(database: Database, acme: Enterprise) -> None:
    row = sample_rows.claim_requested_roster(database, acme.id)
    with database.write() as session:
        rosters.add(session, Claim(row.id, row.attempt), acme.id, NOW + LEASE, 0, _holders("Ana"))
    with database.write() as session:
        assert rosters.claim(session.connection(), NOW + 2 * LEASE) is None


def test_a_failed_roster_keeps_the_old_one_and_resumes_its_events(database: Database, acme: Enterprise) -> None:
    _read(database, acme, LicenseHolder(first_name="Ana"))
    row = sample_rows.claim_requested_roster(database, acme.id)
    sample_rows.receive_event(database, "a")
    waiting = sample_rows.claim_this_event(database, "a")
    with database.write() as session:
        inbox.wait(session, waiting, NOW + MINUTE, acme.id, roster_id=row.id)
    with database.write() as session:
        rosters.give_up(session, Claim(row.id, row.attempt), acme.id, NOW, "Webex is away")
    assert _seen(database, acme) == ["Ana"]
    sample_rows.claim_this_event(database, "a")
    with database.read() as session:
        last = rosters.last(session, acme.id)
        assert last is not None
        assert (last.id, last.state, last.error) == (row.id, RosterState.FAILED, "Webex is away")


def test_a_roster_to_be_retried_stays_requested(database: Database, acme: Enterprise) -> None:
    def next_due() -> datetime | None:
        with database.read() as session:
            return rosters.next_due(session, NOW)

    row = sample_rows.claim_requested_roster(database, acme.id)
    with database.write() as session:
        retry: dict[str, Any] = {"due_at": NOW + MINUTE, "failures": 1, "error": "busy"}
        claims.settle(session, RosterRow, Claim(row.id, row.attempt), **retry)
    assert _state(database, row.id) == RosterState.WANTED
    assert next_due() == NOW + MINUTE
    with database.write() as session:
        assert rosters.claim(session.connection(), NOW) is None
        again = rosters.claim(session.connection(), NOW + MINUTE)
        assert again is not None
        assert (again.id, again.failures) == (row.id, 1)


def test_the_rows_of_a_replaced_roster_go_in_chunks(
    database: Database, acme: Enterprise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(license_holders, "CHUNK", 2)
    old = _read(database, acme, *(LicenseHolder(first_name=name) for name in "ABCDE"))
    new = _read(database, acme, LicenseHolder(first_name="F"))
    left: list[int] = []
    for _ in range(4):
        with database.write() as session:
            assert rosters.find_obsolete(session) == (old if left[-1:] != [0] else None)
            more = rosters.clear(session, old)
            left.append(views.count(session, old))
            assert more == (len(left) < 4)
    assert left == [3, 1, 0, 0]
    with database.read() as session:
        assert rosters.find_obsolete(session) is None
        assert views.count(session, new) == 1


def test_a_roster_that_is_current_or_being_read_is_not_obsolete(database: Database, acme: Enterprise) -> None:
    _read(database, acme, LicenseHolder(first_name="Ana"))
    row = sample_rows.claim_requested_roster(database, acme.id)
    with database.write() as session:
        rosters.add(session, Claim(row.id, row.attempt), acme.id, NOW, 0, _holders("Bo"))
        assert rosters.find_obsolete(session) is None
        rosters.give_up(session, Claim(row.id, row.attempt), acme.id, NOW, "away")
        assert rosters.find_obsolete(session) == row.id


def test_rows_have_their_subscriber_and_their_place_in_webexs_order(database: Database, acme: Enterprise) -> None:
    row = sample_rows.claim_requested_roster(database, acme.id)
    with database.write() as session:
        rosters.add(session, Claim(row.id, row.attempt), acme.id, NOW, 0, _holders("Ana", "Bo"))
        rosters.add(session, Claim(row.id, row.attempt), acme.id, NOW, 2, _holders("Cy"))
        rosters.add(session, Claim(row.id, row.attempt), acme.id, NOW, 3, [])
    with database.read() as session:
        rows = session.query(LicenseHolderRow).order_by(LicenseHolderRow.position)
        assert [(row.position, row.subscriber_id) for row in rows] == [
            (0, "id of Ana"),
            (1, "id of Bo"),
            (2, "id of Cy"),
        ]
        assert session.get_one(RosterRow, row.id).state == RosterState.WANTED
