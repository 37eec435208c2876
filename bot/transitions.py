"""A sync's state and what Webex answered → its next state."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.failures import RateLimited, Rejected, WebexFailure
from bot.wire import SyncReading
from storage.records import Sync, SyncState

DOUBT = timedelta(minutes=2)
"""How long a run that Webex may have begun is looked for before it is asked for again."""

LONGEST_QUEUE = timedelta(hours=24)
LONGEST_PAUSE = timedelta(minutes=5)
SLOWEST_POLL = 4

BUSY_CODES = frozenset({600005, 600006, 600009})
"""Webex's codes for "not now", from Cisco's table of directory sync errors."""

NOBODY_CODE = 600029

MOST_REJECTIONS = 2
"""How often Webex may refuse to tell how a queued sync's enterprise stands before the sync fails."""

_NOT_STARTED = "It could not be started within 24 hours."
_NOBODY = "No licence holder of this enterprise has activated yet. Ask somebody to activate, then ask for a sync again."

_COMPLETE = frozenset({"COMPLETE", "COMPLETED"})
_FAILED = frozenset({"FAILED", "FAILURE", "ERROR"})
_RUNNING = frozenset({"IN_PROGRESS", "INPROGRESS"})


@dataclass(frozen=True, slots=True)
class Move:
    """What becomes of a sync: its next state, when it is looked at again, and what is learned.

    `pause` tells for how long the whole cluster is to rest; `ask` that Webex is to be asked now.
    """

    state: SyncState
    wait: timedelta = timedelta(0)
    learned: dict[str, Any] = field(default_factory=dict)
    pause: timedelta | None = None
    ask: bool = False

    @property
    def ends(self) -> bool:
        """Whether the sync is over."""
        return self.state in (SyncState.COMPLETED, SyncState.FAILED, SyncState.CANCELLED)


def failed(reason: str, **learned: Any) -> Move:
    """The end of a sync that cannot succeed."""
    return Move(SyncState.FAILED, learned={"reason": reason, **learned})


def poll_after(sync: Sync, poll: timedelta) -> timedelta:
    """Polls come slower and slower, to a quarter of the first pace."""
    return poll * min(1 + sync.polls // 4, SLOWEST_POLL)


def after_failure(sync: Sync, failure: Exception, now: datetime, timeout: timedelta, failures: int) -> Move | None:
    """Webex could not be asked how things are: the end of a sync that has no prospect, None for another look."""
    if sync.state is SyncState.QUEUED:
        if isinstance(failure, Rejected) and failures >= MOST_REJECTIONS:
            return failed(_rejection(failure))
        return failed(_NOT_STARTED) if now - sync.asked_at > LONGEST_QUEUE else None
    if sync.starting_at is not None and now - sync.starting_at > timeout:
        return failed("Webex did not finish it in time.")
    return None


def from_queued(sync: Sync, reading: SyncReading, now: datetime, poll: timedelta) -> Move:
    """At the head of the queue: start, unless Webex runs a sync of its own."""
    if now - sync.asked_at > LONGEST_QUEUE:
        return failed(_NOT_STARTED)
    if reading.enabled is False:
        return failed("Directory sync is switched off for this enterprise. Your service provider can switch it on.")
    if _status(reading) in _RUNNING:
        return Move(SyncState.QUEUED, poll)
    return Move(
        SyncState.STARTING,
        learned={
            "starting_at": now,
            "before_started_at": reading.started_at,
            "before_tracking_id": reading.tracking_id,
            "polls": 0,
        },
        ask=True,
    )


def from_asking(failure: WebexFailure | None, pauses: int, poll: timedelta) -> Move:
    """Webex has answered our request to start, or has not."""
    if failure is None:
        return Move(SyncState.RUNNING, poll)
    if isinstance(failure, RateLimited):
        return Move(SyncState.QUEUED, pause=pause(pauses, failure.retry_after))
    if isinstance(failure, Rejected) and failure.status >= 300:
        if BUSY_CODES & set(failure.codes):
            return Move(SyncState.QUEUED, pause=pause(pauses, None))
        if NOBODY_CODE in failure.codes:
            return failed(_NOBODY, errors=[[NOBODY_CODE, "Nobody is activated"]])
        return failed(_rejection(failure))
    return Move(SyncState.STARTING, poll)


def from_starting(sync: Sync, reading: SyncReading, now: datetime, poll: timedelta, timeout: timedelta) -> Move:
    """Whether Webex has begun is not known: adopt its run, or after two minutes without one go back."""
    if _is_ours(sync, reading):
        return from_running(sync, reading, now, poll, timeout)
    if sync.starting_at is not None and now - sync.starting_at < DOUBT:
        return Move(SyncState.STARTING, poll)
    return Move(SyncState.QUEUED)


def from_running(sync: Sync, reading: SyncReading, now: datetime, poll: timedelta, timeout: timedelta) -> Move:
    """While Webex works: what its account of the run says."""
    status = _status(reading)
    learned: dict[str, Any] = {"webex_status": reading.status}
    if _is_ours(sync, reading):
        learned |= {"started_at": reading.started_at, "tracking_id": reading.tracking_id, "counts": reading.counts}
        errors = [[error.code, error.description] for error in reading.errors]
        if status in _COMPLETE:
            return Move(SyncState.COMPLETED, learned=learned | _end(sync, reading, now) | {"errors": errors})
        if status in _FAILED:
            return failed("Webex reports that the sync failed.", **learned, **_end(sync, reading, now), errors=errors)
    if sync.starting_at is not None and now - sync.starting_at > timeout:
        return failed("Webex did not finish it in time.", **learned)
    return Move(SyncState.RUNNING, poll_after(sync, poll), learned | {"polls": sync.polls + 1})


def _end(sync: Sync, reading: SyncReading, now: datetime) -> dict[str, Any]:
    """When a run ended and how many seconds it took, by Webex's clock alone where it tells both ends, else by ours.

    An end before the start belongs to the run before.
    """
    if reading.started_at and reading.ended_at and reading.ended_at >= reading.started_at:
        return {"ended_at": reading.ended_at, "seconds": (reading.ended_at - reading.started_at).total_seconds()}
    return {"ended_at": now, "seconds": (now - (sync.starting_at or now)).total_seconds()}


def pause(pauses: int, retry_after: float | None) -> timedelta:
    """How long a busy cluster is left alone: as Webex says, else longer each time."""
    if retry_after is not None:
        return min(max(timedelta(seconds=retry_after), timedelta(seconds=1)), LONGEST_PAUSE)
    return min(timedelta(seconds=15.0 * 2.0 ** min(pauses, 6)), LONGEST_PAUSE)


def _is_ours(sync: Sync, reading: SyncReading) -> bool:
    """A run with another start or tracking id than the one before; clocks are never compared."""
    new_start = reading.started_at is not None and reading.started_at != sync.before_started_at
    new_id = reading.tracking_id is not None and reading.tracking_id != sync.before_tracking_id
    return new_start or new_id


def _status(reading: SyncReading) -> str:
    return (reading.status or "").strip().upper().replace(" ", "_")


def _rejection(rejected: Rejected) -> str:
    codes = ", ".join(map(str, rejected.codes))
    handle = f" Tracking id: {rejected.tracking_id}." if rejected.tracking_id else ""
    return f"Webex refused it (HTTP {rejected.status}{', code ' + codes if codes else ''}).{handle}"
