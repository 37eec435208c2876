"""A provider whose queues are full: enterprises, clusters, and a Webex in the same process that answers at once.

Run as a program it is one worker, with the jobs of the schedule that the bench names.
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
from bot.webex.models import Posted, WebexEnterprise
from storage import admins, clusters, destinations, enterprises, followers, outbox, syncs
from storage.engine.conditions import state_in
from storage.engine.database import Database
from storage.engine.listener import Listener
from storage.models import EnterpriseRow, RosterRow, SyncRow
from storage.values.messages import Draft
from storage.values.records import ACTIVE, Enterprise, Follower, Identity, SyncState, WebexSyncStatus

CLUSTERS = 100
MOST = 20_000
"""Enterprises there may be at most."""
_ASKING = 16
"""How many ask at a time: fewer would not keep up with the workers."""


class InstantWebex:
    """Both sides of Webex: every sync ends the moment it was asked for, every enterprise has no license holder.

    When which enterprise was synchronized last is kept in a file that all workers share.
    """

    def __init__(self, shared: Path) -> None:
        with shared.open("r+b") as file:
            self._starts = memoryview(mmap.mmap(file.fileno(), 0)).cast("d")

    def enterprise(self, sp_enterprise_id: str) -> WebexEnterprise:
        return WebexEnterprise(sp_enterprise_id, sp_enterprise_id, None, WebexSyncStatus())

    def sync_reading(self, enterprise_id: str) -> WebexSyncStatus:
        started = self._starts[int(enterprise_id[1:])]
        if not started:
            return WebexSyncStatus(True, "NOT_SYNCED")
        at = datetime.fromtimestamp(started, UTC)
        return WebexSyncStatus(True, "COMPLETE", at, at, at, f"{enterprise_id}-{started}", {"usersAdded": 1})

    def start_sync(self, enterprise_id: str) -> WebexSyncStatus:
        self._starts[int(enterprise_id[1:])] = time.time()
        return WebexSyncStatus(True, "IN_PROGRESS")

    def subscriber_pages(self, _sp_enterprise_id: str, **_options: Any) -> Iterator[list[Any]]:
        yield []

    def me(self) -> Identity:
        return Identity("bot", "bot@webex.bot")

    def post(self, **_message: Any) -> Posted:
        return Posted(uuid.uuid4().hex, uuid.uuid4().hex)

    def edit(self, *_message: str) -> None:
        return


@dataclass
class Provider:
    """The customers and their queues, in one database."""

    database: Database

    def take_on(self, number: int, *, shown: bool) -> None:
        """So many enterprises more, on the clusters in turn, each with one admin and a sync asked for.

        `shown` gives each sync a status message.
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
                    _ask(session, added, now, shown=shown)

    def top_up(self) -> int:
        """Ask for a sync for every enterprise that has none under way, as its admin would; how many that were."""
        now = datetime.now(UTC)
        active = select(SyncRow.enterprise_id).where(state_in(SyncRow.state, *ACTIVE) | SyncRow.due_at.is_not(None))
        with self.database.read() as session:
            idle = session.scalars(select(EnterpriseRow.id).where(EnterpriseRow.id.not_in(active)).limit(500)).all()

        def ask(enterprise_id: int) -> None:
            with self.database.write() as session:
                enterprise = enterprises.lock(session, enterprise_id)
                clusters.lock(session, enterprise.cluster_id)
                _ask(session, enterprise, now, shown=False)

        with ThreadPoolExecutor(_ASKING) as pool:
            list(pool.map(ask, idle))
        return len(idle)

    def queued(self) -> int:
        """How many syncs wait in the queues."""
        with self.database.read() as session:
            return session.scalar(select(func.count()).where(SyncRow.state == SyncState.QUEUED)) or 0

    def moves(self) -> int:
        """How many changes of state were committed so far: four of each sync, and that a roster has become current."""
        with self.database.read() as session:
            return session.scalar(_MOVES) or 0


_REACHED = case(
    (SyncRow.told_at.is_not(None), 4),
    (SyncRow.state == SyncState.COMPLETED, 3),
    (SyncRow.state == SyncState.RUNNING, 2),
    (SyncRow.state == SyncState.STARTING, 1),
    else_=0,
)
_MOVES = select(
    select(func.coalesce(func.sum(_REACHED), 0)).scalar_subquery()
    + select(func.count()).where(RosterRow.read_at.is_not(None)).scalar_subquery()
)


def _ask(session: Session, enterprise: Enterprise, now: datetime, *, shown: bool) -> None:
    sync = syncs.accept(session, enterprise, f"admin@{enterprise.key}.example", now)
    room, person = f"room-{enterprise.key}", f"person-{enterprise.key}"
    followers.follow(session, sync.id, Follower(person, sync.asker_email, room, True, None), now)
    destination = destinations.ensure_room(session, room, direct=True, person_id=person)
    if shown:
        syncs.show_status(session, sync.id, outbox.post(session, destination, Draft("queued"), now))


def context(database: Database, shared: Path) -> Context:
    """A worker's world: real but for Webex."""
    webex: Any = InstantWebex(shared)
    settings = Settings(
        webex_bot_token=Secret("token"),
        webex_admin_token=Secret("token"),
        database_url=Secret(database.plain_url),
        sync_poll=timedelta(milliseconds=1),
    )
    return Context(settings, database, webex, webex, lambda: datetime.now(UTC))


def jobs(kinds: set[str]) -> list[Job[Any]]:
    """Those jobs of the bot's schedule that move rows of these kinds."""
    return [entry for entry in SCHEDULE if isinstance(entry, Job) and entry.kind in kinds]


def work(url: str, shared: Path, kinds: set[str]) -> None:
    """One worker, until it is told to end."""
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
    work(sys.argv[1], Path(sys.argv[2]), set(sys.argv[3].split(",")))
