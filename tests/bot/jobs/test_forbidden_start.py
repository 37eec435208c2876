"""A 403 to the start of a sync: it can be about one enterprise alone, or about the provider's access."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.jobs import syncs
from storage.models import OutboxRow
from storage.values.records import Cause, SyncState, WaitsFor
from tests.bot.jobs.mortal import MortalDatabase
from tests.bot.jobs.sync_house import ACME, ANA, BOLT, CAT, COIL, DAN, House
from tests.bot.jobs.waiting_syncs import ask, move, sync_of

NAMES = {ACME: ANA, BOLT: CAT, COIL: DAN}


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """Acme and then Bolt wait on one cluster."""
    database = MortalDatabase(database_url)
    made = House(database)
    made.have_a_past(*NAMES)
    for email in (ANA, CAT):
        ask(made, email)
    yield made
    made.close()
    database.close()


def forbid(house: House, *names: str) -> None:
    house.webex.forbidden = {f"webex-{name}" for name in names}


def test_an_enterprise_that_is_refused_alone_holds_up_no_neighbor(house: House) -> None:
    forbid(house, ACME)
    began = house.clock.now
    move(house)
    assert sync_of(house, ACME).waits_for == WaitsFor.ACCESS
    move(house)
    assert sync_of(house, BOLT).state == SyncState.RUNNING
    assert house.clock.now - began < timedelta(seconds=10)
    assert sync_of(house, ACME).waits_for is None  # Webex accepts the access
    house.webex.end(house.webex.going()[0], "COMPLETE")
    while sync_of(house, ACME).state == SyncState.QUEUED:
        move(house)
    ended = sync_of(house, ACME)
    assert (ended.state, ended.cause, ended.reason) == (SyncState.FAILED, Cause.REFUSED, "not yours")
    assert house.watch.faults == []


def test_the_start_of_any_cluster_shows_that_a_403_was_about_one(house: House) -> None:
    forbid(house, ACME, BOLT)
    for _ in range(4):
        move(house)
    assert {sync_of(house, name).state for name in (ACME, BOLT)} == {SyncState.QUEUED}
    ask(house, DAN)
    for _ in range(6):
        move(house)
    assert sync_of(house, COIL).state == SyncState.RUNNING
    assert {sync_of(house, name).cause for name in (ACME, BOLT)} == {Cause.REFUSED}
    assert house.watch.faults == []


def test_syncs_that_no_token_may_start_wait_for_days(house: House) -> None:
    forbid(house, *NAMES)
    began = house.clock.now
    tries = 0
    while house.clock.now - began < timedelta(hours=1):
        move(house)
        tries += 1
    assert 55 <= tries <= 65
    with house.database.read() as session:
        edits = session.query(OutboxRow).filter_by(kind="edit").count()
    assert edits <= 6  # Webex allows ten edits of one message
    for _ in range(3):
        house.clock.pass_by(timedelta(hours=23))
        house.work(syncs.requeue_overdue)
        move(house)
    assert {sync_of(house, name).state for name in (ACME, BOLT)} == {SyncState.QUEUED}
    house.webex.forbidden.clear()
    house.have_all_end()
    assert {sync_of(house, name).state for name in (ACME, BOLT)} == {SyncState.COMPLETED}
    assert house.watch.faults == []
