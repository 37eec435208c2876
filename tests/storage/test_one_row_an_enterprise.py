"""Rosters and readings have one row for each enterprise, so none waits behind all requests of another."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from storage import rosters, webex_status
from storage.engine.database import Database
from storage.values.records import Claim
from tests.storage import sample_rows
from tests.storage.sample_rows import NOW, SECOND


def _fail_roster(session: Session, claim: Claim, enterprise_id: int) -> None:
    rosters.give_up(session, claim, enterprise_id, NOW, "Webex is away")


def _end_reading(session: Session, claim: Claim, _enterprise_id: int) -> None:
    webex_status.done(session, claim, NOW)


PER_ENTERPRISE = pytest.mark.parametrize(
    ("request_one", "claim", "end"),
    [(rosters.request, rosters.claim, _fail_roster), (webex_status.request, webex_status.claim, _end_reading)],
    ids=["rosters", "readings"],
)


def _request_three(database: Database, request_one: Any) -> list[int]:
    """Have three enterprises ask one after the other. Return their ids."""
    ids = [sample_rows.enterprise(database, key).id for key in ("acme", "bolt", "core")]
    with database.write() as session:
        for late, enterprise_id in enumerate(ids):
            request_one(session, enterprise_id, NOW + late * SECOND)
    return ids


@PER_ENTERPRISE
def test_an_enterprise_that_asks_again_and_again_gets_behind_the_others(
    database: Database, request_one: Any, claim: Any, end: Any
) -> None:
    ids = _request_three(database, request_one)
    worked = []
    for late in range(5):
        now = NOW + (10 + late) * SECOND
        with database.single_write() as connection:
            row = claim(connection, now)
        worked.append(ids.index(row.enterprise_id))
        with database.write() as session:
            end(session, Claim(row.id, row.attempt), row.enterprise_id)
            request_one(session, ids[0], now)
    assert worked == [0, 1, 2, 0, 0]


@PER_ENTERPRISE
def test_an_enterprise_that_is_slow_holds_one_thread_however_often_it_asks(
    database: Database, request_one: Any, claim: Any, end: Any
) -> None:
    ids = _request_three(database, request_one)
    later, worked = NOW + 10 * SECOND, []
    for _ in ids:
        with database.single_write() as connection:
            worked.append(claim(connection, later).enterprise_id)
        with database.write() as session:
            request_one(session, ids[0], later)
    assert worked == ids
    with database.single_write() as connection:
        assert claim(connection, later) is None
