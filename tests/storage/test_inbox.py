from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from storage import inbox
from storage.engine.claims import LEASE
from storage.engine.database import Database
from storage.models import InboxRow
from storage.values.records import Claim
from tests.storage import samples
from tests.storage.racing import overlapping, together
from tests.storage.samples import MINUTE, NOW, SECOND


def _end(database: Database, claim: Claim) -> None:
    with database.write() as session:
        inbox.end(session, claim, inbox.DONE)


def test_an_event_is_kept_once(database: Database) -> None:
    assert samples.receive(database, "a")
    assert not samples.receive(database, "a", at=NOW + MINUTE)
    samples.taken(database, "a")
    assert samples.take(database, NOW + MINUTE) is None


def test_an_event_told_many_times_at_once_is_kept_once(database: Database) -> None:
    assert sorted(together([lambda: samples.receive(database, "a")] * 6)) == [False] * 5 + [True]


@pytest.mark.parametrize("changed", ["resource", "event", "data_id", "data_created"])
def test_what_differs_in_any_part_of_its_key_is_another_event(database: Database, changed: str) -> None:
    first = samples.event("a")
    with database.single_write() as connection:
        assert inbox.record(connection, [first], NOW)
        assert inbox.record(connection, [replace(first, **{changed: "another"})], NOW)


def test_an_event_stays_known_after_it_was_worked_on(database: Database) -> None:
    samples.receive(database, "a")
    _end(database, samples.taken(database, "a"))
    assert not samples.receive(database, "a")


def test_the_events_of_one_space_are_worked_one_at_a_time_oldest_first(database: Database) -> None:
    for data_id in "abc":
        samples.receive(database, data_id)
    for data_id in "abc":
        claim = samples.taken(database, data_id)
        assert samples.take(database) is None
        _end(database, claim)
    assert samples.take(database) is None


def test_different_spaces_are_worked_side_by_side(database: Database) -> None:
    for room in "xyz":
        samples.receive(database, f"first in {room}", room)
        samples.receive(database, f"second in {room}", room)
    for room in "xyz":
        samples.taken(database, f"first in {room}")
    assert samples.take(database) is None


@pytest.mark.parametrize("how", ["retry", "wait"])
def test_an_event_set_aside_blocks_the_later_ones_of_its_space_only(database: Database, how: str) -> None:
    samples.receive(database, "a", "x")
    samples.receive(database, "b", "x")
    claim = samples.taken(database, "a")
    with database.write() as session:
        if how == "retry":
            inbox.retry(session, claim, NOW + MINUTE, failures=1, error="Webex is away")
        else:
            inbox.wait(session, claim, NOW + MINUTE, 1, roster_id=7)
    samples.receive(database, "c", "y")
    samples.taken(database, "c")
    assert samples.take(database) is None
    again = samples.taken(database, "a", NOW + MINUTE)
    assert again.id == claim.id
    assert samples.take(database, NOW + MINUTE) is None
    _end(database, again)
    samples.taken(database, "b", NOW + MINUTE)


def test_an_event_whose_lease_ran_out_comes_before_the_later_ones_of_its_space(database: Database) -> None:
    samples.receive(database, "a")
    samples.receive(database, "b")
    samples.taken(database, "a")
    after = NOW + LEASE + SECOND
    samples.taken(database, "a", after)
    assert samples.take(database, after) is None


@pytest.mark.parametrize("state", [inbox.DONE, inbox.DROPPED, inbox.FAILED])
def test_an_event_that_ended_lets_the_next_of_its_space_go_on(database: Database, state: str) -> None:
    samples.receive(database, "a")
    samples.receive(database, "b")
    claim = samples.taken(database, "a")
    with database.write() as session:
        inbox.end(session, claim, state, error="why")
    with database.read() as session:
        row = session.get_one(InboxRow, claim.id)
        assert (row.state, row.error, row.due_at, row.lease_until) == (state, "why", None, None)
        assert inbox.count_failed(session) == (state == inbox.FAILED)
    samples.taken(database, "b")


def test_an_older_event_that_was_committed_late_waits_while_a_newer_one_is_held(postgres: Database) -> None:
    with postgres.write() as session:
        assert inbox.record(session.connection(), [samples.event("older")], NOW)
        with postgres.single_write() as connection:
            assert inbox.record(connection, [samples.event("newer")], NOW)
        newer = samples.taken(postgres, "newer")
    with postgres.read() as session:
        ids = {row.data_id: row.id for row in session.query(InboxRow)}
    assert ids["older"] < ids["newer"]
    assert samples.take(postgres) is None
    _end(postgres, newer)
    samples.taken(postgres, "older")


def test_an_older_event_committed_while_a_newer_one_is_being_claimed_is_not_held_beside_it(postgres: Database) -> None:
    with postgres.write() as writing:
        inbox.record(writing.connection(), [samples.event("older")], NOW)
        samples.receive(postgres, "newer")

        def claim_newer_and_commit_older(session: Session) -> None:
            row = inbox.claim(session.connection(), NOW)
            assert row is not None
            assert row.data_id == "newer"
            writing.commit()

        with pytest.raises(IntegrityError):
            overlapping(postgres, claim_newer_and_commit_older, lambda: samples.take(postgres))
    assert samples.take(postgres) is None


def test_workers_that_race_never_hold_two_events_of_one_space(postgres: Database) -> None:
    rooms, each, workers = 3, 5, 4
    for index in range(each):
        for room in range(rooms):
            samples.receive(postgres, f"event {index} of {room}", f"space {room}")
    held = "SELECT count(*) FROM inbox WHERE lease_until IS NOT NULL GROUP BY room_id HAVING count(*) > 1"

    def work() -> list[int]:
        mine: list[int] = []
        while len(mine) < rooms * each:
            try:
                found = samples.take(postgres)
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

    done = [row_id for mine in together([work] * workers) for row_id in mine]
    assert len(done) == len(set(done)) == each * rooms
