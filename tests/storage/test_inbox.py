from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from storage import inbox
from storage.engine import claims
from storage.engine.claims import LEASE
from storage.engine.database import Database
from storage.models import InboxRow
from storage.values.records import Claim
from tests.storage import sample_rows
from tests.storage.sample_rows import MINUTE, NOW, SECOND
from tests.storage.threads import run_before_commit, run_together


def _end(database: Database, claim: Claim) -> None:
    with database.write() as session:
        inbox.end(session, claim, inbox.DONE)


def test_an_event_is_stored_once(database: Database) -> None:
    assert sample_rows.receive_event(database, "a")
    assert not sample_rows.receive_event(database, "a", at=NOW + MINUTE)
    sample_rows.claim_this_event(database, "a")
    assert sample_rows.claim_event(database, NOW + MINUTE) is None


def test_an_event_received_many_times_at_once_is_stored_once(database: Database) -> None:
    assert sorted(run_together([lambda: sample_rows.receive_event(database, "a")] * 6)) == [False] * 5 + [True]


@pytest.mark.parametrize("changed", ["resource", "event", "data_id", "data_created"])
def test_an_event_with_any_different_key_part_is_another_event(database: Database, changed: str) -> None:
    first = replace(sample_rows.event("a"), resource="memberships")
    with database.single_write() as connection:
        assert inbox.record(connection, [first], NOW)
        assert inbox.record(connection, [replace(first, **{changed: "another"})], NOW)


def test_an_event_stays_known_after_it_has_ended(database: Database) -> None:
    sample_rows.receive_event(database, "a")
    _end(database, sample_rows.claim_this_event(database, "a"))
    assert not sample_rows.receive_event(database, "a")


def test_the_events_of_one_space_are_worked_one_at_a_time_oldest_first(database: Database) -> None:
    for data_id in "abc":
        sample_rows.receive_event(database, data_id)
    for data_id in "abc":
        claim = sample_rows.claim_this_event(database, data_id)
        assert sample_rows.claim_event(database) is None
        _end(database, claim)
    assert sample_rows.claim_event(database) is None


def test_different_spaces_are_worked_side_by_side(database: Database) -> None:
    for room in "xyz":
        sample_rows.receive_event(database, f"first in {room}", room)
        sample_rows.receive_event(database, f"second in {room}", room)
    for room in "xyz":
        sample_rows.claim_this_event(database, f"first in {room}")
    assert sample_rows.claim_event(database) is None


@pytest.mark.parametrize("how", ["retry", "wait"])
def test_a_waiting_event_blocks_only_later_events_of_its_space(database: Database, how: str) -> None:
    sample_rows.receive_event(database, "a", "x")
    sample_rows.receive_event(database, "b", "x")
    claim = sample_rows.claim_this_event(database, "a")
    with database.write() as session:
        if how == "retry":
            claims.settle(session, InboxRow, claim, due_at=NOW + MINUTE, failures=1, error="Webex is away")
        else:
            inbox.wait(session, claim, NOW + MINUTE, 1, roster_id=7)
    sample_rows.receive_event(database, "c", "y")
    sample_rows.claim_this_event(database, "c")
    assert sample_rows.claim_event(database) is None
    again = sample_rows.claim_this_event(database, "a", NOW + MINUTE)
    assert again.id == claim.id
    assert sample_rows.claim_event(database, NOW + MINUTE) is None
    _end(database, again)
    sample_rows.claim_this_event(database, "b", NOW + MINUTE)


def test_an_event_with_an_expired_lease_comes_before_later_events(database: Database) -> None:
    sample_rows.receive_event(database, "a")
    sample_rows.receive_event(database, "b")
    sample_rows.claim_this_event(database, "a")
    after = NOW + LEASE + SECOND
    sample_rows.claim_this_event(database, "a", after)
    assert sample_rows.claim_event(database, after) is None


@pytest.mark.parametrize("state", [inbox.DONE, inbox.DROPPED, inbox.FAILED])
def test_the_next_event_of_a_space_follows_when_one_ends(database: Database, state: str) -> None:
    sample_rows.receive_event(database, "a")
    sample_rows.receive_event(database, "b")
    claim = sample_rows.claim_this_event(database, "a")
    with database.write() as session:
        inbox.end(session, claim, state, error="why")
    with database.read() as session:
        row = session.get_one(InboxRow, claim.id)
        assert (row.state, row.error, row.due_at, row.lease_until) == (state, "why", None, None)
        assert inbox.count_failed(session) == (state == inbox.FAILED)
    sample_rows.claim_this_event(database, "b")


def test_a_late_older_event_waits_until_the_newer_one_ends(postgres: Database) -> None:
    with postgres.write() as session:
        assert inbox.record(session.connection(), [sample_rows.event("older")], NOW)
        with postgres.single_write() as connection:
            assert inbox.record(connection, [sample_rows.event("newer")], NOW)
        newer = sample_rows.claim_this_event(postgres, "newer")
    with postgres.read() as session:
        ids = {row.data_id: row.id for row in session.query(InboxRow)}
    assert ids["older"] < ids["newer"]
    assert sample_rows.claim_event(postgres) is None
    _end(postgres, newer)
    sample_rows.claim_this_event(postgres, "older")


def test_two_events_of_a_space_are_never_claimed_at_once(postgres: Database) -> None:
    with postgres.write() as writing:
        inbox.record(writing.connection(), [sample_rows.event("older")], NOW)
        sample_rows.receive_event(postgres, "newer")

        def claim_newer_and_commit_older(session: Session) -> None:
            row = inbox.claim(session.connection(), NOW)
            assert row is not None
            assert row.data_id == "newer"
            writing.commit()

        with pytest.raises(IntegrityError):
            run_before_commit(postgres, claim_newer_and_commit_older, lambda: sample_rows.claim_event(postgres))
    assert sample_rows.claim_event(postgres) is None


def test_racing_workers_never_claim_two_events_of_one_space(postgres: Database) -> None:
    rooms, each, workers = 3, 5, 4
    for index in range(each):
        for room in range(rooms):
            sample_rows.receive_event(postgres, f"event {index} of {room}", f"space {room}")
    held = "SELECT count(*) FROM inbox WHERE lease_until IS NOT NULL GROUP BY room_id HAVING count(*) > 1"

    def work() -> list[int]:
        mine: list[int] = []
        while len(mine) < rooms * each:
            try:
                found = sample_rows.claim_event(postgres)
            except IntegrityError:
                continue
            if found is None:
                with postgres.read() as session:
                    if session.query(InboxRow).filter(InboxRow.due_at.is_not(None)).count() == 0:
                        break
                continue
            with postgres.read() as session:
                assert session.execute(text(held)).all() == []
            mine.append(found[1].id)
            _end(postgres, found[1])
        return mine

    done = [row_id for mine in run_together([work] * workers) for row_id in mine]
    assert len(done) == len(set(done)) == each * rooms
