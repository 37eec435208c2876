"""A sync's state and what Webex answered → its next state."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.webex import sync_error_codes
from bot.webex.errors import RateLimited, Rejected, WebexFailure
from bot.webex.sync_error_codes import Nature
from storage.values.records import Cause, Sync, SyncState, WaitsFor, WebexSyncStatus

ADOPT_WINDOW = timedelta(minutes=2)
"""How long a run that Webex may have begun is looked for before it is asked for again."""

MAX_QUEUE_TIME = timedelta(hours=24)
MAX_PAUSE = timedelta(minutes=5)
MAX_POLL_FACTOR = 4

MAX_STARTS = 5
"""How often Webex is asked to start a sync that fails in passing."""

MAX_REJECTIONS = 2
"""How many failed looks at a queued sync's enterprise a refusal to tell may follow without ending the sync."""

_COMPLETE = frozenset({"COMPLETE", "COMPLETED"})
_FAILED = frozenset({"FAILED", "FAILURE", "ERROR"})
_RUNNING = frozenset({"IN_PROGRESS", "INPROGRESS"})


@dataclass(frozen=True, slots=True)
class Transition:
    """What becomes of a sync: its next state, when it is looked at again, and what is learned.

    `updates` are fields of `Sync`. `pause` tells for how long the whole cluster is to rest, `unpause` that it has taken
    a sync and is busy no longer, `start_sync` that Webex is to be asked now.
    """

    state: SyncState
    wait: timedelta = timedelta(0)
    waits_for: WaitsFor | None = None
    updates: dict[str, Any] = field(default_factory=dict)
    pause: timedelta | None = None
    unpause: bool = False
    start_sync: bool = False

    @property
    def is_final(self) -> bool:
        """Whether the sync is over."""
        return self.state in (SyncState.COMPLETED, SyncState.FAILED, SyncState.CANCELLED)


def failed(cause: Cause, **updates: Any) -> Transition:
    """The end of a sync that cannot succeed."""
    return Transition(SyncState.FAILED, updates={"cause": cause, **updates})


def cancelled(cause: Cause) -> Transition:
    """The end of a sync that nobody is left to want."""
    return Transition(SyncState.CANCELLED, updates={"cause": cause})


def poll_after(sync: Sync, poll: timedelta) -> timedelta:
    """Polls come slower and slower, up to four times as far apart as at first."""
    return poll * min(1 + sync.polls // 4, MAX_POLL_FACTOR)


def is_running(status: str | None) -> bool:
    """Whether Webex's word for a run says that it goes on."""
    return _word(status) in _RUNNING


def succeeded(status: str | None) -> bool | None:
    """Whether Webex's word for a run says that it succeeded or failed; None for any other word."""
    word = _word(status)
    return True if word in _COMPLETE else False if word in _FAILED else None


def overdue(sync: Sync, now: datetime) -> bool:
    """Whether a queued sync has waited too long to be started at all."""
    return now - sync.asked_at > MAX_QUEUE_TIME


def after_failure(
    sync: Sync, failure: Exception, now: datetime, timeout: timedelta, failures: int
) -> Transition | None:
    """Webex could not be asked how things are: the end of a sync that has no prospect, None for another look."""
    if sync.state is SyncState.QUEUED:
        # A 404 has the enterprise looked up anew, which may well help.
        if isinstance(failure, Rejected) and failure.status != 404 and failures >= MAX_REJECTIONS:
            return _refused(failure)
        return failed(Cause.NOT_STARTED) if overdue(sync, now) else None
    return failed(Cause.TIMED_OUT) if _too_long(sync, now, timeout) else None


def from_queued(sync: Sync, reading: WebexSyncStatus, now: datetime, poll: timedelta) -> Transition:
    """At the head of the queue: start, unless Webex runs a sync of its own."""
    if overdue(sync, now):
        return failed(Cause.NOT_STARTED)
    if reading.enabled is False:
        return failed(Cause.SWITCHED_OFF)
    if is_running(reading.status):
        return Transition(SyncState.QUEUED, poll_after(sync, poll), WaitsFor.WEBEX, {"polls": sync.polls + 1})
    return Transition(
        SyncState.STARTING,
        updates={
            "starting_at": now,
            "starts": sync.starts + 1,
            "before_started_at": reading.started_at,
            "before_tracking_id": reading.tracking_id,
            "polls": 0,
            # What a try before this one has left.
            "started_at": None,
            "tracking_id": None,
            "webex_status": None,
            "counts": {},
        },
        start_sync=True,
    )


def from_asking(failure: WebexFailure | None, starts: int, pauses: int, poll: timedelta) -> Transition:
    """Webex has answered our `starts`th request to start, or has not; its cluster was busy `pauses` times in a row."""
    if failure is None:
        return Transition(SyncState.RUNNING, poll, unpause=pauses > 0)
    if isinstance(failure, RateLimited):
        return _busy(starts, pause(pauses, failure.retry_after))
    if not isinstance(failure, Rejected) or failure.status < 300:
        return Transition(SyncState.STARTING, poll)
    nature = sync_error_codes.nature(failure.codes)
    if nature is Nature.BUSY:
        return _busy(starts, pause(pauses, None))
    if nature is Nature.PASSING and starts < MAX_STARTS:
        return Transition(SyncState.QUEUED, pause(starts - 1, None), WaitsFor.RETRY)
    return _refused(failure)


def _busy(starts: int, rest: timedelta) -> Transition:
    """The cluster has no room, which says nothing against the sync: it does not count as a start."""
    return Transition(SyncState.QUEUED, rest, WaitsFor.CLUSTER, {"starts": starts - 1}, pause=rest)


def from_starting(
    sync: Sync, reading: WebexSyncStatus, now: datetime, poll: timedelta, timeout: timedelta
) -> Transition:
    """Whether Webex has begun is not known: adopt its run, or after two minutes without one go back."""
    if _is_new(sync, reading):
        adopted = from_running(sync, reading, now, poll, timeout)
        return replace(adopted, unpause=adopted.pause is None)
    if sync.starting_at is not None and now - sync.starting_at < ADOPT_WINDOW:
        return Transition(SyncState.STARTING, poll)
    return Transition(SyncState.QUEUED)


def from_running(
    sync: Sync, reading: WebexSyncStatus, now: datetime, poll: timedelta, timeout: timedelta
) -> Transition:
    """While Webex works: what its account of the run says.

    One that failed for want of room, or in passing, is asked for again.
    """
    updates: dict[str, Any] = {"webex_status": reading.status}
    if _is_replaced(sync, reading):
        return _replaced(sync, reading)
    if _is_new(sync, reading):
        updates |= {
            "started_at": reading.started_at or sync.started_at,
            "tracking_id": reading.tracking_id or sync.tracking_id,
            "counts": reading.counts,
        }
        end = succeeded(reading.status)
        if end is True:
            return Transition(
                SyncState.COMPLETED, updates=updates | _end(sync, reading, now) | {"errors": reading.errors}
            )
        if end is False:
            nature, rest = sync_error_codes.nature(error.code for error in reading.errors), pause(sync.starts - 1, None)
            if nature is Nature.BUSY:
                return Transition(SyncState.QUEUED, rest, WaitsFor.CLUSTER, updates, pause=rest)
            if nature is Nature.PASSING and sync.starts < MAX_STARTS:
                return Transition(SyncState.QUEUED, rest, WaitsFor.RETRY, updates)
            nobody = any(error.code == sync_error_codes.NOBODY_ACTIVATED for error in reading.errors)
            cause = Cause.NOBODY_ACTIVATED if nobody else Cause.WEBEX_FAILED
            return failed(cause, **updates, **_end(sync, reading, now), errors=reading.errors)
    if _too_long(sync, now, timeout):
        return failed(Cause.TIMED_OUT, **updates)
    return Transition(SyncState.RUNNING, poll_after(sync, poll), updates=updates | {"polls": sync.polls + 1})


def _is_new(sync: Sync, reading: WebexSyncStatus) -> bool:
    """A run with another start or tracking id than the one before; clocks are never compared.

    What Webex left out of either account tells nothing, unless it knew of no run at all before.
    """
    before, told = (sync.before_started_at, sync.before_tracking_id), (reading.started_at, reading.tracking_id)
    if before == (None, None):
        return told != (None, None)
    return any(old is not None and new is not None and new != old for old, new in zip(before, told, strict=True))


def _is_replaced(sync: Sync, reading: WebexSyncStatus) -> bool:
    """Whether Webex tells of a later run than the one that was adopted: ours ended between two polls."""
    if sync.started_at is None or reading.started_at is None or reading.started_at == sync.started_at:
        return False
    return _is_new(sync, reading) and (reading.tracking_id is None or reading.tracking_id != sync.tracking_id)


def _replaced(sync: Sync, reading: WebexSyncStatus) -> Transition:
    """How a run ended that Webex tells of no more: well, if a sync has succeeded between it and the later one."""
    began, succeeded_at, later = sync.started_at, reading.succeeded_at, reading.started_at
    if began is None or succeeded_at is None or later is None or not began <= succeeded_at < later:
        return failed(Cause.LOST)
    seconds = (succeeded_at - began).total_seconds()
    return Transition(SyncState.COMPLETED, updates={"ended_at": succeeded_at, "seconds": seconds, "counts": {}})


def _end(sync: Sync, reading: WebexSyncStatus, now: datetime) -> dict[str, Any]:
    """When a run ended and how many seconds it took, by Webex's clock alone where it tells both ends, else by ours.

    An end before the start belongs to the run before.
    """
    if reading.started_at and reading.ended_at and reading.ended_at >= reading.started_at:
        return {"ended_at": reading.ended_at, "seconds": (reading.ended_at - reading.started_at).total_seconds()}
    return {"ended_at": now, "seconds": (now - (sync.starting_at or now)).total_seconds()}


def pause(pauses: int, retry_after: float | None) -> timedelta:
    """How long a busy cluster is left alone: as Webex says, else longer each time."""
    if retry_after is not None:
        return min(max(timedelta(seconds=retry_after), timedelta(seconds=1)), MAX_PAUSE)
    return min(timedelta(seconds=15.0 * 2.0 ** min(pauses, 6)), MAX_PAUSE)


def _too_long(sync: Sync, now: datetime, timeout: timedelta) -> bool:
    return sync.starting_at is not None and now - sync.starting_at > timeout


def _word(status: str | None) -> str:
    return (status or "").strip().upper().replace(" ", "_")


def _refused(rejected: Rejected) -> Transition:
    cause = Cause.NOBODY_ACTIVATED if sync_error_codes.NOBODY_ACTIVATED in rejected.codes else Cause.REFUSED
    said = rejected.said or str(rejected)
    told = tuple((code, said) for code in rejected.codes)
    return failed(cause, errors=told, reason=said, tracking_id=rejected.tracking_id)
