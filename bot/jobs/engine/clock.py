"""The clock: APScheduler's timers and threads, which look for rows but never are the truth about them."""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers import SchedulerNotRunningError
from apscheduler.schedulers.background import BackgroundScheduler

from bot.jobs.engine.context import Context
from bot.jobs.engine.job import Chore, Job
from bot.jobs.engine.worker_pool import TICK, WorkerPool
from bot.webex.errors import WebexFailure

log = logging.getLogger(__name__)

_SOON_AGAIN = timedelta(seconds=30)
TICKS = "ticks"


class Clock:
    """Runs a schedule until it is stopped; a nudge has waiting rows taken at once."""

    def __init__(self, context: Context, schedule: Sequence[Job | Chore]) -> None:
        self._context = context
        jobs = [entry for entry in schedule if isinstance(entry, Job)]
        self._chores = [entry for entry in schedule if isinstance(entry, Chore)]
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
            executors={TICKS: ThreadPoolExecutor(1)}
            | {chore.name: ThreadPoolExecutor(1) for chore in self._chores}
            | {job.kind: ThreadPoolExecutor(job.threads(context.settings)) for job in jobs},
        )
        self._pools = {
            job.kind: WorkerPool(
                job,
                context,
                run=partial(self._scheduler.add_job, executor=job.kind),
                look_after=partial(self._bring_forward, job.kind),
            )
            for job in jobs
        }

    def start(self) -> None:
        """Start the timers, look for rows left from before, and from now on whenever rows are written."""
        for chore in self._chores:
            self._add(chore.name, partial(self._run, chore), chore.every, executor=chore.name)
        for kind, line in self._pools.items():
            self._add(kind, line.nudge, TICK, executor=TICKS)
        self._scheduler.start()
        self._context.database.listen(self.nudge)

    def _add(self, name: str, run: Callable[[], None], every: timedelta, *, executor: str) -> None:
        self._scheduler.add_job(
            run,
            "interval",
            id=name,
            seconds=every.total_seconds(),
            executor=executor,
            next_run_time=datetime.now(UTC),
        )

    def _run(self, chore: Chore) -> None:
        """Run a chore; one that Webex would not let happen is tried again soon."""
        if self._context.stopping.is_set():
            return
        try:
            chore.run(self._context)
        except WebexFailure as failure:
            log.warning("%s: %s; trying again in %d s", chore.name, failure, _SOON_AGAIN.total_seconds())
            self._bring_forward(chore.name, _SOON_AGAIN)

    def nudge(self, kinds: Iterable[str]) -> None:
        """Have rows of these kinds looked for now."""
        for kind in kinds:
            if kind in self._pools:
                self._pools[kind].nudge()

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
        ended = not [line for line in self._pools.values() if not line.stop(deadline)]
        given = self._context.held.give_back(self._context.database)
        if given:
            log.warning("stopped with %d rows in hand: given back for others to take", given)
        return ended

    def _bring_forward(self, name: str, wait: timedelta) -> None:
        try:
            self._scheduler.modify_job(name, next_run_time=datetime.now(UTC) + wait)
        except JobLookupError:
            log.debug("%s: stopped meanwhile", name)
