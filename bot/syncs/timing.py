"""When a sync may start, how long one takes, and how long to wait between two looks at Webex."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median

from bot.webex.errors import MAX_PAUSE
from storage.values.provider_access import Outage
from storage.values.records import Sync, SyncState

MAX_QUEUE_TIME = timedelta(hours=24)
"""How long a sync may wait in the queue: as long as the default hold."""

MIN_PAUSE = timedelta(seconds=15)
"""The first pause of a busy cluster, if Webex names no time. Short, for there may be room at any moment; it doubles."""

NEXT_TRY_WAIT = timedelta(seconds=5)
"""How soon the next of a queue is tried if Webex did not answer about the first, or refused the access.

The next may well fail, too: it waits a little, so that a long queue does not rush."""

OWN_RUN_WAIT = timedelta(minutes=1)
"""How long a sync rests if Webex says that it runs one of its own for the enterprise, but does not show it."""

MAX_POLL_FACTOR = 4
"""How much further apart than at first polls may be: a long sync needs few, but its end must be noticed soon."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many seconds a sync will probably take; `own` says that this comes from the enterprise's own syncs."""

    seconds: float
    own: bool


def hold_until(last_completed: Sync | None, hold: timedelta) -> datetime | None:
    """Return when the hold of the last completed sync ends; None if no sync has completed."""
    if last_completed is None or last_completed.ended_at is None:
        return None
    return last_completed.ended_at + hold


def rest_end(sync: Sync, now: datetime) -> datetime | None:
    """Return until when a queued sync rests; None if it does not rest."""
    is_resting = sync.state is SyncState.QUEUED and sync.rests_until is not None and sync.rests_until > now
    return sync.rests_until if is_resting else None


def overdue_before(now: datetime, outage: Outage | None) -> datetime:
    """Return the time before which a sync was asked for if it has waited too long in the queue by now.

    While Webex refuses the provider's access, no sync waits too long. When the access works again, the time begins
    again, because there may have been other such times before.
    """
    before = now - MAX_QUEUE_TIME
    is_recent = outage is not None and (outage.ended_at is None or outage.ended_at >= before)
    return datetime.min.replace(tzinfo=UTC) if is_recent else before


def estimate(own: Sequence[float], of_cluster: Sequence[float]) -> Estimate | None:
    """Return the median of the seconds of the enterprise's syncs; if it has none, of its cluster's."""
    known = own or of_cluster
    return Estimate(median(known), own=bool(own)) if known else None


def poll_wait(sync: Sync, poll: timedelta) -> timedelta:
    """Return how long to wait before the next poll: longer after every fourth, up to MAX_POLL_FACTOR times `poll`."""
    return poll * min(1 + sync.polls // 4, MAX_POLL_FACTOR)


def cluster_pause(pauses: int, retry_after: timedelta | None) -> timedelta:
    """Return how long a busy cluster rests: `retry_after` if Webex names it, else longer each time."""
    if retry_after is not None:
        return retry_after
    return min(MIN_PAUSE * 2.0 ** min(pauses, 6), MAX_PAUSE)
