"""A sync's next state, as a value: what changes on its row, and what happens to its cluster."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypedDict, Unpack

from storage.values.records import Cause, SyncState, WaitsFor


class SyncUpdates(TypedDict, total=False):
    """New values for fields of `Sync`."""

    starts: int
    polls: int
    starting_at: datetime
    before_started_at: datetime | None
    before_tracking_id: str | None
    started_at: datetime | None
    tracking_id: str | None
    webex_status: str | None
    counts: dict[str, int]
    ended_at: datetime
    seconds: float
    errors: tuple[tuple[int, str], ...]
    cause: Cause
    reason: str
    roster_id: int


@dataclass(frozen=True, slots=True)
class Transition:
    """A sync's next state, how long to wait before the next look at it, and its new values.

    `pause` is how long its whole cluster is paused. `unpause` says that the cluster took a sync, so it is no longer
    busy. `start_sync` says that Webex must now be asked to start. `gives_way` says that the sync goes to the end of its
    queue and rests for `wait`, unless its whole cluster is paused; the next of the queue is tried after `next_wait`.
    `failures` is how many reads of the status have failed in a row.
    """

    state: SyncState
    wait: timedelta = timedelta(0)
    waits_for: WaitsFor | None = None
    updates: SyncUpdates = field(default_factory=SyncUpdates)
    pause: timedelta | None = None
    unpause: bool = False
    start_sync: bool = False
    gives_way: bool = False
    next_wait: timedelta = timedelta(0)
    failures: int = 0

    @property
    def is_final(self) -> bool:
        """Whether the sync is over."""
        return self.state in (SyncState.COMPLETED, SyncState.FAILED, SyncState.CANCELLED)


def failed(cause: Cause, /, **updates: Unpack[SyncUpdates]) -> Transition:
    """Return the end of a sync that cannot succeed."""
    return Transition(SyncState.FAILED, updates={**updates, "cause": cause})


def cancelled(cause: Cause) -> Transition:
    """Return the end of a sync that nobody wants any more."""
    return Transition(SyncState.CANCELLED, updates={"cause": cause})
