"""The clock: APScheduler's threads and timers. They look for rows, and are never the truth about them."""

import logging
import threading
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers import SchedulerNotRunningError
from apscheduler.schedulers.background import BackgroundScheduler

from bot.jobs.engine.backoff import pause
from bot.jobs.engine.context import Context
from bot.jobs.engine.job import Chore, Job, Loop
from bot.jobs.engine.turn import RETRY_AFTER, NotMyTurn
from bot.jobs.engine.worker_pool import WorkerPool
from bot.webex.errors import RateLimited, WebexFailure

log = logging.getLogger(__name__)

_SOON_AGAIN = timedelta(seconds=30)
"""How long a chore waits that failed, unless Webex names a time."""

_MAX_INSTANCES = 2
"""A run of a chore, and one that waits for its end: APScheduler would drop a run that comes amid another."""


class Clock:
    """Runs a schedule until it is stopped: threads for each job, a timer for each chore, a thread for each loop."""

    def __init__(self, context: Context, schedule: Sequence[Job[Any] | Chore | Loop]) -> None:
        self._context = context
        self._jobs = [entry for entry in schedule if isinstance(entry, Job)]
        self._chores = [entry for entry in schedule if isinstance(entry, Chore)]
        self._loops = [entry for entry in schedule if isinstance(entry, Loop)]
        self._pools = {job.kind: WorkerPool(job, context) for job in self._jobs}
        self._chores_at_work: set[str] = set()
        self._chore_ended = threading.Condition()
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
            executors={chore.name: ThreadPoolExecutor(1) for chore in self._chores}
            | {loop.name: ThreadPoolExecutor(1) for loop in self._loops}
            | {job.kind: ThreadPoolExecutor(job.threads(context.settings)) for job in self._jobs},
        )

    def start(self) -> None:
        """Start every thread and timer. From now on rows are looked for whenever some are written."""
        for job in self._jobs:
            for _ in range(job.threads(self._context.settings)):
                self._scheduler.add_job(self._pools[job.kind].run_worker, executor=job.kind)
        for chore in self._chores:
            self._scheduler.add_job(
                partial(self._run, chore),
                "interval",
                id=chore.name,
                seconds=chore.every.total_seconds(),
                executor=chore.name,
                next_run_time=datetime.now(UTC) + (timedelta() if chore.at_start else chore.every),
                max_instances=_MAX_INSTANCES,
            )
        for loop in self._loops:
            self._scheduler.add_job(partial(self._run, loop), id=loop.name, executor=loop.name)
        self._scheduler.start()
        self._context.database.listen(self.nudge)

    def nudge(self, kinds: Iterable[str]) -> None:
        """Have rows of these kinds looked for now, and chores of these names run now."""
        for kind in kinds:
            if kind in self._pools:
                self._pools[kind].nudge()
            elif any(chore.name == kind for chore in self._chores):
                self._run_after(kind, timedelta())

    def stop(self, limit: float) -> bool:
        """Claim nothing more, wait `limit` seconds, give back the rows that are left; return whether all work ended."""
        deadline = time.monotonic() + limit
        self._context.stopping.set()
        try:
            self._scheduler.pause()
            self._scheduler.get_jobs()  # returns when the round under way is over: a shutdown amid it is a traceback
            self._scheduler.shutdown(wait=False)
        except SchedulerNotRunningError:
            return True
        ended = not [pool for pool in self._pools.values() if not pool.stop(deadline)]
        given_back = self._context.held.give_back(self._context.database)
        if given_back:
            log.warning("stopped with %d rows in hand: given back for other workers", given_back)
        return ended

    def wait_for_chores(self, limit: float) -> bool:
        """Wait `limit` seconds for the chores at work; return whether they ended. `stop` must have been called."""
        with self._chore_ended:
            return self._chore_ended.wait_for(lambda: not self._chores_at_work, max(limit, 0))

    def _run(self, entry: Chore | Loop) -> None:
        with self._chore_ended:
            if self._context.stopping.is_set():
                return
            self._chores_at_work.add(entry.name)
        try:
            if isinstance(entry, Loop):
                self._keep_running(entry)
            else:
                self._try(entry)
        finally:
            with self._chore_ended:
                self._chores_at_work.discard(entry.name)
                self._chore_ended.notify_all()

    def _keep_running(self, loop: Loop) -> None:
        while not self._context.stopping.is_set():
            try:
                loop.run(self._context)
            except Exception:
                log.exception(
                    "the loop “%s” failed; it is started again in %d s", loop.name, _SOON_AGAIN.total_seconds()
                )
                self._context.stopping.wait(_SOON_AGAIN.total_seconds())

    def _try(self, chore: Chore) -> None:
        try:
            chore.run(self._context)
        except NotMyTurn:
            self._run_after(chore.name, RETRY_AFTER)
        except WebexFailure as failure:
            wait = pause(0, failure) if isinstance(failure, RateLimited) else min(_SOON_AGAIN, chore.every)
            level = self._context.access.log_level(failure)
            log.log(level, "%s; the chore “%s” is tried again in %d s", failure, chore.name, wait.total_seconds())
            self._run_after(chore.name, wait)
        except Exception:
            wait = min(_SOON_AGAIN, chore.every)
            log.exception("the chore “%s” failed; it is tried again in %d s", chore.name, wait.total_seconds())
            self._run_after(chore.name, wait)

    def _run_after(self, name: str, wait: timedelta) -> None:
        try:
            self._scheduler.modify_job(name, next_run_time=datetime.now(UTC) + wait)
        except JobLookupError:
            log.debug("%s: stopped meanwhile", name)
