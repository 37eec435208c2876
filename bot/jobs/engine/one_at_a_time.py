"""Lets the threads of a process do something for one name at a time, and not again and again while it fails."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from bot.jobs.engine.backoff import pause
from bot.webex.errors import MAX_PAUSE, WebexFailure

LOOK_AGAIN_AFTER = timedelta(seconds=1)
"""How long to wait while another thread is at work for the same name."""


class OneAtATime:
    """The names for which a thread is at work, and those that rest after a failure."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._names: set[str] = set()
        self._rests: dict[str, tuple[int, datetime]] = {}

    @contextmanager
    def only(self, name: str, now: datetime) -> Iterator[datetime | None]:
        """Take the name, and give it back at the end. If it is not free, yield when to try again; no thread waits.

        If a call to Webex fails in the block, the name rests, longer after each failure in a row.
        """
        with self._lock:
            _, rests_until = self._rests.get(name, (0, now))
            free_at = now + LOOK_AGAIN_AFTER if name in self._names else rests_until
            if free_at <= now:
                self._names.add(name)
        if free_at > now:
            yield free_at
            return
        try:
            yield None
        except WebexFailure as failure:
            self._rest(name, now, failure)
            raise
        else:
            with self._lock:
                self._rests.pop(name, None)
        finally:
            with self._lock:
                self._names.discard(name)

    def _rest(self, name: str, now: datetime, failure: WebexFailure) -> None:
        with self._lock:
            failures, _ = self._rests.get(name, (0, now))
            until = now + max(pause(failures), pause(failures, failure))
            recent = {other: rest for other, rest in self._rests.items() if rest[1] > now - MAX_PAUSE}
            self._rests = recent | {name: (failures + 1, until)}
