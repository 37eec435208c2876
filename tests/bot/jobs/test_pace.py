"""How fast calls may follow each other."""

import threading
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.jobs import pace
from bot.jobs.engine.turn import NotMyTurn
from bot.jobs.pace import Pace


class _Time:
    """A clock that only waiting moves on."""

    def __init__(self) -> None:
        self.now = 0.0

    def wait(self, seconds: float) -> bool:
        """Let the time pass."""
        self.now += seconds
        return False


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> _Time:
    """Return a clock that the pace goes by."""
    clock = _Time()
    monkeypatch.setattr(pace, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


def _calls(time: _Time, made: Pace, count: int) -> list[float]:
    at = []
    for _ in range(count):
        made.wait()
        at.append(time.now)
    return at


def test_calls_are_a_second_apart(time: _Time) -> None:
    assert _calls(time, Pace(1, cast(Any, time)), 4) == [0, 1, 2, 3]
    time.now += 100
    made = Pace(1, cast(Any, time))
    time.now += 100
    assert [at - time.now for at in _calls(time, made, 2)] == [-1, 0]


def test_a_burst_comes_at_once_and_the_average_stays_one_a_second(time: _Time) -> None:
    made = Pace(3, cast(Any, time))
    assert _calls(time, made, 6) == [0, 0, 0, 1, 2, 3]
    time.now += 100
    assert _calls(time, made, 4) == [103, 103, 103, 104]


def test_a_stop_ends_the_wait() -> None:
    stopping = threading.Event()
    made = Pace(1, stopping)
    made.wait()
    stopping.set()
    with pytest.raises(NotMyTurn):
        made.wait()
