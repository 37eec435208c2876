"""When a sync may start, how long one takes, and how long to wait between two looks at Webex."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.syncs import timing
from bot.syncs.timing import cluster_pause, poll_wait
from bot.webex.errors import MAX_PAUSE, RateLimited
from storage.values.records import SyncState
from tests.bot.samples import JUST_OVER, NOW, POLL, sync


def test_the_hold_starts_when_a_sync_completes() -> None:
    hold = timedelta(hours=24)
    assert timing.hold_until(None, hold) is None
    assert timing.hold_until(sync(ended_at=None), hold) is None
    ended = sync(asked_at=NOW - timedelta(days=2), ended_at=NOW)
    assert timing.hold_until(ended, hold) == NOW + hold
    assert timing.hold_until(ended, timedelta()) == NOW


@pytest.mark.parametrize("state", SyncState)
def test_only_a_queued_sync_rests_and_only_until_its_rest_ends(state: SyncState) -> None:
    resting = sync(state, rests_until=NOW)
    assert timing.rest_end(resting, NOW - JUST_OVER) == (NOW if state is SyncState.QUEUED else None)
    assert timing.rest_end(resting, NOW) is None
    assert timing.rest_end(sync(state), NOW) is None


def test_an_estimate_is_the_enterprises_median_or_else_its_clusters() -> None:
    assert timing.estimate([], []) is None
    assert timing.estimate([60.0, 1000.0, 80.0], [5.0]) == timing.Estimate(80.0, own=True)
    assert timing.estimate([], [10.0, 20.0]) == timing.Estimate(15.0, own=False)


def test_polls_slow_down_to_a_quarter_of_the_first_rate() -> None:
    waits = [poll_wait(sync(SyncState.RUNNING, polls=polls), POLL) for polls in range(100)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (POLL, 4 * POLL)


@given(st.integers(0, 10**6), st.none() | st.floats(0, 10**9))
def test_no_pause_is_longer_than_five_minutes_or_shorter_than_a_second(pauses: int, said: float | None) -> None:
    assert timedelta(minutes=5) == MAX_PAUSE
    assert timedelta(seconds=1) <= cluster_pause(pauses, RateLimited("busy", retry_after=said).retry_after) <= MAX_PAUSE


def test_pauses_without_a_retry_after_grow_up_to_five_minutes() -> None:
    pauses = [cluster_pause(number, None) for number in range(100)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[1], pauses[-1]) == (timedelta(seconds=15), timedelta(seconds=30), MAX_PAUSE)
