"""Rows in memory, a job that counts them, and a clock that runs it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from bot.jobs.engine.clock import Clock
from bot.jobs.engine.context import Context
from bot.jobs.engine.job import Chore, Job, Loop
from bot.settings.load import Settings
from bot.webex.broadworks import BroadWorks
from bot.webex.messaging import Webex
from storage.engine.database import Database
from storage.models import InboxRow

KIND = "counted"


@dataclass
class Rows:
    """Rows in memory and a job for them: they are worked on in the order of their due times."""

    due: list[datetime] = field(default_factory=list)
    moved: int = 0
    working: int = 0
    most_working: int = 0
    claims: int = 0
    threads: int = 4
    work: Callable[[], object] = lambda: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def insert(self, wait: timedelta = timedelta()) -> None:
        with self.lock:
            self.due.append(datetime.now(UTC) + wait)

    def claim(self, _connection: Connection | None, now: datetime) -> Any:
        with self.lock:
            ready = sorted(moment for moment in self.due if moment <= now)
            if not ready:
                return None
            self.due.remove(ready[0])
            self.working += 1
            self.claims += 1
            self.most_working = max(self.most_working, self.working)
            return InboxRow(id=self.claims, attempt=1, failures=0)

    def do(self, _context: Context, _row: Any) -> None:
        try:
            self.work()
        finally:
            with self.lock:
                self.working -= 1
                self.moved += 1

    def next_due(self, _session: Session, now: datetime) -> datetime | None:
        with self.lock:
            return min((moment for moment in self.due if moment > now), default=None)

    @property
    def job(self) -> Job[Any]:
        return self.job_of(KIND)

    def job_of(self, kind: str, **other: Any) -> Job[Any]:
        parts: dict[str, Any] = {"claim": self.claim, "work": self.do, "next_due": self.next_due}
        return Job(kind, threads=lambda _settings: self.threads, failed=lambda *_: True, **parts | other)


def context(database: Database) -> Context:
    """A context for jobs that ask nobody outside."""
    return Context(Settings(), database, cast(Webex, None), cast(BroadWorks, None), lambda: datetime.now(UTC))


@contextmanager
def running(database: Database, *schedule: Job[Any] | Chore | Loop) -> Iterator[Clock]:
    """A clock that has looked once, and has nothing to do until its tick."""
    started = Clock(context(database), schedule)
    started.start()
    try:
        yield started
    finally:
        started.stop(5)
