"""Two workers that share the syncs of many enterprises, on a real PostgreSQL."""

import logging
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

import pytest
from sqlalchemy import func, select

from bot.chat.command import Request, Requester
from bot.chat.message import Message
from bot.commands import sync
from bot.jobs import rosters, syncs
from bot.jobs.engine.context import Context
from bot.settings.load import Settings
from bot.webex.broadworks import BroadWorks
from bot.webex.messaging import Webex
from storage import admins, enterprises
from storage.engine.database import Database
from storage.models import DestinationRow, OutboxRow, SyncRow
from storage.values.records import Identity, SyncState
from tests.bot.jobs.imagined_webex import Clock, ImaginedWebex
from tests.bot.jobs.sync_house import Unexpected
from tests.storage.threads import TIMEOUT, run_together

PLACES = {f"e{number}": f"cluster {number % 3}" for number in range(9)}
LENGTH = timedelta(seconds=20)
"""How long a sync takes."""


class Town:
    """Enterprises with two admins each, who both ask; every third sync fails."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock, self.settings = database, Clock(), Settings()
        self.webex = ImaginedWebex(self.clock, PLACES)
        self.hands = threading.Condition()
        self.workers = self.idle = self.changes = 0
        with database.write() as session:
            for name, cluster in PLACES.items():
                made = enterprises.add(
                    session,
                    key=name,
                    name=name,
                    sp_enterprise_id=name,
                    cluster=cluster,
                    timezone="UTC",
                    now=self.clock.now,
                )
                for person in ("ana", "bo"):
                    admins.add(session, made.id, f"{person}@{name}", self.clock.now)

    def ask(self, person: str) -> None:
        """Let this person of every enterprise request a sync, or join it."""
        for name in PLACES:
            email = f"{person}@{name}"
            with self.database.write() as session:
                enterprise = enterprises.by_key(session, name)
                assert enterprise is not None
                message = Message("m", f"direct-{email}", True, Identity(email, email), "sync")
                asker = Requester(email, email, False, frozenset({enterprise.id}))
                sync.run(
                    session,
                    Request(
                        message,
                        "",
                        asker,
                        enterprise,
                        (),
                        self.clock.now,
                        self.settings.command_settings,
                        self.clock.now,
                        already_waited=True,
                    ),
                )

    def work(self) -> None:
        """Work on syncs until all are told. Time passes while no worker has a row."""
        webex, broadworks = cast(Webex, self.webex), cast(BroadWorks, self.webex)
        context = Context(self.settings, self.database, webex, broadworks, lambda: self.clock.now)
        with self.hands:
            self.workers += 1
        while self._goes_on():
            moved = syncs.JOB.run_one(context) or rosters.JOB.run_one(context)
            with self.hands:
                if moved:
                    self._look_round()
                else:
                    self._idle()
        with self.hands:
            self.workers -= 1
            self._look_round()

    def _look_round(self) -> None:
        """Wake the waiting workers: something has changed."""
        self.idle, self.changes = 0, self.changes + 1
        self.hands.notify_all()

    def _idle(self) -> None:
        """Wait for the other worker, or for a due time if none of them has a row."""
        self.idle += 1
        if self.idle < self.workers:
            changes = self.changes
            self.hands.wait_for(lambda: self.changes != changes, TIMEOUT)
            return
        self.clock.pass_by(timedelta(seconds=5))
        for run in self.webex.going():
            if self.clock.now - run.began_at > LENGTH:
                self.webex.end(run, "FAILED" if int(run.enterprise[-1]) % 3 == 2 else "COMPLETE")
        self._look_round()

    def _goes_on(self) -> bool:
        with self.database.read() as session:
            open_ones = session.scalar(select(func.count()).where(SyncRow.told_at.is_(None)))
            return bool(open_ones) or session.scalar(select(func.count(SyncRow.id))) != len(PLACES)


@pytest.fixture
def town(postgres_url: str) -> Iterator[Town]:
    """A town whose jobs log no error."""
    database = Database(postgres_url)
    faults: list[str] = []
    log = Unexpected(faults)
    logging.getLogger("bot").addHandler(log)
    yield Town(database)
    logging.getLogger("bot").removeHandler(log)
    database.close()
    assert faults == []


def test_two_workers_start_each_sync_once_and_in_order(town: Town) -> None:
    run_together([town.work, town.work, lambda: town.ask("ana"), lambda: town.ask("bo")])
    with town.database.read() as session:
        rows = session.scalars(select(SyncRow).order_by(SyncRow.id)).all()
        said: Any = session.execute(
            select(DestinationRow.person_id, DestinationRow.email_folded, DestinationRow.room_id)
            .join(OutboxRow, OutboxRow.destination_id == DestinationRow.id)
            .where(OutboxRow.kind == "post")
        ).all()
    names = {f"webex-{name}": number for number, name in enumerate(PLACES)}
    began = [names[run.enterprise] for run in town.webex.started]
    assert Counter(began) == Counter(range(len(PLACES)))
    assert town.webex.refused == 0
    for cluster in range(3):
        first = min(row.enterprise_id for row in rows)
        queue = [row.enterprise_id - first for row in rows if (row.enterprise_id - first) % 3 == cluster]
        assert [number for number in began if number % 3 == cluster] == queue
    assert Counter(row.state for row in rows) == {SyncState.COMPLETED: 6, SyncState.FAILED: 3}
    told = Counter((one.person_id or one.email_folded or one.room_id).removeprefix("direct-") for one in said)
    assert told == Counter(f"{person}@{name}" for name in PLACES for person in ("ana", "bo"))
