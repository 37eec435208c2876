"""How fast calls to Webex may follow each other."""

import threading
import time

from bot.jobs.engine.turn import NotMyTurn


class Pace:
    """Allows one call a second on average. After a pause, `burst` calls may follow each other at once."""

    def __init__(self, burst: int, stopping: threading.Event) -> None:
        self._burst = float(burst)
        self._left = float(burst)
        self._counted_at = time.monotonic()
        self._stopping = stopping

    def wait(self) -> None:
        """Return when the next call may be made. Raise NotMyTurn if the process stops first."""
        now = time.monotonic()
        self._left = min(self._left + now - self._counted_at, self._burst) - 1.0
        self._counted_at = now
        if self._stopping.wait(max(-self._left, 0.0)):
            raise NotMyTurn
