"""Reads from Webex how enterprises' syncs stand: one at once where somebody waits for it, all of them once an hour."""

import logging
from datetime import datetime, timedelta

from bot.jobs.engine.context import Context
from bot.jobs.engine.job import Job
from bot.webex.errors import Rejected
from storage import enterprises
from storage import webex_status as kept
from storage.engine import leases
from storage.models import ReadingRow
from storage.values.records import Claim, Enterprise, WebexSyncStatus

log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
_SLACK = timedelta(minutes=1)
_SURVEY = "survey"


def work(context: Context, row: ReadingRow) -> None:
    """Read how one enterprise's syncs stand."""
    with context.database.read() as session:
        enterprise = enterprises.get(session, row.enterprise_id)
    webex_id = enterprise.webex_id or find_webex_id(context, enterprise)
    reading = WebexSyncStatus()  # of an enterprise that Webex does not know yet, there is nothing to tell
    asked_at = context.now()
    if webex_id is not None:
        try:
            reading = context.broadworks.sync_reading(webex_id)
        except Rejected as rejected:
            if rejected.status == 404:
                with context.database.write() as session:
                    enterprises.forget_webex_id(session, enterprise.id)
            raise
    with context.database.write() as session:
        enterprises.lock(session, enterprise.id)
        kept.store(session, enterprise.id, reading, asked_at)
        kept.done(session, Claim(row.id, row.attempt), context.now())


def failed(context: Context, row: ReadingRow, error: Exception) -> bool:
    """End a read that failed: the bot answers those who wait for it from what it knows."""
    with context.database.write() as session:
        kept.done(session, Claim(row.id, row.attempt), context.now(), error=str(error))
    return True


def survey(context: Context) -> None:
    """Learn once an hour what Webex and Partner Hub did for all enterprises; one process at a time."""
    database, holder = context.database, context.database.name
    with database.write() as session:
        began = context.now()
        if not leases.take(session, _SURVEY, holder, began, EVERY - _SLACK):
            return
    finished = False
    try:
        finished = _surveyed(context, began)
    except Rejected as rejected:
        log.warning("Webex does not list the enterprises, so its own syncs are not known: %s", rejected)
        finished = True
    finally:
        # Nobody else would try before the hour is over.
        if not finished:
            with database.write() as session:
                leases.give_back(session, _SURVEY, holder, context.now())


def _surveyed(context: Context, began: datetime) -> bool:
    """Keep what Webex tells of our enterprises; False where the process is to stop before the end."""
    with context.database.read() as session:
        ours = {enterprise.sp_enterprise_id: enterprise for enterprise in enterprises.in_use(session)}
    for found in context.broadworks.enterprises():
        if context.stopping.is_set():
            return False
        enterprise = ours.get(found.sp_enterprise_id)
        if enterprise is None:
            continue
        with context.database.write() as session:
            locked = enterprises.lock(session, enterprise.id)
            if locked.sp_enterprise_id != found.sp_enterprise_id:
                continue
            if locked.webex_id != found.id:
                enterprises.learn_webex_id(session, locked.id, found.sp_enterprise_id, found.id, found.org_id)
            # As of its beginning, lest it pass for fresher than what was read meanwhile.
            kept.store(session, enterprise.id, found.reading, began)
    return True


def find_webex_id(context: Context, enterprise: Enterprise) -> str | None:
    """By which id Webex knows an enterprise, remembered from now on; None where nobody there has activated yet."""
    found = context.broadworks.enterprise(enterprise.sp_enterprise_id)
    if found is None:
        return None
    with context.database.write() as session:
        asked = enterprise.sp_enterprise_id
        learned = enterprises.learn_webex_id(session, enterprise.id, asked, found.id, found.org_id)
    return found.id if learned else None


JOB = Job(kept.KIND, kept.claim, work, kept.next_due, lambda _settings: 2, failed)
