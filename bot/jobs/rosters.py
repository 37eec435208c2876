"""Moves rosters: reads an enterprise's licence holders, whole or what has changed, and only then shows them."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.context import Context
from bot.failures import WebexFailure
from bot.jobs.ahead import one_ahead
from bot.jobs.progress import Progress
from bot.jobs.retries import pause
from bot.tables.columns import license_holder
from bot.wire import Subscriber
from storage import rosters
from storage.claims import ClaimLost
from storage.models import RosterRow
from storage.records import Claim, LicenseHolder, Roster

log = logging.getLogger(__name__)

MOST_FAILURES = 3

WHOLE_EVERY = timedelta(days=1)
"""How long people who are gone may still be shown."""

OVERLAP = timedelta(minutes=5)
"""By which Webex's clock may be behind, or its list behind its clock."""

MOST_CHANGES = 5000
"""Which are held in memory until they are written together."""


def want_whole(context: Context) -> None:
    """Have the rosters of all enterprises in use read whole that were not for a day."""
    now = context.now()
    with context.database.read() as session:
        enterprise_ids = rosters.not_whole_since(session, now - WHOLE_EVERY)
    for enterprise_id in enterprise_ids:
        with context.database.write() as session:
            rosters.want(session, enterprise_id, now, whole=True)


def move(context: Context) -> bool:
    """Read one roster; False where none is wanted."""
    with context.held.take(context.database, rosters.claim, context.now()) as row:
        if row is None:
            return False
        try:
            _read(context, row)
        except ClaimLost:
            raise
        except WebexFailure as failure:
            log.warning("roster %d: %s", row.id, failure)
            _failed(context, row, failure)
        except Exception as error:  # whatever fails must leave the row for later
            log.exception("roster %d failed (attempt %d)", row.id, row.attempt)
            _failed(context, row, error)
    return True


def _read(context: Context, row: RosterRow) -> None:
    _clear_half_read(context, Claim(row.id, row.attempt))
    with context.database.glance() as session:
        current = rosters.current(session, row.enterprise_id)
    since = None if current is None or row.whole else _since(current, context.now())
    if current is None or since is None or not _read_changes(context, row, current, since):
        _read_whole(context, row)


def _since(current: Roster, now: datetime) -> datetime | None:
    """From when on changes are to be read; None where people may have gone meanwhile, of which changes do not tell."""
    if current.whole_at is None or current.begun_at is None or now - current.whole_at >= WHOLE_EVERY:
        return None
    return current.begun_at - OVERLAP


def _read_changes(context: Context, row: RosterRow, current: Roster, since: datetime) -> bool:
    """Read what has changed; False where that is so much that all had better be read."""
    begun = context.now()
    changed: list[tuple[str, LicenseHolder]] = []
    for page in one_ahead(context.broadworks.subscriber_pages(row.sp_enterprise_id, changed_since=since)):
        changed += _holders(page)
        if len(changed) > MOST_CHANGES:
            return False
    with context.database.write() as session:
        rosters.merge(session, Claim(row.id, row.attempt), current, context.now(), begun, changed)
    return True


def _read_whole(context: Context, row: RosterRow) -> None:
    claim = Claim(row.id, row.attempt)
    begun = context.now()
    progress = Progress(row.id, begun)
    size = 0
    waiting: list[tuple[str, LicenseHolder]] = []
    for page in one_ahead(context.broadworks.subscriber_pages(row.sp_enterprise_id)):
        progress.pages += 1
        waiting += _holders(page)
        if len(waiting) >= rosters.CHUNK:
            size += _write(context, claim, size, waiting, progress)
            waiting = []
    size += _write(context, claim, size, waiting, progress)
    with context.database.write() as session:
        progress.end(session, context.now())
        rosters.make_current(session, claim, row.enterprise_id, context.now(), size, begun=begun)


def _holders(page: Iterable[Subscriber]) -> list[tuple[str, LicenseHolder]]:
    return [(subscriber.id, license_holder(subscriber)) for subscriber in page]


def _clear_half_read(context: Context, claim: Claim) -> None:
    """Delete what an attempt before this one has left."""
    left = claim.attempt > 1
    while left:
        with context.database.write() as session:
            left = rosters.clear(session, claim.id)


def _write(
    context: Context, claim: Claim, first: int, holders: list[tuple[str, LicenseHolder]], progress: Progress
) -> int:
    if not holders:
        return 0
    with context.database.write() as session:
        rosters.add(session, claim, context.now(), first, holders)
        progress.tell(session, context.now())
    return len(holders)


def _failed(context: Context, row: RosterRow, failure: Exception) -> None:
    claim = Claim(row.id, row.attempt)
    failures = row.failures + 1
    now = context.now()
    with context.database.write() as session:
        if failures < MOST_FAILURES:
            rosters.retry(session, claim, now + pause(row.failures, failure), failures, str(failure))
        else:
            log.error("roster %d given up: %s", row.id, failure)
            rosters.give_up(session, claim, row.enterprise_id, now, str(failure))
