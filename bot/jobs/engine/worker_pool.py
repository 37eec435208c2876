"""The threads that move one kind of row: as many as there is work for, up to a limit."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.jobs.engine.context import Context
from bot.jobs.engine.job import Job

TICK = timedelta(seconds=20)
"""How long a row that nobody was told of waits at most."""

LINGER = timedelta(seconds=1)
"""How long a thread without work waits for more before it ends: the next line of a conversation finds it there."""

_SOON = timedelta(milliseconds=10)


class WorkerPool:
    """One kind of row and the threads that look for it.

    Nudges are counted, and whoever is about to wait or end looks once more if there was one since it began to look:
    so none is lost, however many come while all threads are busy. A thread that was asked for may never begin, since
    a scheduler that is shut down forgets it: only those that run are waited for.
    """

    def __init__(
        self,
        job: Job,
        context: Context,
        run: Callable[[Callable[[], None]], None],
        look_after: Callable[[timedelta], None],
    ) -> None:
        """`run` gives a function a thread of this line's own; `look_after` has the line nudged after a time."""
        self._job = job
        self._context = context
        self._run = run
        self._look_after = look_after
        self._most = job.threads(context.settings)
        lock = threading.Lock()
        self._ended = threading.Condition(lock)
        self._nudged = threading.Condition(lock)
        self._asked_for = 0
        self._running = 0
        self._waiting = 0
        self._nudges = 0
        self._looking = threading.Lock()

    def nudge(self) -> None:
        """Have one more thread look for rows, unless all of them do."""
        with self._nudged:
            self._nudges += 1
            if self._waiting:
                self._waiting -= 1
                self._nudged.notify()
                return
        self._spawn()

    def stop(self, deadline: float) -> bool:
        """Wait until no thread runs, or until the deadline; whether none runs. The context is stopping already."""
        with self._ended:
            self._nudged.notify_all()
            return self._ended.wait_for(lambda: self._running == 0, max(deadline - time.monotonic(), 0))

    def _spawn(self) -> None:
        with self._ended:
            if self._asked_for >= self._most or self._context.stopping.is_set():
                return
            self._asked_for += 1
        self._run(self._run_worker)

    def _run_worker(self) -> None:
        with self._ended:
            self._running += 1
        moved = 0
        left = False
        try:
            while not (left or self._context.stopping.is_set()):
                with self._nudged:
                    seen = self._nudges
                looked = self._context.now()
                if self._job.move(self._context):
                    moved += 1
                    if moved > 1:
                        self._spawn()
                elif self._nudges == seen:
                    left = self._wait_or_exit(seen, self._until_next(looked))
        finally:
            if not left:
                with self._ended:
                    self._leave()
        if left:
            self._look_again_in_time(looked)

    def _wait_or_exit(self, seen: int, until_next: timedelta) -> bool:
        """Wait a moment for another nudge than those seen, or for the next row; without one leave, before another can
        come.
        """
        with self._nudged:
            due = until_next <= LINGER
            if self._nudges == seen and not self._context.stopping.is_set():
                self._waiting += 1
                if not self._nudged.wait(min(until_next, LINGER).total_seconds()):
                    self._waiting = max(self._waiting - 1, 0)
            if due or self._nudges != seen:
                return False
            self._leave()
            return True

    def _leave(self) -> None:
        self._asked_for -= 1
        self._running -= 1
        self._ended.notify_all()

    def _look_again_in_time(self, looked: datetime) -> None:
        """Have the line nudged when the next row is due; whoever looked last has the last word."""
        with self._looking:
            self._look_after(self._until_next(looked))

    def _until_next(self, looked: datetime) -> timedelta:
        """How long until a row is due that was not due when rows were last looked for, at most a tick."""
        with self._context.database.quick_read() as session:
            due = self._job.next_due(session, looked)
        return TICK if due is None else min(max(due - self._context.now(), _SOON), TICK)
