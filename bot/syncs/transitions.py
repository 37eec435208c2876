"""Decides a sync's next state from its state and from what Webex answered."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Unpack

from bot.syncs import webex_runs
from bot.syncs.next_state import SyncUpdates, Transition, failed
from bot.syncs.timing import NEXT_TRY_WAIT, OWN_RUN_WAIT, cluster_pause, poll_wait
from bot.webex import sync_error_codes
from bot.webex.errors import (
    ACCESS_PAUSE,
    TOKEN_PAUSE,
    AccessRefused,
    RateLimited,
    Rejected,
    ScopeMissing,
    TokenUnavailable,
    WebexFailure,
)
from bot.webex.sync_error_codes import ErrorKind
from storage.values.records import Cause, Sync, SyncState, WaitsFor, WebexSyncStatus

ADOPT_WINDOW = timedelta(minutes=2)
"""How long to look for a run that Webex may have begun, before asking again: a run that began shows up earlier."""

MAX_STARTS = 5
"""How often Webex is asked to start a sync that fails in passing: with the pauses, for about four minutes."""

MAX_REJECTIONS = 2
"""How many rejected status reads a queued sync survives: Webex may reject one by mistake, but hardly three."""

MAX_UNREAD_TIME = timedelta(hours=24)
"""How much longer than its time limit a sync may take while Webex fails: it keeps its cluster from others so long."""


def after_failure(
    sync: Sync, failure: Exception, now: datetime, timeout: timedelta, failures: int, wait: timedelta
) -> Transition | None:
    """Return what follows if a sync's status could not be read, `failures` times before; None to try again later.

    `wait` is how long to wait before it is read again.
    """
    if sync.state is SyncState.QUEUED:
        if isinstance(failure, AccessRefused):
            return _without_access(failure)
        # After a 404 the enterprise's id is looked up again, which may well help.
        if isinstance(failure, Rejected) and failure.status != 404 and failures >= MAX_REJECTIONS:
            return _rejected(failure)
        # A single failure can be chance, but others do not wait long for that. Without a token, none can be tried.
        if (failures or wait > NEXT_TRY_WAIT) and not isinstance(failure, TokenUnavailable):
            return replace(_rests(wait, WaitsFor.RETRY), next_wait=NEXT_TRY_WAIT, failures=failures + 1)
        return None
    if isinstance(failure, (AccessRefused, TokenUnavailable)):
        return None
    # As long as Webex cannot be read at all, it may have completed the sync.
    limit = timeout if isinstance(failure, Rejected) else timeout + MAX_UNREAD_TIME
    return failed(Cause.TIMED_OUT) if _is_timed_out(sync, now, limit) else None


def from_queued(sync: Sync, webex_status: WebexSyncStatus, now: datetime, poll: timedelta) -> Transition:
    """Start the sync at the head of the queue, unless Webex runs a sync of its own."""
    if webex_status.enabled is False:
        return failed(Cause.SWITCHED_OFF)
    if webex_runs.is_running(webex_status.status):
        return _rests(poll_wait(sync, poll), WaitsFor.WEBEX, polls=sync.polls + 1)
    return Transition(
        SyncState.STARTING,
        updates={
            "starting_at": now,
            "starts": sync.starts + 1,
            "before_started_at": webex_status.started_at,
            "before_tracking_id": webex_status.tracking_id,
            "polls": 0,
            # An earlier start may have left these.
            "started_at": None,
            "tracking_id": None,
            "webex_status": None,
            "counts": {},
        },
        start_sync=True,
    )


def from_start_request(failure: WebexFailure | None, starts: int, pauses: int, poll: timedelta) -> Transition:
    """Follow our request to start: number `starts` of this sync, after `pauses` pauses of its cluster in a row."""
    if failure is None:
        return Transition(SyncState.RUNNING, poll, unpause=pauses > 0)
    if isinstance(failure, AccessRefused):
        # Webex has not started the sync, and this says nothing against it, so it does not count as a start.
        return replace(_without_access(failure), updates={"starts": starts - 1})
    if isinstance(failure, TokenUnavailable):
        return Transition(SyncState.QUEUED, TOKEN_PAUSE, WaitsFor.RETRY, {"starts": starts - 1})
    if not isinstance(failure, (RateLimited, Rejected)) or (isinstance(failure, Rejected) and failure.status < 300):
        return Transition(SyncState.STARTING, poll)
    kind = sync_error_codes.error_kind(failure.codes)
    retry_after = failure.retry_after if isinstance(failure, RateLimited) else None
    # Neither a sync of Webex's own nor a cluster without room says anything against the sync: they count as no start.
    if kind is ErrorKind.IN_PROGRESS:
        return _rests(retry_after or OWN_RUN_WAIT, WaitsFor.WEBEX, starts=starts - 1)
    if kind is ErrorKind.BUSY or isinstance(failure, RateLimited):
        return _cluster_busy(cluster_pause(pauses, retry_after), starts=starts - 1)
    if kind is ErrorKind.TEMPORARY and starts < MAX_STARTS:
        return _rests(cluster_pause(starts - 1, None), WaitsFor.RETRY)
    return _rejected(failure)


def from_starting(
    sync: Sync, webex_status: WebexSyncStatus, now: datetime, poll: timedelta, timeout: timedelta
) -> Transition:
    """Adopt the run if Webex shows a new one; without one, go back to the queue after ADOPT_WINDOW."""
    if webex_runs.is_new(sync, webex_status):
        adopted = from_running(sync, webex_status, now, poll, timeout)
        return replace(adopted, unpause=adopted.pause is None)
    if sync.starting_at is not None and now - sync.starting_at < ADOPT_WINDOW:
        return Transition(SyncState.STARTING, poll)
    return _rests(timedelta(0), WaitsFor.RETRY)


def from_running(
    sync: Sync, webex_status: WebexSyncStatus, now: datetime, poll: timedelta, timeout: timedelta
) -> Transition:
    """Follow a run until it ends. If it failed for lack of room or in passing, the sync is queued again."""
    if webex_runs.is_replaced(sync, webex_status):
        return _from_replaced(sync, webex_status)
    updates: SyncUpdates = {"webex_status": webex_status.status}
    if webex_runs.is_new(sync, webex_status):
        updates["started_at"] = webex_status.started_at or sync.started_at
        updates["tracking_id"] = webex_status.tracking_id or sync.tracking_id
        updates["counts"] = webex_status.counts
        succeeded = webex_runs.succeeded(webex_status.status)
        if succeeded is not None:
            kind = None if succeeded else sync_error_codes.error_kind(error.code for error in webex_status.errors)
            wait = cluster_pause(sync.starts - 1, None)
            if kind is ErrorKind.BUSY:
                return _cluster_busy(wait, **updates)
            if kind is ErrorKind.IN_PROGRESS:
                return _rests(OWN_RUN_WAIT, WaitsFor.WEBEX, **updates)
            if kind is ErrorKind.TEMPORARY and sync.starts < MAX_STARTS:
                return _rests(wait, WaitsFor.RETRY, **updates)
            updates["ended_at"], updates["seconds"] = webex_runs.end(sync, webex_status, now)
            updates["errors"] = webex_status.errors
            if succeeded:
                return Transition(SyncState.COMPLETED, updates=updates)
            return failed(_cause_among((error.code for error in webex_status.errors), Cause.WEBEX_FAILED), **updates)
    if _is_timed_out(sync, now, timeout):
        return failed(Cause.TIMED_OUT, **updates)
    return Transition(SyncState.RUNNING, poll_wait(sync, poll), updates={**updates, "polls": sync.polls + 1})


def _from_replaced(sync: Sync, webex_status: WebexSyncStatus) -> Transition:
    succeeded_at = webex_runs.success_before_replaced(sync, webex_status)
    if sync.started_at is None or succeeded_at is None:
        return failed(Cause.LOST)
    seconds = (succeeded_at - sync.started_at).total_seconds()
    return Transition(SyncState.COMPLETED, updates={"ended_at": succeeded_at, "seconds": seconds, "counts": {}})


def _rests(wait: timedelta, waits_for: WaitsFor, **updates: Unpack[SyncUpdates]) -> Transition:
    """Let a sync rest that its enterprise keeps from starting: the others of its queue go on."""
    return Transition(SyncState.QUEUED, wait, waits_for, updates, gives_way=True)


def _cluster_busy(pause: timedelta, **updates: Unpack[SyncUpdates]) -> Transition:
    """Pause the cluster. The next of its queue is tried then, in case that Webex was busy for this sync alone."""
    return Transition(SyncState.QUEUED, pause, WaitsFor.CLUSTER, updates, pause=pause, gives_way=True)


def _without_access(failure: AccessRefused) -> Transition:
    waiting = Transition(SyncState.QUEUED, ACCESS_PAUSE, WaitsFor.ACCESS)
    # After a 403, nothing but other syncs can show whether the token or the enterprise is why.
    return replace(waiting, gives_way=True, next_wait=NEXT_TRY_WAIT) if isinstance(failure, ScopeMissing) else waiting


def _rejected(failure: Rejected) -> Transition:
    said = failure.webex_message or str(failure)
    return failed(
        _cause_among(failure.codes, Cause.REFUSED),
        errors=tuple((code, said) for code in failure.codes),
        reason=said,
        tracking_id=failure.tracking_id,
    )


def _cause_among(codes: Iterable[int], other: Cause) -> Cause:
    return Cause.NOBODY_ACTIVATED if sync_error_codes.NOBODY_ACTIVATED in codes else other


def _is_timed_out(sync: Sync, now: datetime, timeout: timedelta) -> bool:
    return sync.starting_at is not None and now - sync.starting_at > timeout
