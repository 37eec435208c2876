"""Moves syncs, one state at a time: no thread waits while Webex works, each look at it is a due time on the row."""

import logging
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.jobs import sync_notices
from bot.jobs.engine.context import Context
from bot.jobs.engine.job import Job
from bot.jobs.webex_status import find_webex_id
from bot.services.messages import update_status_message
from bot.syncs import transitions
from bot.syncs.transitions import SyncUpdates, Transition
from bot.webex.errors import Rejected, Unavailable, WebexFailure
from storage import admins, clusters, enterprises, followers, queues, rosters, syncs, webex_status
from storage.models import SyncRow
from storage.models.syncs import to_sync
from storage.values.records import ACTIVE, Cause, Claim, Sync, SyncState, WebexSyncStatus

log = logging.getLogger(__name__)


def work(context: Context, row: SyncRow) -> None:
    """Bring one sync a state further, or tell people how it ended."""
    claim, sync = Claim(row.id, row.attempt), to_sync(row)
    if sync.state in ACTIVE:
        _advance(context, claim, sync, row.webex_id)
    else:
        sync_notices.tell(context, claim, sync, row.failures)


def failed(context: Context, row: SyncRow, error: Exception) -> bool:
    """End a sync that has no prospect; forget Webex's id of an enterprise that Webex does not know."""
    with context.database.read() as session:
        sync = syncs.get(session, row.id)  # it may have gone a state further before it failed
    if isinstance(error, Rejected) and error.status == 404:
        with context.database.write() as session:
            enterprises.forget_webex_id(session, sync.enterprise_id)
    if sync.state not in ACTIVE:
        return False
    end = transitions.after_failure(sync, error, context.now(), context.settings.sync_timeout, row.failures)
    if end is None:
        return False
    _write(context, Claim(row.id, row.attempt), sync, end)
    return True


def requeue_overdue(context: Context) -> None:
    """Have queued syncs end that have not come up within a day."""
    now = context.now()
    more = True
    while more and not context.stopping.is_set():
        with context.database.write() as session:
            more = queues.requeue_overdue(session, now - transitions.MAX_QUEUE_TIME, now)


def _advance(context: Context, claim: Claim, sync: Sync, webex_id: str | None) -> None:
    now, poll, timeout = context.now(), context.settings.sync_poll, context.settings.sync_timeout
    # Only the head is due by itself: any other was called up because its time is over, by whoever's clock.
    if sync.state is SyncState.QUEUED and (not sync.head or transitions.is_overdue(sync, now)):
        _write(context, claim, sync, transitions.failed(Cause.NOT_STARTED))
        return
    webex_id = webex_id or _found(context, sync)
    if webex_id is None:
        if sync.state is not SyncState.QUEUED:
            raise Unavailable("Webex does not know the enterprise just now")
        _write(context, claim, sync, transitions.failed(Cause.NOBODY_ACTIVATED))
        return
    reading = context.broadworks.sync_reading(webex_id)
    if sync.state is SyncState.STARTING:
        _write(context, claim, sync, transitions.from_starting(sync, reading, now, poll, timeout))
    elif sync.state is SyncState.RUNNING:
        _write(context, claim, sync, transitions.from_running(sync, reading, now, poll, timeout))
    else:
        planned = transitions.from_queued(sync, reading, now, poll)
        if planned.start_sync:
            _start(context, claim, sync, webex_id, planned, reading)
        else:
            _write(context, claim, sync, planned, reading)


def _start(
    context: Context, claim: Claim, sync: Sync, webex_id: str, planned: Transition, reading: WebexSyncStatus
) -> None:
    """Commit that Webex is about to be asked, then ask: after a crash in between it is never asked blindly.

    Nobody starts a sync for people who have lost their rights since they asked.
    """
    now = context.now()
    with context.database.write() as session:
        pauses = enterprises.lock_queue(session, sync.enterprise_id, sync.cluster_id)
        if not followers.with_rights(session, sync.id, admins.team(session, sync.enterprise_id)):
            _end(session, claim, sync, transitions.cancelled(Cause.NO_RIGHTS), now)
            return
        webex_status.store(session, sync.enterprise_id, reading, now)
        # The two minutes in which its run may show begin now, not before the reading that may have taken its time.
        updates: SyncUpdates = {**planned.updates, "starting_at": now}
        starting = replace(sync, state=planned.state, waits_for=None, **updates)
        syncs.move(session, claim, now, keep_claim=True, state=planned.state, waits_for=None, **updates)
        update_status_message(session, starting, now)
    failure: WebexFailure | None = None
    try:
        context.broadworks.start_sync(webex_id)
    except WebexFailure as raised:
        failure = raised
        log.warning("sync %d: Webex was asked to start: %s", sync.id, raised)
    asked = transitions.from_start_request(failure, starting.starts, pauses, context.settings.sync_poll)
    _write(context, claim, starting, asked)


def _found(context: Context, sync: Sync) -> str | None:
    """By which id Webex knows the enterprise; None where nobody has activated yet."""
    with context.database.read() as session:
        enterprise = enterprises.get(session, sync.enterprise_id)
    return find_webex_id(context, enterprise)


def _write(
    context: Context, claim: Claim, sync: Sync, planned: Transition, reading: WebexSyncStatus | None = None
) -> None:
    """Write a sync's next state. Whoever changes a queue locks the enterprise and the cluster before the sync."""
    now = context.now()
    if planned.is_final:
        with context.database.write() as session:
            enterprises.lock_queue(session, sync.enterprise_id, sync.cluster_id)
            if planned.unpause:
                clusters.unpause(session, sync.cluster_id)
            _end(session, claim, sync, planned, now)
        return
    reached = replace(sync, state=planned.state, waits_for=planned.waits_for, **planned.updates)
    values: dict[str, Any] = {
        **planned.updates,
        "state": planned.state,
        "waits_for": planned.waits_for,
        "due_at": now + planned.wait,
        "failures": 0,
    }
    changed = (planned.state, planned.waits_for) != (sync.state, sync.waits_for)
    kept = reading if changed else None
    shown = changed and sync.status_outbox_id is not None
    if kept is None and planned.pause is None and not (planned.unpause or shown):
        with context.database.single_write() as connection:
            syncs.move(connection, claim, now, **values)
        return
    with context.database.write() as session:
        if kept is not None:
            enterprises.lock(session, sync.enterprise_id)
            webex_status.store(session, sync.enterprise_id, kept, now)
        if planned.pause is not None:
            clusters.pause(session, sync.cluster_id, now + planned.pause)
        elif planned.unpause:
            clusters.unpause(session, sync.cluster_id)
        syncs.move(session, claim, now, **values)
        if shown:
            update_status_message(session, reached, now)


def _end(session: Session, claim: Claim, sync: Sync, planned: Transition, now: datetime) -> None:
    """End a sync, and show that it is over and that another is next by that.

    Where its end is told with the roster that is to be read anew, it comes back when that is there or cannot be had.
    """
    values: SyncUpdates = {"ended_at": now, **planned.updates}
    due_at = now
    if sync_notices.told_with_roster(planned.state, values.get("cause")):
        values["roster_id"] = rosters.request(session, sync.enterprise_id, now, restart=True)
        due_at = now + sync_notices.ROSTER_WAIT
    following = syncs.end(session, claim, now, planned.state, due_at=due_at, **values)
    update_status_message(session, replace(sync, state=planned.state, head=False, waits_for=None, **values), now)
    if following is not None:
        update_status_message(session, following, now)


JOB = Job(syncs.KIND, syncs.claim, work, syncs.next_due, lambda _settings: 2, failed)
