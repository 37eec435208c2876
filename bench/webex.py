"""The bench's Webex as seen from here: where it is, and what was said in it."""

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
    """A running fake; `posts()` are the numbers of the spaces that were posted to, and when Webex had answered."""

    port: int
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1, 100_000))

    @property
    def api(self) -> str:
        """The base of the API."""
        return f"http://127.0.0.1:{self.port}{BASE}"

    def fresh(self) -> int:
        """The first of 100,000 numbers that no message had."""
        return next(self._numbers)

    def posts(self) -> list[tuple[int, float]]:
        """Every message that was posted: the number of its space, and when, in seconds of the monotonic clock."""
        return [(int(number), float(at)) for number, at in self._ask("posts")]

    def calls(self) -> dict[str, int]:
        """How often what was called."""
        found: dict[str, int] = self._ask("calls")
        return found

    def posted(self) -> int:
        """How many messages were posted."""
        count: int = self._ask("count")
        return count

    def forget(self) -> None:
        """Be as new."""
        requests.delete(f"http://127.0.0.1:{self.port}/bench/", timeout=5).raise_for_status()

    def _ask(self, what: str) -> Any:
        return requests.get(f"http://127.0.0.1:{self.port}/bench/{what}", timeout=5).json()


@contextmanager
def running(folder: Path, delay: float = DELAY) -> Iterator[FakeWebex]:
    """A Webex that answers after `delay` seconds, for as long as the block runs."""
    webex = FakeWebex(processes.free_port())
    command = [sys.executable, "-m", "bench.fake_webex", str(webex.port), str(delay)]
    with processes.running(command, processes.environment(), folder / "webex.log"):
        wait_for(lambda: processes.answers(f"http://127.0.0.1:{webex.port}/bench/count"), "the fake Webex")
        yield webex
