"""The syncs of a cluster take turns: an enterprise that Webex keeps from starting holds up no neighbor."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from bot.commands import cancel
from bot.webex.errors import RateLimited
from storage.models import OutboxRow
from storage.values.records import SyncState, WaitsFor
from tests.bot.jobs.mortal import MortalDatabase
from tests.bot.jobs.sync_house import ACME, ANA, BOLT, CAT, House
from tests.bot.jobs.waiting_syncs import ask, move, sync_of
from tests.bot.jobs.webex_troubles import OF_READING, OF_STARTING, Trouble

AT_WEBEX = f"webex-{ACME}"
IN_PROGRESS_429 = Trouble(lambda: RateLimited("busy", retry_after=None, codes=(600005,)))
Hold = Callable[[House], object]


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """Acme and then Bolt wait on one cluster."""
    database = MortalDatabase(database_url)
    made = House(database)
    made.have_a_past(ACME, BOLT)
    for email in (ANA, CAT):
        ask(made, email)
    yield made
    assert made.watch.faults == []
    made.close()
    database.close()


def _starting(trouble: Trouble) -> Hold:
    return lambda house: house.webex.starting_of.update({AT_WEBEX: trouble})


def _reading(trouble: Trouble) -> Hold:
    return lambda house: house.webex.reading_of.update({AT_WEBEX: trouble})


KEPT: dict[str, tuple[Hold, WaitsFor]] = {
    "a run of Webex's own": (lambda house: house.webex.begin(AT_WEBEX, on_demand=False), WaitsFor.WEBEX),
    "600005": (_starting(OF_STARTING["600005"]), WaitsFor.WEBEX),
    "429 with 600005": (_starting(IN_PROGRESS_429), WaitsFor.WEBEX),
    "429 alone": (_starting(OF_STARTING["429 None"]), WaitsFor.CLUSTER),
    "600009": (_starting(OF_STARTING["600009"]), WaitsFor.CLUSTER),
    "600001": (_starting(OF_STARTING["600001"]), WaitsFor.RETRY),
    "lost": (_starting(OF_STARTING["lost"]), WaitsFor.RETRY),
    "status 503": (_reading(OF_READING["503"]), WaitsFor.RETRY),
    "status 404": (_reading(OF_READING["404"]), WaitsFor.RETRY),
    "status 403": (_reading(OF_READING["403"]), WaitsFor.RETRY),
    "status 429 for minutes": (_reading(OF_READING["429 1e9"]), WaitsFor.RETRY),
}
"""What can keep Acme from starting, and what its sync then waits for."""


@pytest.mark.parametrize("kept", KEPT)
def test_an_enterprise_that_cannot_start_delays_its_neighbor_once(house: House, kept: str) -> None:
    hold, waits_for = KEPT[kept]
    hold(house)
    latest = house.clock.now + timedelta(seconds=150 if kept == "lost" else 20)
    while sync_of(house, BOLT).state != SyncState.RUNNING:
        move(house)
        assert house.clock.now < latest
    acme = sync_of(house, ACME)
    assert (acme.state, acme.waits_for, acme.head) == (SyncState.QUEUED, waits_for, False)
    house.webex.reading_of.clear()
    house.webex.starting_of.clear()
    house.have_all_end()
    assert {sync_of(house, name).state for name in (ACME, BOLT)} == {SyncState.COMPLETED}


@pytest.mark.parametrize("kept", ["a run of Webex's own", "600005", "status 503", "status 429 for minutes"])
def test_a_neighbor_that_asks_later_waits_for_none_that_rests(house: House, kept: str) -> None:
    KEPT[kept][0](house)
    house.operate(cancel.COMMAND, BOLT)
    began = house.clock.now
    while house.clock.now - began < timedelta(minutes=10):
        move(house)
    assert sync_of(house, ACME).head
    began = house.clock.now
    ask(house, CAT)
    while sync_of(house, BOLT).state != SyncState.RUNNING:
        move(house)
    assert house.clock.now - began < timedelta(seconds=5)


@pytest.mark.parametrize("kept", ["a run of Webex's own", "600005", "429 alone"])
def test_a_queue_that_goes_round_many_times_spends_no_edits(house: House, kept: str) -> None:
    hold, waits_for = KEPT[kept]
    hold(house)
    house.webex.reading_of[f"webex-{BOLT}"] = OF_READING["503"]
    began, turns = house.clock.now, []
    while house.clock.now - began < timedelta(minutes=30):
        move(house)
        turns.append(sync_of(house, ACME).head)
    assert 9 < turns.count(True) < len(turns)
    assert sync_of(house, ACME).waits_for == waits_for
    with house.database.read() as session:
        edits = session.query(OutboxRow).filter_by(kind="edit").count()
    assert edits <= 6  # Webex allows ten edits of one message
