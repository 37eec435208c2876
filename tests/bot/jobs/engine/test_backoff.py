"""Pauses before another try."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.jobs.engine.backoff import pause
from bot.webex.errors import RateLimited, TokenUnavailable, Unavailable


def test_pauses_double_with_each_failure() -> None:
    doubled = [0.5 * 2**failures for failures in range(10)]
    assert [pause(failures).total_seconds() for failures in range(12)] == [*doubled, 300, 300]


@pytest.mark.parametrize(("asked", "rest"), [(None, 5.0), (0.0, 1.0), (30.0, 30.0), (86400.0, 300.0)])
def test_a_pause_that_webex_asks_for_is_kept_within_limits(asked: float | None, rest: float) -> None:
    assert pause(9, RateLimited("not now", retry_after=asked)) == timedelta(seconds=rest)


@pytest.mark.parametrize("failures", [0, 9])
def test_a_call_without_a_token_is_tried_again_soon(failures: int) -> None:
    assert pause(failures, TokenUnavailable("503")) == timedelta(seconds=3)


@given(st.integers(0, 10**9), st.none() | st.just(Unavailable("502")) | st.just(RuntimeError()))
def test_no_pause_is_longer_than_five_minutes(failures: int, failure: Exception | None) -> None:
    assert timedelta(seconds=0.5) <= pause(failures, failure) <= timedelta(minutes=5)
