"""A provider with full queues: enterprises, clusters, and a Webex in the same process that answers at once.

As a program it is one worker that runs the named jobs of the schedule.
"""

import mmap
import signal
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from bot.jobs import SCHEDULE
from bot.jobs.engine.clock import Clock
from bot.jobs.engine.context import Context
from bot.jobs.engine.job import Job
from bot.settings.load import Settings
from bot.settings.secret import Secret
from bot.webex.models import Account, Posted, WebexEnterprise
from storage import admins, clusters, destinations, enterprises, followers, outbox, syncs
from storage.engine.conditions import state_in
from storage.engine.database import Database
from storage.engine.listener import Listener
from storage.models import EnterpriseRow, RosterRow, SyncRow
from storage.values.messages import Draft
from storage.values.records import ACTIVE, Enterprise, Follower, SyncState, WebexSyncStatus

CLUSTERS = 100
MAX_ENTERPRISES = 20_000
"""Limits the enterprises: the shared file has room for this many."""
_TOP_UP_THREADS = 16
"""Threads that request syncs; fewer would be slower than the workers."""


class InstantWebex:
    """Both APIs of Webex. Every sync ends at once, every enterprise has no license holders.

    A file that all workers share holds the start of each enterprise's last sync.
    """

    def __init__(self, shared: Path) -> None:
        with shared.open("r+b") as file:
            self._starts = memoryview(mmap.mmap(file.fileno(), 0)).cast("d")

    def enterprise(self, sp_enterprise_id: str) -> WebexEnterprise:
        return WebexEnterprise(sp_enterprise_id, sp_enterprise_id, None, WebexSyncStatus())

    def sync_status(self, enterprise_id: str) -> WebexSyncStatus:
        started = self._starts[int(enterprise_id[1:])]
        if not started:
            return WebexSyncStatus(True, "NOT_SYNCED")
        at = datetime.fromtimestamp(started, UTC)
        return WebexSyncStatus(True, "COMPLETE", at, at, at, f"{enterprise_id}-{started}", {"usersAdded": 1})

    def start_sync(self, enterprise_id: str, *, is_granted: bool = False) -> WebexSyncStatus:
        self._starts[int(enterprise_id[1:])] = time.time()
        return WebexSyncStatus(True, "IN_PROGRESS")

    def subscriber_pages(self, _sp_enterprise_id: str, **_options: Any) -> Iterator[list[Any]]:
        yield []

    def me(self) -> Account:
        return Account("bot", "bot@webex.bot")

    def post(self, **_message: Any) -> Posted:
        return Posted(uuid.uuid4().hex, uuid.uuid4().hex)

    def edit(self, *_message: str) -> None:
        return


@dataclass
class Provider:
    """The customers and their queues in one database."""

    database: Database

    def add_enterprises(self, number: int, *, with_status: bool) -> None:
        """Add enterprises, spread over the clusters, each with one admin and one requested sync.

        `with_status` gives each sync a status message.
        """
        now = datetime.now(UTC)
        with self.database.read() as session:
            first = session.scalars(select(func.count()).select_from(EnterpriseRow)).one()
        for begin in range(first, first + number, 200):
            with self.database.write() as session:
                for index in range(begin, min(begin + 200, first + number)):
                    added = enterprises.add(
                        session,
                        key=f"e{index}",
                        name=f"Enterprise {index}",
                        sp_enterprise_id=f"e{index}",
                        cluster=f"c{index % CLUSTERS}",
                        timezone="UTC",
                        now=now,
                    )
                    enterprises.learn_webex_id(session, added.id, added.sp_enterprise_id, added.sp_enterprise_id, None)
                    admins.add(session, added.id, f"admin@e{index}.example", now)
                    _request_sync(session, added, now, with_status=with_status)

    def top_up(self) -> int:
        """Request a sync for each enterprise that has none. Return how many those were."""
        now = datetime.now(UTC)
        active = select(SyncRow.enterprise_id).where(state_in(SyncRow.state, *ACTIVE) | SyncRow.due_at.is_not(None))
        with self.database.read() as session:
            idle = session.scalars(select(EnterpriseRow.id).where(EnterpriseRow.id.not_in(active)).limit(500)).all()

        def request_sync(enterprise_id: int) -> None:
            with self.database.write() as session:
                enterprise = enterprises.lock(session, enterprise_id)
                clusters.lock(session, enterprise.cluster_id)
                _request_sync(session, enterprise, now, with_status=False)

        with ThreadPoolExecutor(_TOP_UP_THREADS) as pool:
            list(pool.map(request_sync, idle))
        return len(idle)

    def queued(self) -> int:
        """Return the number of queued syncs."""
        with self.database.read() as session:
            return session.scalar(select(func.count()).where(SyncRow.state == SyncState.QUEUED)) or 0

    def state_changes(self) -> int:
        """Return the number of committed state changes: four for each sync, and one for each roster that was read."""
        with self.database.read() as session:
            return session.scalar(_STATE_CHANGES) or 0


_STATES_PASSED = case(
    (SyncRow.told_at.is_not(None), 4),
    (SyncRow.state == SyncState.COMPLETED, 3),
    (SyncRow.state == SyncState.RUNNING, 2),
    (SyncRow.state == SyncState.STARTING, 1),
    else_=0,
)
_STATE_CHANGES = select(
    select(func.coalesce(func.sum(_STATES_PASSED), 0)).scalar_subquery()
    + select(func.count()).where(RosterRow.read_at.is_not(None)).scalar_subquery()
)


def _request_sync(session: Session, enterprise: Enterprise, now: datetime, *, with_status: bool) -> None:
    sync = syncs.accept(session, enterprise, f"admin@{enterprise.key}.example", now)
    room, person = f"room-{enterprise.key}", f"person-{enterprise.key}"
    followers.follow(session, sync.id, Follower(person, sync.asker_email, room, True, None), now)
    destination = destinations.ensure_room(session, room, direct=True, person_id=person)
    if with_status:
        syncs.show_status(session, sync.id, outbox.post(session, destination, Draft("queued"), now))


def context(database: Database, shared: Path) -> Context:
    """Return the context of a worker; only Webex is fake."""
    webex: Any = InstantWebex(shared)
    settings = Settings(
        webex_bot_token=Secret("token"),
        webex_admin_token=Secret("token"),
        database_url=Secret(database.plain_url),
        sync_poll=timedelta(milliseconds=1),
    )
    return Context(settings, database, webex, webex, lambda: datetime.now(UTC))


def jobs(kinds: set[str]) -> list[Job[Any]]:
    """Return the jobs of the schedule for these kinds of rows."""
    return [entry for entry in SCHEDULE if isinstance(entry, Job) and entry.kind in kinds]


def run_worker(url: str, shared: Path, kinds: set[str]) -> None:
    """Run one worker until SIGTERM."""
    database = Database(url, connections=5, single_writes=4)  # as a worker of the Procfile has them
    working = context(database, shared)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    clock = Clock(working, jobs(kinds))
    clock.start()
    Listener(database, frozenset(kinds), working.stopping).start()
    ended.wait()
    clock.stop(5.0)
    database.close()


if __name__ == "__main__":
    run_worker(sys.argv[1], Path(sys.argv[2]), set(sys.argv[3].split(",")))
