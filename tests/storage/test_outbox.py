from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from storage import destinations, outbox
from storage.engine import claims
from storage.engine.claims import LEASE, ClaimLost
from storage.engine.database import Database
from storage.models import DestinationRow, OutboxRow
from storage.values.messages import Draft
from storage.values.records import Claim
from tests.storage import sample_rows
from tests.storage.sample_rows import MINUTE, NOW, SECOND
from tests.storage.threads import run_together


def _row(database: Database, row_id: int) -> OutboxRow:
    with database.read() as session:
        return session.get_one(OutboxRow, row_id)


def _retry(session: Session, row: OutboxRow, at: datetime) -> None:
    claims.settle(session, OutboxRow, Claim(row.id, row.attempt), due_at=at, failures=row.failures + 1, error="busy")


def _numbers(database: Database, room_id: str) -> list[int]:
    with database.read() as session:
        rows = session.query(OutboxRow).join(DestinationRow, DestinationRow.id == OutboxRow.destination_id)
        return [row.number for row in rows.filter(DestinationRow.room_id == room_id).order_by(OutboxRow.number)]


def test_numbers_of_a_destination_have_no_gaps_or_repeats(database: Database) -> None:
    def post() -> None:
        for index in range(5):
            sample_rows.post_message(database, "hello", f"space {index % 2}")

    run_together([post] * 6)
    assert _numbers(database, "space 0") == list(range(1, 19))
    assert _numbers(database, "space 1") == list(range(1, 13))


def test_a_message_that_was_rolled_back_leaves_no_gap(database: Database) -> None:
    sample_rows.post_message(database, "one")

    def fail_after_posting() -> None:
        with database.write() as session:
            outbox.post(session, destinations.ensure_room(session, "room", direct=False), Draft("lost"), NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_posting()
    sample_rows.post_message(database, "two")
    assert _numbers(database, "room") == [1, 2]


def test_only_the_lowest_open_number_of_a_destination_is_sent(database: Database) -> None:
    sample_rows.post_message(database, "one")
    sample_rows.post_message(database, "two")
    sample_rows.post_message(database, "elsewhere", "another room", NOW + SECOND)
    first = sample_rows.claim_message(database, NOW + SECOND)
    other = sample_rows.claim_message(database, NOW + SECOND)
    assert first is not None
    assert other is not None
    assert (first.markdown, other.markdown) == ("one", "elsewhere")
    assert sample_rows.claim_message(database, NOW + SECOND) is None
    with database.write() as session:
        outbox.mark_delivered(session, first, NOW, "message", "room")
    assert sample_rows.deliver_message(database) == "two"


def test_a_message_to_be_retried_blocks_the_later_ones(database: Database) -> None:
    sample_rows.post_message(database, "one")
    sample_rows.post_message(database, "two")
    row = sample_rows.claim_message(database)
    assert row is not None
    with database.write() as session:
        _retry(session, row, NOW + MINUTE)
    assert sample_rows.claim_message(database) is None
    assert (_row(database, row.id).failures, _row(database, row.id).error) == (1, "busy")
    assert sample_rows.deliver_message(database, NOW + MINUTE) == "one"
    assert sample_rows.deliver_message(database, NOW + MINUTE) == "two"


def test_a_failed_message_is_counted_and_no_longer_blocks_the_next(database: Database) -> None:
    sample_rows.post_message(database, "one")
    sample_rows.post_message(database, "two")
    row = sample_rows.claim_message(database)
    assert row is not None
    with database.write() as session:
        outbox.give_up(session, row, NOW, "forbidden")
    assert _row(database, row.id).state == outbox.FAILED
    with database.read() as session:
        assert outbox.count_failed(session) == 1
    assert sample_rows.deliver_message(database) == "two"


def test_a_delivered_message_has_its_webex_id_and_space(database: Database) -> None:
    row_id = sample_rows.post_message(database, "one")
    sample_rows.deliver_message(database, NOW + SECOND)
    row = _row(database, row_id)
    assert (row.state, row.message_id, row.room_id) == (outbox.DELIVERED, f"message-{row_id}", "room")
    assert (row.due_at, row.lease_until, row.ended_at) == (None, None, NOW + SECOND)


def test_a_worker_that_lost_its_claim_cannot_end_the_message(database: Database) -> None:
    sample_rows.post_message(database, "one")
    lost = sample_rows.claim_message(database)
    after = NOW + LEASE + SECOND
    assert sample_rows.claim_message(database, after) is not None
    assert lost is not None
    ends: list[Callable[[Session], None]] = [
        lambda session: outbox.mark_delivered(session, lost, after, "message", "room"),
        lambda session: outbox.give_up(session, lost, after, "why"),
        lambda session: _retry(session, lost, after),
        lambda session: outbox.replace_text(session, lost, "instead", after),
    ]
    for end in ends:
        with pytest.raises(ClaimLost), database.write() as session:
            end(session)
    assert _row(database, lost.id).state == outbox.OPEN


def test_a_message_to_be_sent_outside_its_thread_is_due_at_once(database: Database) -> None:
    with database.write() as session:
        room = destinations.ensure_room(session, "room", direct=False)
        outbox.post(session, room, Draft("hello", parent_id="gone"), NOW)
    row = sample_rows.claim_message(database)
    assert row is not None
    with database.write() as session:
        outbox.retry_without_thread(session, row, NOW)
    again = sample_rows.claim_message(database)
    assert again is not None
    assert (again.id, again.parent_id, again.failures) == (row.id, None, 0)


def test_next_due_is_when_the_earliest_message_is_due(database: Database) -> None:
    def due_at() -> datetime | None:
        with database.read() as session:
            return outbox.next_due(session, NOW)

    assert due_at() is None
    sample_rows.post_message(database, "later", now=NOW + timedelta(hours=1))
    assert due_at() == NOW + timedelta(hours=1)
    sample_rows.post_message(database, "now", "another room")
    sample_rows.claim_message(database)
    assert due_at() == NOW + claims.LEASE


def test_a_message_given_back_can_be_sent_by_another_worker(database: Database) -> None:
    sample_rows.post_message(database, "one")
    row = sample_rows.claim_message(database)
    assert row is not None
    with database.write() as session:
        claims.set_leases(session, OutboxRow, [Claim(row.id, row.attempt)], None)
    assert sample_rows.deliver_message(database) == "one"
