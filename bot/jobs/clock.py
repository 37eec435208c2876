"""The clock: APScheduler's timers and threads, which look for rows but never are the truth about them."""

import logging
import threading
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers import SchedulerNotRunningError
from apscheduler.schedulers.background import BackgroundScheduler

from bot.context import Context
from bot.failures import WebexFailure
from bot.jobs.job import Chore, Job

log = logging.getLogger(__name__)

TICK = timedelta(seconds=20)
_SOON = timedelta(milliseconds=10)
_SOON_AGAIN = timedelta(seconds=30)
CHORES = "chores"


class Clock:
    """Runs a schedule until it is stopped; a nudge has waiting rows taken at once."""

    def __init__(self, context: Context, schedule: Sequence[Job | Chore]) -> None:
        self._context = context
        jobs = [entry for entry in schedule if isinstance(entry, Job)]
        self._chores = [entry for entry in schedule if isinstance(entry, Chore)]
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
            executors={CHORES: ThreadPoolExecutor(2)}
            | {job.kind: ThreadPoolExecutor(job.threads(context.settings)) for job in jobs},
        )
        self._lines = {job.kind: _Line(job, context, self._scheduler) for job in jobs}

    def start(self) -> None:
        """Start the timers, look for rows left from before, and from now on whenever rows are written."""
        for chore in self._chores:
            self._scheduler.add_job(
                self._run,
                "interval",
                [chore],
                id=chore.name,
                seconds=chore.every.total_seconds(),
                executor=CHORES,
                next_run_time=datetime.now(UTC),
            )
        for line in self._lines.values():
            line.schedule()
        self._scheduler.start()
        self._context.database.listen(self.nudge)

    def _run(self, chore: Chore) -> None:
        """Run a chore; one that Webex would not let happen is tried again soon."""
        if self._context.stopping.is_set():
            return
        try:
            chore.run(self._context)
        except WebexFailure as failure:
            log.warning("%s: %s; trying again in %d s", chore.name, failure, _SOON_AGAIN.total_seconds())
            _bring_forward(self._scheduler, chore.name, _SOON_AGAIN)

    def nudge(self, kinds: Iterable[str]) -> None:
        """Have rows of these kinds looked for now."""
        for kind in kinds:
            if kind in self._lines:
                self._lines[kind].nudge()

    def stop(self, limit: float) -> bool:
        """Claim nothing more, wait `limit` seconds for the work in hand, give back what is left.

        Returns whether all work in hand has ended.
        """
        deadline = time.monotonic() + limit
        self._context.stopping.set()
        try:
            self._scheduler.pause()
            self._scheduler.get_jobs()  # returns when the round under way is over: a shutdown amid it is a traceback
            self._scheduler.shutdown(wait=False)
        except SchedulerNotRunningError:
            return True
        ended = not [line for line in self._lines.values() if not line.wait(deadline)]
        given = self._context.held.give_back(self._context.database)
        if given:
            log.warning("stopped with %d rows in hand: given back for others to take", given)
        return ended


class _Line:
    """The threads that move one kind of row.

    APScheduler drops a run that comes while all instances are busy, so nudges are also counted in `_nudges`, and
    whoever is about to end looks once more if there was one since it began to look. A thread that was asked for may
    never begin, since a scheduler that is shut down forgets it: only those that run are waited for.
    """

    def __init__(self, job: Job, context: Context, scheduler: BackgroundScheduler) -> None:
        self._job = job
        self._context = context
        self._scheduler = scheduler
        self._most = job.threads(context.settings)
        self._changed = threading.Condition()
        self._asked_for = 0
        self._running = 0
        self._nudges = 0
        self._looking = threading.Lock()

    def schedule(self) -> None:
        """Add the tick, which looks for rows that nobody was told of."""
        self._scheduler.add_job(
            self.nudge,
            "interval",
            id=self._job.kind,
            seconds=TICK.total_seconds(),
            executor=CHORES,
            next_run_time=datetime.now(UTC),
        )

    def nudge(self) -> None:
        """Have one more thread look for rows, unless all of them do."""
        with self._changed:
            self._nudges += 1
        self._spawn()

    def wait(self, deadline: float) -> bool:
        """Wait until no thread runs, or until the deadline; whether none runs."""
        with self._changed:
            return self._changed.wait_for(lambda: self._running == 0, max(deadline - time.monotonic(), 0))

    def _spawn(self) -> None:
        with self._changed:
            if self._asked_for >= self._most or self._context.stopping.is_set():
                return
            self._asked_for += 1
        self._scheduler.add_job(self._drain, executor=self._job.kind)

    def _drain(self) -> None:
        with self._changed:
            self._running += 1
        moved = 0
        left = False
        try:
            while not (left or self._context.stopping.is_set()):
                with self._changed:
                    seen = self._nudges
                looked = self._context.now()
                if self._job.move(self._context):
                    moved += 1
                    if moved > 1:
                        self._spawn()
                    continue
                with self._changed:
                    left = self._nudges == seen
                    if left:
                        self._leave()
        finally:
            if not left:
                with self._changed:
                    self._leave()
        if left:
            self._look_again_in_time(looked)

    def _leave(self) -> None:
        self._asked_for -= 1
        self._running -= 1
        self._changed.notify_all()

    def _look_again_in_time(self, looked: datetime) -> None:
        """Bring the tick forward to when the next row is due; whoever looked last has the last word.

        Counted from before the last look, or a row that fell due since then would wait for a whole tick.
        """
        with self._looking:
            with self._context.database.read() as session:
                due = self._job.next_due(session, looked)
            wait = TICK if due is None else min(max(due - self._context.now(), _SOON), TICK)
            _bring_forward(self._scheduler, self._job.kind, wait)


def _bring_forward(scheduler: BackgroundScheduler, name: str, wait: timedelta) -> None:
    try:
        scheduler.modify_job(name, next_run_time=datetime.now(UTC) + wait)
    except JobLookupError:
        log.debug("%s: stopped meanwhile", name)
