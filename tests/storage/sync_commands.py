"""Run the commands that request and cancel syncs, and work on syncs against a fake BroadWorks API."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import cast

from sqlalchemy.orm import Session

from bot.chat.command import Request, Requester
from bot.chat.message import Message, Refusal, Reply, Wait
from bot.jobs import syncs as job
from bot.jobs.engine.context import Context
from bot.settings.load import Settings
from bot.webex.broadworks import BroadWorks
from bot.webex.messaging import Webex
from bot.webex.models import WebexEnterprise
from storage import enterprises
from storage.engine.database import Database
from storage.values.records import Enterprise, Identity, WebexSyncStatus
from tests.storage import sample_rows
from tests.storage.sample_rows import NOW

REFUSED = "refused"
Run = Callable[[Session, Request], Reply | Wait]


def run_command(
    session: Session, enterprise: Enterprise, run: Run, who: str = "ana", *, operator: bool = False, now: datetime = NOW
) -> str:
    """Run a command and return the first word of its audit note: `sync`, `joined`, `withdrew` or `cancelled`."""
    email = f"{who}@acme.example"
    message = Message(f"message of {who}", f"space of {who}", True, Identity(who, email), "")
    asker = Requester(who, email, operator, frozenset({enterprise.id}))
    try:
        settings = Settings().command_settings
        reply = run(session, Request(message, "", asker, enterprise, (), now, settings, now, already_waited=True))
    except Refusal:
        return REFUSED
    assert isinstance(reply, Reply)
    return reply.audit_detail.partition(" ")[0]


def type_command(
    database: Database, enterprise: Enterprise, run: Run, who: str = "ana", *, operator: bool = False
) -> str:
    """Run a command in a transaction of its own."""
    with database.write() as session:
        return run_command(session, enterprise, run, who, operator=operator)


def enterprise_known_to_webex(database: Database, key: str, cluster: str = "east") -> Enterprise:
    """Add an enterprise with two admins, whose id at Webex is its key."""
    made = sample_rows.enterprise(database, key, cluster)
    for email in ("ana@acme.example", "bo@acme.example"):
        sample_rows.admin(database, made.id, email)
    with database.write() as session:
        enterprises.learn_webex_id(session, made.id, made.sp_enterprise_id, key, None)
    return made


class FakeBroadWorks:
    """A BroadWorks API that starts each sync at once and reports it as completed on the second read of its status.

    It calls `meanwhile` during each read of a status.
    """

    def __init__(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        self._meanwhile = meanwhile
        self.asked: list[str] = []
        self.looked: dict[str, int] = {}
        self.running: dict[str, str] = {}
        self.crowded: list[str] = []
        self._mutex = threading.Lock()
        self._ticks = count(1)

    def now(self) -> datetime:
        """Return the workers' time, which is a little later on each call."""
        return NOW + next(self._ticks) * timedelta(milliseconds=1)

    def enterprise(self, sp_enterprise_id: str) -> WebexEnterprise | None:
        """Fail: the id of every enterprise is known already."""
        raise AssertionError(sp_enterprise_id)

    def sync_status(self, webex_id: str) -> WebexSyncStatus:
        """Return the status of the enterprise's last run."""
        self._meanwhile()
        with self._mutex:
            runs = self.asked.count(webex_id)
            if not runs:
                return WebexSyncStatus(enabled=True)
            self.looked[webex_id] = self.looked.get(webex_id, 0) + 1
            over = self.looked[webex_id] > 1
            if over:
                self.running.pop(webex_id, None)
            started_at = NOW + timedelta(minutes=runs)
            return WebexSyncStatus(
                True, "COMPLETE" if over else "IN_PROGRESS", started_at, tracking_id=f"{webex_id} {runs}"
            )

    def start_sync(self, webex_id: str, *, is_granted: bool = False) -> None:
        """Start a run. `crowded` lists the runs that started while another was under way on the same cluster."""
        cluster = webex_id.partition("-")[0]
        with self._mutex:
            if cluster in self.running.values():
                self.crowded.append(webex_id)
            self.asked.append(webex_id)
            self.looked[webex_id] = 0
            self.running[webex_id] = cluster


def job_context(database: Database, portal: FakeBroadWorks) -> Context:
    """Return the context for the job that works on syncs."""
    settings = Settings(sync_poll=timedelta(milliseconds=1))
    return Context(settings, database, cast(Webex, None), cast(BroadWorks, portal), portal.now)


def work_one_sync(database: Database, portal: FakeBroadWorks) -> bool:
    """Work on one due sync. Return False if none is due."""
    return job.JOB.run_one(job_context(database, portal))
