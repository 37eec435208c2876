from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from storage import inbox, rosters
from storage.engine import claims
from storage.engine.claims import LEASE, ClaimLost
from storage.engine.database import Database
from storage.models import InboxRow
from storage.values.records import Claim
from tests.storage import sample_rows
from tests.storage.sample_rows import NOW, SECOND
from tests.storage.threads import run_together


def _row(database: Database, row_id: int) -> InboxRow:
    with database.read() as session:
        return session.get_one(InboxRow, row_id)


def test_only_one_worker_claims_a_row(database: Database) -> None:
    sample_rows.receive_event(database, "a")
    sample_rows.claim_this_event(database, "a")
    assert sample_rows.claim_event(database) is None


def test_workers_that_claim_at_once_get_different_rows(database: Database) -> None:
    for key in "abcdef":
        enterprise = sample_rows.enterprise(database, key)
        with database.write() as session:
            rosters.request(session, enterprise.id, NOW)

    def claim_all() -> list[int]:
        mine: list[int] = []
        while True:
            with database.write() as session:
                row = rosters.claim(session.connection(), NOW)
            if row is None:
                return mine
            mine.append(row.id)

    claimed = [row_id for mine in run_together([claim_all] * 4) for row_id in mine]
    assert len(claimed) == len(set(claimed)) == 6


def test_a_row_that_is_not_due_yet_is_not_claimed(database: Database) -> None:
    sample_rows.receive_event(database, "a", at=NOW + SECOND)
    assert sample_rows.claim_event(database) is None
    sample_rows.claim_this_event(database, "a", NOW + SECOND)


def test_a_row_is_claimed_again_only_after_its_lease_expires(database: Database) -> None:
    sample_rows.receive_event(database, "a")
    first = sample_rows.claim_this_event(database, "a")
    assert sample_rows.claim_event(database, NOW + LEASE) is None
    again = sample_rows.claim_this_event(database, "a", NOW + LEASE + SECOND)
    assert again == Claim(first.id, first.attempt + 1)


def _settle(session: Session, claim: Claim) -> None:
    claims.settle(session, InboxRow, claim, error="too late")


def _keep(session: Session, claim: Claim) -> None:
    claims.save_progress(session, InboxRow, claim, NOW, error="too late")


@pytest.mark.parametrize("write", [_settle, _keep])
def test_a_worker_that_lost_its_claim_writes_nothing(
    database: Database, write: Callable[[Session, Claim], None]
) -> None:
    sample_rows.receive_event(database, "a")
    lost = sample_rows.claim_this_event(database, "a")
    holder = sample_rows.claim_this_event(database, "a", NOW + LEASE + SECOND)

    def write_both() -> None:
        with database.write() as session:
            inbox.record(session.connection(), [sample_rows.event("b", "elsewhere")], NOW)
            write(session, lost)

    with pytest.raises(ClaimLost):
        write_both()
    assert _row(database, holder.id).error is None
    assert sample_rows.receive_event(database, "b"), "what was written beside it has stayed"
    with database.write() as session:
        claims.settle(session, InboxRow, holder, error="in time")
    assert _row(database, holder.id).error == "in time"


def test_a_claim_stays_valid_until_another_worker_takes_the_row(database: Database) -> None:
    sample_rows.receive_event(database, "a")
    claim = sample_rows.claim_this_event(database, "a")
    with database.write() as session:
        inbox.end(session, claim, inbox.DONE)
    assert _row(database, claim.id).state == inbox.DONE


def test_a_row_that_was_settled_cannot_be_settled_again(database: Database) -> None:
    sample_rows.receive_event(database, "a")
    claim = sample_rows.claim_this_event(database, "a")
    with database.write() as session:
        claims.settle(session, InboxRow, claim, due_at=NOW)
    with pytest.raises(ClaimLost), database.write() as session:
        claims.settle(session, InboxRow, claim, due_at=None)
    assert _row(database, claim.id).due_at == NOW


def test_saving_progress_renews_the_lease(database: Database) -> None:
    sample_rows.receive_event(database, "a")
    claim = sample_rows.claim_this_event(database, "a")
    later = NOW + LEASE
    with database.write() as session:
        claims.save_progress(session, InboxRow, claim, later, error="half done")
    assert _row(database, claim.id).error == "half done"
    assert sample_rows.claim_event(database, later + LEASE) is None
    assert sample_rows.claim_event(database, later + LEASE + SECOND) is not None


def test_only_the_holder_of_a_claim_can_extend_its_lease(database: Database) -> None:
    sample_rows.receive_event(database, "a")
    lost = sample_rows.claim_this_event(database, "a")
    holder = sample_rows.claim_this_event(database, "a", NOW + 2 * LEASE)
    with database.write() as session:
        claims.set_leases(session, InboxRow, [lost], NOW + 9 * LEASE)
    assert _row(database, holder.id).lease_until == NOW + 3 * LEASE
    with database.write() as session:
        claims.set_leases(session, InboxRow, [holder], NOW + 9 * LEASE)
    assert sample_rows.claim_event(database, NOW + 9 * LEASE) is None


def test_a_row_given_back_is_due_at_once_and_its_claim_is_over(database: Database) -> None:
    sample_rows.receive_event(database, "a")
    claim = sample_rows.claim_this_event(database, "a")
    with database.write() as session:
        claims.set_leases(session, InboxRow, [claim], None)
    with pytest.raises(ClaimLost), database.write() as session:
        inbox.end(session, claim, inbox.DONE)
    sample_rows.claim_this_event(database, "a")


def test_the_rows_due_first_are_claimed_first(database: Database) -> None:
    for index, late in enumerate((3, 1, 2)):
        enterprise = sample_rows.enterprise(database, f"e{index}")
        with database.write() as session:
            rosters.request(session, enterprise.id, NOW - late * SECOND)
    order = []
    for _ in range(3):
        with database.write() as session:
            row = rosters.claim(session.connection(), NOW)
            assert row is not None
            order.append(NOW - row.asked_at)
    assert order == [3 * SECOND, 2 * SECOND, SECOND]


def test_next_due_is_the_next_due_time_or_expiry_of_a_lease(database: Database) -> None:
    def next_due() -> object:
        with database.read() as session:
            return rosters.next_due(session, NOW)

    assert next_due() is None
    acme, bolt = sample_rows.enterprise(database, "acme"), sample_rows.enterprise(database, "bolt")
    with database.write() as session:
        rosters.request(session, acme.id, NOW + 2 * LEASE)
    assert next_due() == NOW + 2 * LEASE
    sample_rows.claim_requested_roster(database, bolt.id)
    assert next_due() == NOW + LEASE
