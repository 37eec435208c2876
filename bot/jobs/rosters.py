"""Moves rosters: reads an enterprise's license holders, whole or what has changed, and only then shows them."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.jobs.engine.context import Context
from bot.jobs.engine.job import Job
from bot.jobs.engine.prefetch import one_ahead
from bot.jobs.license_rows import license_holder
from bot.jobs.roster_progress import Progress, tell_end
from bot.replies.licenses import all_read, none_yet
from bot.webex.models import Subscriber
from storage import license_holders, rosters
from storage.models import RosterRow
from storage.values.license_table import LicenseHolder
from storage.values.records import Claim, Roster

log = logging.getLogger(__name__)

MAX_FAILURES = 3

WHOLE_EVERY = timedelta(days=1)
"""How long people who are gone may still be shown."""

PAGE = 100
"""Subscribers that Webex sends at a time, where there are as many."""

OVERLAP = timedelta(minutes=5)
"""By which Webex's clock may be behind, or its list behind its clock."""

MAX_CHANGES = 5000
"""Which are held in memory until they are written together."""


def request_stalest(context: Context) -> None:
    """Have one roster read whole that was not for a day: the one after it has its turn when that is done."""
    now = context.now()
    with context.database.read() as session:
        enterprise_id = rosters.find_stalest(session, now - WHOLE_EVERY)
    if enterprise_id is not None:
        with context.database.write() as session:
            rosters.request(session, enterprise_id, now, whole=True)


def work(context: Context, row: RosterRow) -> None:
    """Read one roster: what has changed, if that can be known, else all of it."""
    _clear_half_read(context, Claim(row.id, row.attempt))
    if row.whole or not _read_changes(context, row):
        _read_whole(context, row)


def failed(context: Context, row: RosterRow, error: Exception) -> bool:
    """Give a roster up that could not be read again and again: those who wait for it are told so."""
    if row.failures + 1 < MAX_FAILURES:
        return False
    log.error("roster %d is given up: %s", row.id, error)
    now = context.now()
    with context.database.write() as session:
        told = rosters.give_up(session, Claim(row.id, row.attempt), row.enterprise_id, now, str(error))
        tell_end(session, told, none_yet(failed=True), now)
    return True


def _since(current: Roster, now: datetime) -> datetime | None:
    """From when on changes are to be read; None where people may have gone meanwhile, of which changes do not tell."""
    if current.whole_at is None or current.begun_at is None or now - current.whole_at >= WHOLE_EVERY:
        return None
    return current.begun_at - OVERLAP


def _read_changes(context: Context, row: RosterRow) -> bool:
    """Read what has changed; False where that is not to be known, or so much that all had better be read."""
    begun = context.now()
    with context.database.read() as session:
        current = rosters.current(session, row.enterprise_id)
    since = None if current is None else _since(current, begun)
    if current is None or since is None:
        return False
    changed: list[tuple[str, LicenseHolder]] = []
    pages = 0
    for page in one_ahead(context.broadworks.subscriber_pages(row.sp_enterprise_id, changed_since=since), PAGE):
        pages += 1
        changed += _holders(page)
        if len(changed) > MAX_CHANGES:
            return False
    with context.database.write() as session:
        told = rosters.merge(session, Claim(row.id, row.attempt), current, context.now(), begun, changed)
        tell_end(session, told, all_read(pages), context.now())
    return True


def _read_whole(context: Context, row: RosterRow) -> None:
    claim = Claim(row.id, row.attempt)
    begun = context.now()
    progress = Progress(row.id, begun)
    size = 0
    waiting: list[tuple[str, LicenseHolder]] = []
    for page in one_ahead(context.broadworks.subscriber_pages(row.sp_enterprise_id), PAGE):
        progress.pages += 1
        waiting += _holders(page)
        if len(waiting) >= license_holders.CHUNK:
            size += _write(context, row, size, waiting, progress)
            waiting = []
    size += _write(context, row, size, waiting, progress)
    with context.database.write() as session:
        told = rosters.make_current(session, claim, row.enterprise_id, context.now(), size, begun=begun)
        tell_end(session, told, all_read(progress.pages), context.now())


def _holders(page: Iterable[Subscriber]) -> list[tuple[str, LicenseHolder]]:
    return [(subscriber.id, license_holder(subscriber)) for subscriber in page]


def _clear_half_read(context: Context, claim: Claim) -> None:
    """Delete what an attempt before this one has left."""
    left = claim.attempt > 1
    while left:
        with context.database.write() as session:
            left = rosters.clear(session, claim.id)


def _write(
    context: Context, row: RosterRow, first: int, holders: list[tuple[str, LicenseHolder]], progress: Progress
) -> int:
    if not holders:
        return 0
    with context.database.write() as session:
        rosters.add(session, Claim(row.id, row.attempt), row.enterprise_id, context.now(), first, holders)
        progress.tell(session, context.now())
    return len(holders)


JOB = Job(rosters.KIND, rosters.claim, work, rosters.next_due, lambda _settings: 2, failed)
