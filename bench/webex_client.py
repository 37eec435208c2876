"""Starts the fake Webex, and asks what was posted there."""

import itertools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from bench import processes
from bench.fake_webex import BASE
from bench.processes import wait_for

DELAY = 0.05


@dataclass
class FakeWebex:
    """A running fake Webex."""

    port: int
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1, 100_000))

    @property
    def api(self) -> str:
        """Return the base URL of the API."""
        return f"http://127.0.0.1:{self.port}{BASE}"

    def next_numbers(self) -> int:
        """Return the first of 100,000 message numbers that are not in use."""
        return next(self._numbers)

    def posts(self) -> list[tuple[int, float]]:
        """Return every posted message: the number of its space, and its time in seconds of the monotonic clock."""
        return [(int(number), float(at)) for number, at in self._ask("posts")]

    def calls(self) -> dict[str, int]:
        """Return how often each call was made."""
        counts: dict[str, int] = self._ask("calls")
        return counts

    def post_count(self) -> int:
        """Return how many messages were posted."""
        count: int = self._ask("count")
        return count

    def type(self, count: int) -> list[int]:
        """Have one message typed in each of `count` new spaces; return their numbers."""
        answer = requests.post(f"http://127.0.0.1:{self.port}/bench/typed/{count}", timeout=5)
        numbers: list[int] = answer.json()
        return numbers

    def reset(self) -> None:
        """Forget all calls, messages and webhooks."""
        requests.delete(f"http://127.0.0.1:{self.port}/bench/", timeout=5).raise_for_status()

    def _ask(self, what: str) -> Any:
        return requests.get(f"http://127.0.0.1:{self.port}/bench/{what}", timeout=5).json()


@contextmanager
def running(folder: Path, delay: float = DELAY, program: str = "bench.fake_webex") -> Iterator[FakeWebex]:
    """Run a fake Webex that answers after `delay` seconds."""
    webex = FakeWebex(processes.free_port())
    command = [sys.executable, "-m", program, str(webex.port), str(delay)]
    with processes.running(command, processes.environment(), folder / "webex.log"):
        wait_for(lambda: processes.answers(f"http://127.0.0.1:{webex.port}/bench/count/0"), "the fake Webex")
        yield webex
