"""When the next sync may start, and how long one takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from storage.values.records import Sync


def hold_until(last_completed: Sync | None, hold: timedelta) -> datetime | None:
    """When the hold of the last completed sync ends; None where none was ever completed."""
    if last_completed is None or last_completed.ended_at is None:
        return None
    return last_completed.ended_at + hold


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many seconds a sync will probably take; `own` where the enterprise's own syncs say so."""

    seconds: float
    own: bool


def estimate(own: Sequence[float], of_cluster: Sequence[float]) -> Estimate | None:
    """How long a sync will probably take: by those of the enterprise, else of its cluster."""
    known = own or of_cluster
    return Estimate(median(known), own=bool(own)) if known else None
