"""Reads how Webex says the enterprises' syncs stand: one when a command waits for it, all of them once an hour."""

import logging
from datetime import datetime, timedelta

from bot.jobs.engine.context import Context
from bot.jobs.engine.job import Job
from bot.jobs.engine.turn import LEASE, Turn
from bot.webex.errors import Rejected
from storage import enterprises
from storage import webex_status as kept
from storage.engine import leases
from storage.models import ReadingRow
from storage.values.records import Claim, Enterprise, WebexSyncStatus

log = logging.getLogger(__name__)

THREADS = 4
"""Readings that one process makes at once. An enterprise has one, so a slow one does not stop the others."""

EVERY = timedelta(hours=1)
"""How often all enterprises are read: Webex's own syncs are shown that late at most."""

_SLACK = timedelta(minutes=1)
"""By how much sooner than that all may be read again, so that the next round finds them due."""

_SURVEYED = "surveyed"
"""The lease that ends when all enterprises are due to be read again. It is taken when they have been read."""


def work(context: Context, row: ReadingRow) -> None:
    """Read how the last sync of one enterprise stands."""
    with context.database.quick_read() as session:
        enterprise = enterprises.get(session, row.enterprise_id)
    webex_id = enterprise.webex_id or find_webex_id(context, enterprise)
    status = WebexSyncStatus()  # all there is to know of an enterprise that Webex does not know yet
    asked_at = context.now()
    if webex_id is not None:
        try:
            status = context.broadworks.sync_status(webex_id)
        except Rejected as rejected:
            if rejected.status == 404:
                with context.database.write() as session:
                    enterprises.forget_webex_id(session, enterprise.id)
            raise
    with context.database.write() as session:
        enterprises.lock(session, enterprise.id)
        kept.store(session, enterprise.id, status, asked_at)
        kept.done(session, Claim(row.id, row.attempt), context.now())


def failed(context: Context, row: ReadingRow, error: Exception) -> bool:
    """End a read that failed. Commands that wait for it answer from what is known."""
    with context.database.write() as session:
        kept.done(session, Claim(row.id, row.attempt), context.now(), error=str(error))
    return True


def survey(context: Context) -> None:
    """Read the status of all enterprises, in one process at a time: so syncs of Webex and Partner Hub become known.

    Nothing is read if a process has read all of them within the hour. A dead process holds this up for one turn only.
    """
    with Turn(context, "survey", context.settings.webex_timeout + LEASE) as turn:
        began = context.now()
        with context.database.quick_read() as session:
            next_at = leases.held_until(session, _SURVEYED)
        if next_at is not None and began < next_at:
            return
        try:
            _read_all(context, turn, began)
        except Rejected as rejected:
            log.warning("Webex does not list the enterprises, so its own syncs stay unknown: %s", rejected)
        with context.database.write() as session:
            leases.take(session, _SURVEYED, context.database.name, began, EVERY - _SLACK)


def _read_all(context: Context, turn: Turn, began: datetime) -> None:
    """Store the status of each enterprise of ours. Raise NotMyTurn if the process stops before the end."""
    with context.database.quick_read() as session:
        ours = {enterprise.sp_enterprise_id: enterprise for enterprise in enterprises.in_use(session)}
    for found in context.broadworks.enterprises(turn.keep):
        enterprise = ours.get(found.sp_enterprise_id)
        if enterprise is None:
            continue
        with context.database.write() as session:
            locked = enterprises.lock(session, enterprise.id)
            if locked.sp_enterprise_id != found.sp_enterprise_id:
                continue
            if locked.webex_id != found.id:
                enterprises.learn_webex_id(session, locked.id, found.sp_enterprise_id, found.id, found.org_id)
            # Dated when the list was begun, so that it does not replace a status that was read since.
            kept.store(session, enterprise.id, found.sync_status, began)


def find_webex_id(context: Context, enterprise: Enterprise) -> str | None:
    """Return and store Webex's own id of an enterprise; None if nobody there has activated yet."""
    found = context.broadworks.enterprise(enterprise.sp_enterprise_id)
    if found is None:
        return None
    with context.database.write() as session:
        is_current = enterprises.learn_webex_id(
            session, enterprise.id, enterprise.sp_enterprise_id, found.id, found.org_id
        )
    return found.id if is_current else None


JOB = Job(kept.KIND, kept.claim, work, kept.next_due, lambda _settings: THREADS, failed)
