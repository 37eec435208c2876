"""A claim is as little work however many rows wait: it goes along indexes, past all rows of a turn that rests."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from storage import inbox, outbox
from storage.engine.database import Database
from storage.engine.turns import Turns
from storage.models import InboxRow
from storage.values.records import Claim
from tests.storage.effort import measure
from tests.storage.sample_rows import NOW

CLAIMS: dict[str, Callable[..., Any]] = {"inbox": inbox.claim, "outbox": outbox.claim}
KINDS = pytest.mark.parametrize("kind", CLAIMS)


def _claims(database: Database, kind: str, turns: Turns) -> list[tuple[int, int]]:
    """Claim four rows. Return the turn of each, and how much work it was."""
    found = []
    for _ in range(4):
        row, effort = measure(database, kind, partial(CLAIMS[kind], now=NOW, turns=turns))
        turns.begin(row, NOW)
        turns.end(Claim(row.id, row.attempt))
        found.append((row.turn, effort))
    return found


@KINDS
@pytest.mark.parametrize("analyzed", [False, True])
def test_a_claim_reads_few_rows_on_postgres_however_many_wait(postgres: Database, kind: str, analyzed: bool) -> None:
    with postgres.single_write() as connection:
        for table in CLAIMS:  # so that nothing is analyzed while its rows are not there yet
            connection.execute(text(f"ALTER TABLE {table} SET (autovacuum_enabled = false)"))
    _fill(postgres, 2000)
    if analyzed:
        with postgres.single_write() as connection:
            connection.execute(text("ANALYZE"))
    found = _claims(postgres, kind, Turns(threads=8))
    assert [turn for turn, _ in found] == [1, 2, 1, 2]
    assert max(read for _, read in found) < 50


@KINDS
def test_a_plan_made_while_nothing_waits_reads_few_rows_later(postgres_url: str, kind: str) -> None:
    database = Database(postgres_url, single_writes=1)
    with database.single_write() as connection:
        connection.execute(text("ANALYZE"))
    claim = partial(CLAIMS[kind], now=NOW)
    assert measure(database, kind, claim)[0] is None
    _fill(database, 1000)
    row, read = measure(database, kind, claim)
    assert row is not None
    assert read < 50
    database.close()


@KINDS
def test_a_claim_takes_as_many_steps_on_sqlite_however_many_rows_wait(sqlite_url: str, kind: str) -> None:
    database = Database(sqlite_url)
    _fill(database, 2000)
    found = _claims(database, kind, Turns(threads=8))
    assert [turn for turn, _ in found] == [1, 2, 1, 2]
    assert max(tens_of_steps for _, tens_of_steps in found) < 100
    database.close()


@KINDS
def test_a_claim_does_not_look_at_the_rows_of_a_turn_that_rests(postgres: Database, kind: str) -> None:
    _fill(postgres, 1000)
    for served in (1, 2):
        turns = Turns(threads=1)
        turns.begin(InboxRow(id=0, attempt=0, turn=1), NOW)
        turns.begin(InboxRow(id=1, attempt=0, turn=served), NOW)
        turns.end(Claim(1, 0))
        row, read = measure(postgres, kind, partial(CLAIMS[kind], now=NOW, turns=turns))
        assert row.turn == 2
        assert read < 20


def _fill(database: Database, count: int) -> None:
    """Have many rows of one turn wait, each for a space of its own, and a few of another turn."""
    at = {"at": "2030-05-06 07:08:09.000000" if database.is_sqlite else NOW, "no": False}
    with database.write() as session:
        for turn, number in ((1, count), (2, 5)):
            first = turn * 10_000
            rooms = [{"id": first + each, "room": f"room {first + each}", "turn": turn} | at for each in range(number)]
            session.execute(text(_DESTINATION), rooms)
            session.execute(text(_OUTBOX), rooms)
            session.execute(text(_INBOX), rooms)


_DESTINATION = "INSERT INTO destinations (id, room_id, direct, last_number) VALUES (:id, :room, :no, 1)"
_OUTBOX = """
INSERT INTO outbox (destination_id, number, kind, markdown, personal, state, created_at, due_at, turn, edits, attempt,
failures) VALUES (:id, 1, 'post', 'x', :no, 'open', :at, :at, :turn, 0, 0, 0)
"""
_INBOX = """
INSERT INTO inbox (resource, event, data_id, data_created, room_id, person_id, state, received_at, due_at, waited, turn,
attempt, failures) VALUES ('messages', 'created', :room, '', :room, 'x', 'open', :at, :at, :no, :turn, 0, 0)
"""
