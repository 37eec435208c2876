"""Moves rosters: reads an enterprise's licence holders whole, and only then puts them in the old ones' place."""

import logging

from bot.context import Context
from bot.failures import WebexFailure
from bot.jobs.ahead import one_ahead
from bot.jobs.retries import pause
from bot.tables.columns import license_holder
from storage import rosters
from storage.claims import ClaimLost
from storage.models import RosterRow
from storage.records import Claim, LicenseHolder

log = logging.getLogger(__name__)

MOST_FAILURES = 3


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
    claim = Claim(row.id, row.attempt)
    _clear_half_read(context, claim)
    size = 0
    waiting: list[tuple[str, LicenseHolder]] = []
    for page in one_ahead(context.broadworks.subscriber_pages(row.sp_enterprise_id)):
        waiting += [(subscriber.id, license_holder(subscriber)) for subscriber in page]
        if len(waiting) >= rosters.CHUNK:
            size += _write(context, claim, size, waiting)
            waiting = []
    size += _write(context, claim, size, waiting)
    with context.database.write() as session:
        rosters.make_current(session, claim, row.enterprise_id, context.now(), size)


def _clear_half_read(context: Context, claim: Claim) -> None:
    """Delete what an attempt before this one has left."""
    left = claim.attempt > 1
    while left:
        with context.database.write() as session:
            left = rosters.clear(session, claim.id)


def _write(context: Context, claim: Claim, first: int, holders: list[tuple[str, LicenseHolder]]) -> int:
    if not holders:
        return 0
    with context.database.write() as session:
        rosters.add(session, claim, context.now(), first, holders)
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
