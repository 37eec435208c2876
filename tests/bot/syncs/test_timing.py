"""When the next sync may start, and how long one takes."""

from datetime import timedelta

from bot.syncs import timing
from tests.bot.samples import NOW, sync


def test_the_hold_counts_from_the_completion() -> None:
    hold = timedelta(hours=24)
    assert timing.hold_until(None, hold) is None
    assert timing.hold_until(sync(ended_at=None), hold) is None
    ended = sync(asked_at=NOW - timedelta(days=2), ended_at=NOW)
    assert timing.hold_until(ended, hold) == NOW + hold
    assert timing.hold_until(ended, timedelta()) == NOW


def test_an_estimate_is_the_median_of_the_enterprise_else_of_its_cluster() -> None:
    assert timing.estimate([], []) is None
    assert timing.estimate([60.0, 1000.0, 80.0], [5.0]) == timing.Estimate(80.0, own=True)
    assert timing.estimate([], [10.0, 20.0]) == timing.Estimate(15.0, own=False)
