"""The threads that work on one kind of row."""

import logging
import math
import threading
import time
from datetime import datetime, timedelta
from typing import Any

from bot.jobs.engine.context import Context
from bot.jobs.engine.job import Job

log = logging.getLogger(__name__)

TICK = timedelta(seconds=20)
"""The longest wait of a row whose notification was lost."""

_SOON = timedelta(milliseconds=10)
"""The shortest wait for a due time, so that a thread does not spin until it comes."""


class WorkerPool:
    """Standing threads for one kind of row. Each looks for a row and works on it; if no row is due, it waits.

    Nudges are counted. A thread that finds nothing waits only if there was no nudge since it began to look, so no nudge
    is lost while all threads are busy. One waiting thread wakes when the next row is due; the others sleep until they
    are nudged. A thread that claims a row nudges another, which takes the next row, or watches for it in its place.
    """

    def __init__(self, job: Job[Any], context: Context) -> None:
        self._job = job
        self._context = context
        self._turns = job.turns(context.settings)
        self._changed = threading.Condition()
        self._nudges = 0
        self._running = 0
        self._is_failing = False
        self._watched_until = math.inf

    def nudge(self) -> None:
        """Wake a waiting thread, or have the busy ones look again when they are done."""
        with self._changed:
            self._nudges += 1
            self._changed.notify()

    def run_worker(self) -> None:
        """Work until the context is stopping: the life of one thread."""
        with self._changed:
            self._running += 1
        try:
            while not self._context.stopping.is_set():
                self._work_or_wait()
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def stop(self, deadline: float) -> bool:
        """Wait until no thread runs, or until the deadline; return whether none runs. The context is stopping."""
        with self._changed:
            self._changed.notify_all()
            return self._changed.wait_for(lambda: self._running == 0, max(deadline - time.monotonic(), 0))

    def _work_or_wait(self) -> None:
        seen, looked = self._nudges, self._context.now()
        try:
            is_worked = self._job.run_one(self._context, self.nudge, self._turns)
            wait = timedelta() if is_worked else self._until_next(looked)
            self._is_failing = False
        except Exception:  # the database, most likely: it costs this look, not the thread
            wait = TICK
            if not self._is_failing:
                log.exception("cannot look for %s rows; trying every %d s", self._job.kind, TICK.total_seconds())
            self._is_failing = True
        if wait:
            self._wait(seen, time.monotonic() + wait.total_seconds())

    def _wait(self, seen: int, due: float) -> None:
        """Wait for a nudge after those seen, or until a row is due if no other thread wakes by then."""
        with self._changed:
            is_watching = due < self._watched_until
            if is_watching:
                self._watched_until = due
            self._changed.wait_for(
                lambda: self._nudges != seen or self._context.stopping.is_set(),
                due - time.monotonic() if is_watching else None,
            )
            if is_watching:
                self._watched_until = math.inf

    def _until_next(self, looked: datetime) -> timedelta:
        """Return how long until the next row becomes due, counted from the look that found none; a tick at most."""
        with self._context.database.quick_read() as session:
            due = self._job.next_due(session, looked)
        return TICK if due is None else min(max(due - self._context.now(), _SOON), TICK)
