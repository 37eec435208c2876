"""Thousands of rows for one space, on both databases: no claim looks at them all, and each has its turn."""

import threading
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from storage import inbox, outbox
from storage.engine.database import Database
from storage.engine.parking import NOT_PARKED
from storage.engine.turns import Turns
from storage.models import InboxRow, OutboxRow
from storage.values.messages import Address, Draft
from storage.values.records import Claim
from tests.storage import sample_rows
from tests.storage.effort import measure
from tests.storage.sample_rows import MINUTE, NOW

MANY = 400


def _write_events(database: Database, count: int, first: int = 0, room: str = "room") -> None:
    for number in range(first, first + count):
        with database.single_write() as connection:
            inbox.record(connection, [sample_rows.event(f"{number:03}", room)], NOW)


def _write_messages(database: Database, count: int, first: int = 0, room: str = "room") -> None:
    with database.write() as session:
        for number in range(first, first + count):
            outbox.send(session, Address(room), Draft(f"{number:03}", is_notice=number % 2 == 0), NOW)


def _end_event(database: Database) -> str | None:
    found = sample_rows.claim_event(database)
    if found is None:
        return None
    with database.write() as session:
        inbox.end(session, found[1], inbox.DONE)
    return found[0]


def _end_message(database: Database) -> str | None:
    row = sample_rows.claim_message(database)
    if row is None:
        return None
    with database.write() as session:
        outbox.give_up(session, row, NOW, "no such space")
    return row.markdown


QUEUES = pytest.mark.parametrize(
    ("table", "write", "claim", "end"),
    [
        (InboxRow, _write_events, inbox.claim, _end_event),
        (OutboxRow, _write_messages, outbox.claim, _end_message),
    ],
    ids=["inbox", "outbox"],
)


@QUEUES
def test_no_claim_looks_at_all_rows_of_a_long_line(
    database: Database, table: Any, write: Any, claim: Any, end: Any
) -> None:
    turns = Turns(threads=8)

    def look() -> tuple[bool, int]:
        row, effort = measure(database, table.__tablename__, partial(claim, now=NOW, turns=turns))
        return row is not None, effort

    write(database, 1, room="another")
    has_found, few = look()
    assert has_found
    write(database, MANY)
    for expected in (True, False):
        has_found, effort = look()
        assert has_found is expected
        assert effort < few + 10 * NOT_PARKED


@QUEUES
def test_the_rows_of_a_long_line_are_claimed_in_their_order(
    database: Database, table: Any, write: Any, claim: Any, end: Any
) -> None:
    count = 3 * NOT_PARKED
    write(database, count)
    done = [end(database) for _ in range(NOT_PARKED)]
    write(database, NOT_PARKED, first=count)
    while (name := end(database)) is not None:
        done.append(name)
    assert done == [f"{number:03}" for number in range(count + NOT_PARKED)]


@QUEUES
def test_no_row_stays_parked_if_rows_come_while_others_end(
    database: Database, table: Any, write: Any, claim: Any, end: Any
) -> None:
    count, rounds = 2 * NOT_PARKED, 3
    write(database, count)
    writer = threading.Thread(target=lambda: [write(database, count, first=n * count) for n in range(1, rounds)])
    writer.start()
    done: list[str] = []
    while writer.is_alive() or len(done) < rounds * count:
        is_over, name = not writer.is_alive(), end(database)
        assert name is not None or not is_over, "a row is left that cannot be claimed"
        if name is not None:
            done.append(name)
    writer.join()
    assert done == sorted(done)
    with database.read() as session:
        assert session.query(table).filter_by(parked=True).count() == 0


def test_a_row_before_a_row_that_is_not_committed_yet_is_not_taken(postgres: Database) -> None:
    _write_events(postgres, NOT_PARKED)
    with postgres.write() as session:
        inbox.record(session.connection(), [sample_rows.event("last", "room")], NOW)
        assert [_end_event(postgres) for _ in range(NOT_PARKED - 1)].count(None) == 0
        assert _end_event(postgres) is None, "the last row would stay parked"
    assert [_end_event(postgres), _end_event(postgres)] == [f"{NOT_PARKED - 1:03}", "last"]


def test_events_behind_one_that_waits_with_a_word_are_not_parked_for_it(database: Database, acme: Any) -> None:
    _write_events(database, NOT_PARKED + 2)
    for number in range(NOT_PARKED + 2):
        claim = sample_rows.claim_this_event(database, f"{number:03}")
        _set_aside(database, claim, acme.id, NOW + MINUTE)
    _write_events(database, 1, first=900)
    assert _end_event(database) == "900"


def _set_aside(database: Database, claim: Claim, enterprise_id: int, until: datetime) -> None:
    with database.write() as session:
        inbox.wait(session, claim, until, enterprise_id, status_outbox_id=1)


def test_edits_that_are_replaced_let_the_rows_behind_them_in(database: Database) -> None:
    _write_messages(database, NOT_PARKED)
    with database.read() as session:
        ids = [row.id for row in session.query(OutboxRow).order_by(OutboxRow.id)]
    for _ in ids:
        sample_rows.deliver_message(database)
    with database.write() as session:
        for about in ids:
            outbox.edit(session, about, "first edit", NOW)
    _write_messages(database, 1, first=900)
    with database.write() as session:
        for about in ids:
            outbox.edit(session, about, "second edit", NOW)
    assert [_end_message(database) for _ in range(NOT_PARKED + 2)] == ["900", *["second edit"] * NOT_PARKED, None]
