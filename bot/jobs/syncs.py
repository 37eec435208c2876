"""Moves syncs, one state at a time: no thread waits while Webex works, each look at it is a due time on the row."""

import logging
from typing import Any

from bot import transitions
from bot.context import Context
from bot.failures import RateLimited, Rejected, WebexFailure
from bot.jobs import telling
from bot.jobs.retries import pause
from bot.replies import outcome
from bot.transitions import Move
from storage import clusters, enterprises, syncs
from storage.claims import ClaimLost
from storage.models import SyncRow
from storage.records import ACTIVE, Claim, Sync, SyncState

log = logging.getLogger(__name__)


def move(context: Context) -> bool:
    """Move one sync; False where none is due."""
    with context.held.take(context.database, syncs.claim, context.now()) as row:
        if row is None:
            return False
        claim = Claim(row.id, row.attempt)
        sync = syncs.record(row)
        try:
            if sync.state not in ACTIVE:
                telling.tell(context, claim, sync)
            else:
                _write(context, claim, sync, _next(context, claim, sync))
        except ClaimLost:
            raise
        except WebexFailure as failure:
            log.warning("sync %d, %s: %s", row.id, sync.state, failure)
            _again(context, claim, row, failure)
        except Exception as error:  # whatever fails must leave the row for later
            log.exception("sync %d failed in state %s (attempt %d)", row.id, sync.state, row.attempt)
            _again(context, claim, row, error)
    return True


def _next(context: Context, claim: Claim, sync: Sync) -> Move:
    now, poll, timeout = context.now(), context.settings.sync_poll, context.settings.sync_timeout
    webex_id = _webex_id(context, sync)
    if webex_id is None:
        return transitions.failed(outcome.no_enterprise())
    reading = context.broadworks.sync_reading(webex_id)
    if sync.state is SyncState.STARTING:
        return transitions.from_starting(sync, reading, now, poll, timeout)
    if sync.state is SyncState.RUNNING:
        return transitions.from_running(sync, reading, now, poll, timeout)
    planned = transitions.from_queued(sync, reading, now, poll)
    return _ask(context, claim, sync, webex_id, planned) if planned.ask else planned


def _ask(context: Context, claim: Claim, sync: Sync, webex_id: str, planned: Move) -> Move:
    """Commit that Webex is about to be asked, then ask: after a crash in between it is never asked blindly."""
    now = context.now()
    with context.database.write() as session:
        enterprises.lock(session, sync.enterprise_id)
        clusters.lock(session, sync.cluster_id)
        syncs.move(session, claim, now, hold=True, state=planned.state, **planned.learned)
        telling.show(session, sync.id, now)
        pauses = clusters.pauses(session, sync.cluster_id)
    failure: WebexFailure | None = None
    try:
        context.broadworks.start_sync(webex_id)
    except WebexFailure as raised:
        failure = raised
        log.warning("sync %d: Webex was asked to start: %s", sync.id, raised)
    return transitions.from_asking(failure, pauses, context.settings.sync_poll)


def _webex_id(context: Context, sync: Sync) -> str | None:
    """By which id Webex knows the enterprise: remembered, else asked; None where nobody has activated yet."""
    with context.database.read() as session:
        enterprise = enterprises.get(session, sync.enterprise_id)
    if enterprise.webex_id is not None:
        return enterprise.webex_id
    found = context.broadworks.enterprise(enterprise.sp_enterprise_id)
    if found is None:
        return None
    with context.database.write() as session:
        enterprises.learn_webex_id(session, enterprise.id, found.id, found.org_id)
    return found.id


def _write(context: Context, claim: Claim, sync: Sync, planned: Move) -> None:
    now = context.now()
    with context.database.write() as session:
        enterprises.lock(session, sync.enterprise_id)
        clusters.lock(session, sync.cluster_id)
        values: dict[str, Any] = dict(planned.learned)
        if planned.ends:
            values.setdefault("ended_at", now)
            syncs.end(session, claim, now, planned.state, **values)
        else:
            rest = planned.wait
            if planned.pause is not None:
                rest = planned.pause
                clusters.pause(session, sync.cluster_id, now + rest)
            syncs.move(session, claim, now, state=planned.state, due_at=now + rest, failures=0, **values)
        if planned.state is SyncState.RUNNING and sync.state is not SyncState.RUNNING:
            clusters.unpause(session, sync.cluster_id)
        if planned.state is not sync.state or planned.pause is not None:
            telling.show(session, sync.id, now)


def _again(context: Context, claim: Claim, row: SyncRow, failure: Exception) -> None:
    """Look again later, in the state the row is in by now; or end what has no prospect."""
    now = context.now()
    with context.database.read() as session:
        sync = syncs.get(session, claim.id)
    if isinstance(failure, Rejected) and failure.status == 404:
        with context.database.write() as session:
            enterprises.forget_webex_id(session, sync.enterprise_id)
    if sync.state in ACTIVE:
        hopeless = transitions.after_failure(sync, failure, now, context.settings.sync_timeout, row.failures)
        if hopeless is not None:
            _write(context, claim, sync, hopeless)
            return
    rest = pause(row.failures, failure if isinstance(failure, RateLimited) else None)
    with context.database.write() as session:
        syncs.move(session, claim, now, due_at=now + rest, failures=row.failures + 1, error=str(failure))
