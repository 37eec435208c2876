"""One sync with one failure: a death at every step, and any answer of Webex at every call."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.jobs import inbox, syncs, webex_status
from storage.values.records import SyncState
from tests.bot.jobs.mortal import MortalDatabase
from tests.bot.jobs.sync_house import ACME, ANA, AT_ONCE, BO, House
from tests.bot.jobs.webex_troubles import ANYWHERE, FORGETS, OF_READING, OF_STARTING, SHAPES

LATE, SLOW = timedelta(seconds=111.9), timedelta(seconds=7.9)
"""The latest time at which Webex may show a run: just under two minutes after it was asked."""


@pytest.fixture
def mortal(sqlite_url: str) -> Iterator[MortalDatabase]:
    """A database of a process that may die."""
    database = MortalDatabase(sqlite_url)
    yield database
    database.close()


def _asked(database: MortalDatabase, *, late: bool = True) -> House:
    """Ana and Bo wait for a sync of an enterprise whose runs Webex shows late."""
    house = House(database)
    house.have_a_past(ACME)
    house.webex.late, house.webex.slow = (LATE, SLOW) if late else (timedelta(), AT_ONCE)
    for email in (ANA, BO):
        house.type(email, "sync")
        house.work(inbox.JOB.run_one)
    return house


def _ends(house: House, what: object) -> None:
    """Every sync ends, and only a completed one starts a hold."""
    house.have_all_end()
    completed = [row.state == SyncState.COMPLETED for row in house.watch.seen.values()]
    house.type(ANA, "sync")
    house.work(inbox.JOB.run_one)
    house.close()
    assert house.watch.faults == [], what
    assert len(completed) == 1, what
    assert len(house.watch.seen) == (1 if completed[0] else 2), what


@pytest.mark.parametrize("starting", [None, "lost, done"])
def test_a_crash_at_any_step_loses_no_sync_and_starts_none_twice(mortal: MortalDatabase, starting: str) -> None:
    for steps in range(14):
        house = _asked(mortal)
        house.webex.starting = OF_STARTING.get(starting or "")
        house.work(syncs.JOB.run_one, dies=steps)
        _ends(house, steps)


def test_a_crash_at_any_step_of_the_notices_sends_each_once(mortal: MortalDatabase) -> None:
    for steps in range(8):
        house = _asked(mortal, late=False)
        house.work(syncs.JOB.run_one)
        house.webex.end(house.webex.going()[0], "FAILED", 600013)
        for _ in range(2):
            house.wait_for_a_sync()
            house.work(syncs.JOB.run_one, dies=steps)
        _ends(house, steps)


def test_any_response_to_a_start_leads_to_at_most_one_run(mortal: MortalDatabase) -> None:
    for said, trouble in OF_STARTING.items():
        house = _asked(mortal)
        house.webex.starting = trouble
        house.work(syncs.JOB.run_one)
        _ends(house, said)


@pytest.mark.parametrize("before", ["queued", "running"])
def test_any_response_to_a_status_read_leads_to_one_run(mortal: MortalDatabase, before: str) -> None:
    for said, trouble in OF_READING.items():
        house = _asked(mortal)
        if before == "running":
            house.work(syncs.JOB.run_one)
        for _ in range(3):
            house.wait_for_a_sync()
            house.webex.reading = trouble
            house.work(syncs.JOB.run_one)
        _ends(house, said)


@pytest.mark.parametrize("forgets", ["start", "id"])
@pytest.mark.parametrize("starting", [None, "503", "503, done"])
def test_a_missing_start_or_id_does_not_make_an_old_run_new(
    mortal: MortalDatabase, forgets: str, starting: str | None
) -> None:
    house = _asked(mortal)
    house.webex.starting, house.webex.shape = OF_STARTING.get(starting or ""), FORGETS[forgets]
    house.work(syncs.JOB.run_one)
    _ends(house, (forgets, starting))


@pytest.mark.parametrize("shape", sorted({*SHAPES, *FORGETS}))
def test_a_sync_ends_with_its_run_for_every_form_of_webex_status(mortal: MortalDatabase, shape: str) -> None:
    house = _asked(mortal, late=False)
    house.work(syncs.JOB.run_one)
    for _ in range(3):
        house.wait_for_a_sync()
        house.webex.shape = (SHAPES | FORGETS)[shape if house.webex.started[0].ended_at else ""]
        house.work(syncs.JOB.run_one)
        house.work(webex_status.survey)
        for run in house.webex.going():
            house.webex.end(run, "COMPLETE")
    house.have_all_end()
    assert {row.started_at for row in house.watch.seen.values()} == {run.began_at for run in house.webex.started}
    _ends(house, shape)


@pytest.mark.parametrize("said", ["503", "lost", "429 None", "404"])
def test_a_failed_lookup_of_members_is_retried_even_after_hours(mortal: MortalDatabase, said: str) -> None:
    house = _asked(mortal, late=False)
    house.work(syncs.JOB.run_one)
    house.webex.end(house.webex.going()[0], "FAILED", 600013)
    house.clock.pass_by(timedelta(hours=2))
    for _ in range(2):
        house.wait_for_a_sync()
        house.webex.elsewhere = ANYWHERE[said]
        house.work(syncs.JOB.run_one)
    _ends(house, said)
