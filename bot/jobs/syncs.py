"""Brings syncs from state to state. No thread waits while Webex works: the next look at it is a due time on the row."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.jobs import sync_notices
from bot.jobs.engine.context import Context
from bot.jobs.engine.job import Job
from bot.jobs.webex_status import find_webex_id
from bot.services.messages import update_status_message
from bot.syncs import next_state, timing, transitions
from bot.syncs.next_state import SyncUpdates, Transition
from bot.webex.errors import ACCESS_PAUSE, Rejected, TokenUnavailable, WebexFailure
from storage import access_refusals, admins, clusters, enterprises, followers, queues, rosters, syncs, webex_status
from storage.models import SyncRow
from storage.models.syncs import to_sync
from storage.values.records import ACTIVE, AccessSubject, Cause, Claim, Sync, SyncState, WaitsFor, WebexSyncStatus

log = logging.getLogger(__name__)

NEEDED = (AccessSubject.ADMIN, AccessSubject.ENTERPRISES, AccessSubject.SYNCS)
"""The parts of the provider's access without which no sync starts."""

NEXT_TRY_WAIT = timedelta(seconds=5)
"""After Webex refused to start a sync, how soon the next of its queue tries: soon, but a long queue must not rush."""


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
    then = transitions.after_failure(sync, error, context.now(), context.settings.sync_timeout, row.failures)
    if then is None:
        return False
    _apply(context, Claim(row.id, row.attempt), sync, then)
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
            _end(context, claim, sync, next_state.failed(Cause.NOT_STARTED))
            return
        if not sync.head:  # Webex has refused the access since it became due
            with context.database.single_write() as connection:
                syncs.move(connection, claim, now, due_at=None)
            return
    if webex_id is None:
        with context.database.quick_read() as session:
            enterprise = enterprises.get(session, sync.enterprise_id)
        webex_id = find_webex_id(context, enterprise)
    if webex_id is None:
        if sync.state is not SyncState.QUEUED:
            raise Rejected("Webex does not know the enterprise at the moment", status=404)
        _end(context, claim, sync, next_state.failed(Cause.NOBODY_ACTIVATED))
        return
    webex = context.broadworks.sync_status(webex_id)
    if sync.state is SyncState.STARTING:
        _apply(context, claim, sync, transitions.from_starting(sync, webex, now, poll, timeout))
    elif sync.state is SyncState.RUNNING:
        _apply(context, claim, sync, transitions.from_running(sync, webex, now, poll, timeout))
    else:
        transition = transitions.from_queued(sync, webex, now, poll)
        if transition.start_sync:
            _start(context, claim, sync, webex_id, transition, webex)
        else:
            _apply(context, claim, sync, transition, webex)


def _start(
    context: Context, claim: Claim, sync: Sync, webex_id: str, transition: Transition, webex: WebexSyncStatus
) -> None:
    """Commit that Webex is about to be asked, then ask it: after a crash in between, the bot never asks blindly.

    If all who asked for the sync have lost their rights, the sync ends instead.
    """
    now = context.now()
    with context.database.write() as session:
        pauses = enterprises.lock_queue(session, sync.enterprise_id, sync.cluster_id)
        if not followers.with_rights(session, sync.id, admins.team(session, sync.enterprise_id)):
            _write_end(session, claim, sync, next_state.cancelled(Cause.NO_RIGHTS), now)
            return
        webex_status.store(session, sync.enterprise_id, webex, now)
        # The window to adopt a run begins now, not before the call above, which may have taken long.
        updates: SyncUpdates = {**transition.updates, "starting_at": now}
        starting = replace(sync, state=transition.state, waits_for=None, **updates)
        syncs.move(session, claim, now, keep_claim=True, state=transition.state, waits_for=None, **updates)
        shown = starting
        if sync.waits_for is WaitsFor.ACCESS:
            shown = sync  # probably refused again: an edit each minute would use up those that Webex allows
        else:
            update_status_message(session, starting, now)
        # Webex has accepted another start since it refused this one.
        is_granted = sync.starting_at is not None and access_refusals.works_since(
            session, AccessSubject.SYNCS, sync.starting_at
        )
    failure: WebexFailure | None = None
    try:
        context.broadworks.start_sync(webex_id, is_granted=is_granted)
    except WebexFailure as raised:
        failure = raised
        is_logged = context.access.explains(raised) or isinstance(raised, TokenUnavailable)
        level = logging.DEBUG if is_logged else logging.WARNING
        log.log(level, "sync %d: Webex was asked to start: %s", sync.id, raised)
    answered = transitions.from_start_request(failure, starting.starts, pauses, context.settings.sync_poll)
    _apply(context, claim, starting, answered, shown=shown)


def _apply(
    context: Context,
    claim: Claim,
    sync: Sync,
    transition: Transition,
    webex: WebexSyncStatus | None = None,
    *,
    shown: Sync | None = None,
) -> None:
    """Write a sync's next state, and what Webex said if the state changed because of it.

    `shown` is the sync as its status message shows it, unless it shows the state before.
    """
    if transition.is_final:
        _end(context, claim, sync, transition)
        return
    now = context.now()
    state = {"state": transition.state, "waits_for": transition.waits_for}
    values: dict[str, Any] = {**transition.updates, **state, "due_at": now + transition.wait, "failures": 0}
    known = shown or sync
    is_changed = (transition.state, transition.waits_for) != (known.state, known.waits_for)
    is_shown = is_changed and sync.status_outbox_id is not None
    told = webex if is_changed else None
    if not (told or is_shown or transition.pause or transition.unpause or transition.gives_way):
        with context.database.single_write() as connection:  # most looks at a sync end here
            syncs.move(connection, claim, now, **values)
        return
    with context.database.write() as session:
        # Locks come in one order everywhere: the enterprise, its cluster, its sync.
        if transition.gives_way:
            enterprises.lock_queue(session, sync.enterprise_id, sync.cluster_id)
        elif told:
            enterprises.lock(session, sync.enterprise_id)
        if told:
            webex_status.store(session, sync.enterprise_id, told, now)
        if transition.pause:
            clusters.pause(session, sync.cluster_id, now + transition.pause)
        elif transition.unpause:
            clusters.unpause(session, sync.cluster_id)
        syncs.move(session, claim, now, **values)
        if transition.gives_way and (head := queues.give_way(session, sync, now, NEXT_TRY_WAIT, ACCESS_PAUSE)):
            sync = replace(sync, head=False)
            if head.waits_for is None:
                update_status_message(session, head, now)
        if is_shown:
            reached = replace(sync, state=transition.state, waits_for=transition.waits_for, **transition.updates)
            update_status_message(session, reached, now)


def _end(context: Context, claim: Claim, sync: Sync, transition: Transition) -> None:
    with context.database.write() as session:
        enterprises.lock_queue(session, sync.enterprise_id, sync.cluster_id)
        if transition.unpause:
            clusters.unpause(session, sync.cluster_id)
        _write_end(session, claim, sync, transition, context.now())


def _write_end(session: Session, claim: Claim, sync: Sync, transition: Transition, now: datetime) -> None:
    """End a sync and update its status message, and that of the sync that is the next of the queue now.

    If the notice of its end carries a new roster, the sync is due again when that is read, or cannot be read in time.
    """
    values: SyncUpdates = {"ended_at": now, **transition.updates}
    due_at = now
    if sync_notices.needs_roster(transition.state, values.get("cause")):
        values["roster_id"] = rosters.request(session, sync.enterprise_id, now, restart=True)
        due_at = now + sync_notices.ROSTER_WAIT
    following = syncs.end(session, claim, now, transition.state, due_at=due_at, **values)
    update_status_message(session, replace(sync, state=transition.state, head=False, waits_for=None, **values), now)
    if following is not None:
        update_status_message(session, following, now)


JOB = Job(syncs.KIND, syncs.claim, work, syncs.next_due, lambda _settings: THREADS, failed)
