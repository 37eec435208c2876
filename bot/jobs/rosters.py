"""Reads rosters: all license holders of an enterprise, or those that have changed. Nobody sees half of one."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.jobs.engine.context import Context
from bot.jobs.engine.job import Job
from bot.jobs.engine.prefetch import prefetched
from bot.jobs.license_rows import license_holder
from bot.jobs.roster_progress import Progress, show_end
from bot.replies.licenses import all_read, none_yet
from bot.replies.provider_access import NOT_READ
from bot.webex.errors import TokenUnavailable
from bot.webex.models import Subscriber
from storage import license_holders, rosters
from storage.models import RosterRow
from storage.values.license_table import LicenseHolder
from storage.values.provider_access import AccessSubject
from storage.values.records import Claim, Roster

log = logging.getLogger(__name__)

NEEDED = (AccessSubject.ADMIN, AccessSubject.LICENSE_HOLDERS)
"""The parts of the provider's access without which no roster can be read."""

THREADS = 4
"""Rosters that one process reads at once. An enterprise has one at a time, so a slow one does not stop the others."""

MAX_FAILURES = 3
"""How often a roster is tried: people wait for it, and are answered from the old one after that."""

WHOLE_EVERY = timedelta(days=1)
"""How often all license holders are read: until then, people who are gone are still shown."""

PAGE = 100
"""Subscribers on a full page of Webex's list."""

OVERLAP = timedelta(minutes=5)
"""How far back a read of changes goes before the last read: Webex's clock, or its list, may be behind by that."""

MAX_CHANGES = 5000
"""How many changes are held in memory, to be written together; with more, all license holders are read."""


def request_stalest(context: Context) -> None:
    """Request a full read of the stalest roster that is older than a day, one at a time, unless Webex refuses it."""
    if not context.access.refused.isdisjoint(NEEDED):
        return
    now = context.now()
    with context.database.read() as session:
        enterprise_id = rosters.find_stalest(session, now - WHOLE_EVERY)
    if enterprise_id is not None:
        with context.database.write() as session:
            rosters.request(session, enterprise_id, now, whole=True)


def work(context: Context, row: RosterRow) -> None:
    """Read one roster: the changes, if Webex can tell them, else all license holders."""
    is_interrupted = row.attempt > 1
    while is_interrupted:  # delete what the last attempt has left
        with context.database.write() as session:
            is_interrupted = rosters.clear(session, row.id)
    if row.whole or not _read_changes(context, row):
        _read_whole(context, row)


def failed(context: Context, row: RosterRow, error: Exception) -> bool:
    """Give up a roster after several failures, and say so to those who wait for it.

    While Webex refuses the provider's access, give it up at once: those who wait are answered with what there is.
    While there is no access token, keep trying: the token may come at any time.
    """
    if isinstance(error, TokenUnavailable):
        return False
    is_refused = context.access.explains(error)
    if row.failures + 1 < MAX_FAILURES and not is_refused:
        return False
    log.log(logging.DEBUG if is_refused else logging.ERROR, "gave up roster %d: %s", row.id, error)
    now = context.now()
    with context.database.write() as session:
        status_messages = rosters.give_up(session, Claim(row.id, row.attempt), row.enterprise_id, now, str(error))
        show_end(session, status_messages, NOT_READ if is_refused else none_yet(failed=True), now)
    return True


def _since(current: Roster, now: datetime) -> datetime | None:
    """Return from when to read changes; None if all have to be read, because changes do not tell who is gone."""
    if current.whole_at is None or current.begun_at is None or now - current.whole_at >= WHOLE_EVERY:
        return None
    return current.begun_at - OVERLAP


def _read_changes(context: Context, row: RosterRow) -> bool:
    """Read the changes; return False if all license holders have to be read instead."""
    begun = context.now()
    with context.database.quick_read() as session:
        current = rosters.current(session, row.enterprise_id)
    since = None if current is None else _since(current, begun)
    if current is None or since is None:
        return False
    changed: list[tuple[str, LicenseHolder]] = []
    pages = 0
    for page in prefetched(context.broadworks.subscriber_pages(row.sp_enterprise_id, changed_since=since), PAGE):
        pages += 1
        changed += _holders(page)
        if len(changed) > MAX_CHANGES:
            return False
    with context.database.write() as session:
        status_messages = rosters.merge(session, Claim(row.id, row.attempt), current, context.now(), begun, changed)
        show_end(session, status_messages, all_read(pages), context.now())
    return True


def _read_whole(context: Context, row: RosterRow) -> None:
    claim = Claim(row.id, row.attempt)
    begun = context.now()
    progress = Progress(row.id, begun)
    size = 0
    unwritten: list[tuple[str, LicenseHolder]] = []
    for page in prefetched(context.broadworks.subscriber_pages(row.sp_enterprise_id), PAGE):
        progress.pages += 1
        unwritten += _holders(page)
        if len(unwritten) >= license_holders.CHUNK:
            size += _write(context, row, size, unwritten, progress)
            unwritten = []
    size += _write(context, row, size, unwritten, progress)
    with context.database.write() as session:
        status_messages = rosters.make_current(session, claim, row.enterprise_id, context.now(), size, begun_at=begun)
        show_end(session, status_messages, all_read(progress.pages), context.now())


def _holders(page: Iterable[Subscriber]) -> list[tuple[str, LicenseHolder]]:
    return [(subscriber.id, license_holder(subscriber)) for subscriber in page]


def _write(
    context: Context, row: RosterRow, first: int, holders: list[tuple[str, LicenseHolder]], progress: Progress
) -> int:
    if not holders:
        return 0
    with context.database.write() as session:
        rosters.add(session, Claim(row.id, row.attempt), row.enterprise_id, context.now(), first, holders)
        progress.update(session, context.now())
    return len(holders)


JOB = Job(rosters.KIND, rosters.claim, work, rosters.next_due, lambda _settings: THREADS, failed)
