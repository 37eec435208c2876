"""The limit on reading one space's messages in parallel.

Webex was seen to allow three at a time per space, for all readers together, and to answer 429 to the others. Off
unless a test sets `max_parallel`.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

SEEN_LIMIT = 3
"""How many parallel reads of one space Webex was seen to allow."""


class ParallelReads:
    """Counts the reads of each space that are under way. `retry_after` is in seconds."""

    def __init__(self) -> None:
        self.max_parallel: int | None = None
        self.retry_after = 1
        self._lock = Lock()
        self._running: Counter[str] = Counter()

    @contextmanager
    def running(self, room_id: str | None) -> Iterator[bool]:
        """Count a read of a space while it lasts. Yield whether it is within the limit; None is no read of a space."""
        if room_id is None:
            yield True
            return
        with self._lock:
            is_within = self.max_parallel is None or self._running[room_id] < self.max_parallel
            self._running[room_id] += is_within
        try:
            yield is_within
        finally:
            with self._lock:
                self._running[room_id] -= is_within
