"""Brings syncs from state to state. No thread waits while Webex works: the next look at it is a due time on the row."""

from datetime import datetime

from bot.jobs import sync_moves, sync_notices, sync_start
from bot.jobs.engine.backoff import pause
from bot.jobs.engine.context import Context
from bot.jobs.engine.job import Job
from bot.jobs.webex_status import find_webex_id
from bot.syncs import next_state, timing, transitions
from bot.webex.errors import Rejected
from storage import access_refusals, enterprises, queues, syncs
from storage.models import SyncRow
from storage.models.syncs import to_sync
from storage.values.provider_access import AccessSubject
from storage.values.records import ACTIVE, Cause, Claim, Sync, SyncState

NEEDED = (AccessSubject.ADMIN, AccessSubject.ENTERPRISES, AccessSubject.SYNCS)
"""The parts of the provider's access without which no sync starts."""

THREADS = 4
"""Syncs that one process moves at once: some enterprises for which Webex does not answer must not stop the others."""


def work(context: Context, row: SyncRow) -> None:
    """Bring one sync a step further, or tell people how it ended."""
    claim, sync = Claim(row.id, row.attempt), to_sync(row)
    if sync.state in ACTIVE:
        _step(context, claim, sync, row.webex_id)
    else:
        sync_notices.tell(context, claim, sync, row.failures)


def failed(context: Context, row: SyncRow, error: Exception) -> bool:
    """End a sync that cannot succeed any more. Forget the Webex id of an enterprise that Webex does not know."""
    with context.database.quick_read() as session:
        sync = syncs.get(session, row.id)  # its state may have changed before the failure
    if isinstance(error, Rejected) and error.status == 404:
        with context.database.write() as session:
            enterprises.forget_webex_id(session, sync.enterprise_id)
    if sync.state not in ACTIVE:
        return False
    now, timeout, wait = context.now(), context.settings.sync_timeout, pause(row.failures, error)
    then = transitions.after_failure(sync, error, now, timeout, row.failures, wait)
    if then is None:
        return False
    sync_moves.apply(context, Claim(row.id, row.attempt), sync, then)
    return True


def requeue_overdue(context: Context) -> None:
    """Make the syncs due that have waited in a queue for a day, so that they end."""
    now = context.now()
    before = _overdue_before(context, now)
    more = True
    while more and not context.stopping.is_set():
        with context.database.write() as session:
            more = queues.requeue_overdue(session, before, now)


def _overdue_before(context: Context, now: datetime) -> datetime:
    with context.database.quick_read() as session:
        outage = access_refusals.last_outage(session, NEEDED, now - timing.MAX_QUEUE_TIME)
    return timing.overdue_before(now, outage)


def _step(context: Context, claim: Claim, sync: Sync, webex_id: str | None) -> None:
    now, poll, timeout = context.now(), context.settings.sync_poll, context.settings.sync_timeout
    # Only the head of a queue is due by itself. Any other queued sync is due because it has waited too long.
    if sync.state is SyncState.QUEUED and (not sync.head or now - sync.asked_at > timing.MAX_QUEUE_TIME):
        if sync.asked_at < _overdue_before(context, now):
            sync_moves.end(context, claim, sync, next_state.failed(Cause.NOT_STARTED))
            return
        if not sync.head:  # Webex has refused the access since it became due
            with context.database.write() as session:
                queues.wait_for_turn(session, claim)
            return
    if webex_id is None:
        with context.database.quick_read() as session:
            enterprise = enterprises.get(session, sync.enterprise_id)
        webex_id = find_webex_id(context, enterprise)
    if webex_id is None:
        if sync.state is not SyncState.QUEUED:
            raise Rejected("Webex does not know the enterprise at the moment", status=404)
        sync_moves.end(context, claim, sync, next_state.failed(Cause.NOBODY_ACTIVATED))
        return
    webex = context.broadworks.sync_status(webex_id)
    if sync.state is SyncState.STARTING:
        sync_moves.apply(context, claim, sync, transitions.from_starting(sync, webex, now, poll, timeout))
    elif sync.state is SyncState.RUNNING:
        sync_moves.apply(context, claim, sync, transitions.from_running(sync, webex, now, poll, timeout))
    else:
        transition = transitions.from_queued(sync, webex, now, poll)
        if transition.start_sync:
            sync_start.start(context, claim, sync, webex_id, transition, webex)
        else:
            sync_moves.apply(context, claim, sync, transition, webex)


JOB = Job(syncs.KIND, syncs.claim, work, syncs.next_due, lambda _settings: THREADS, failed)
