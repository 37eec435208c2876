"""Who may, for which enterprise, and when next: questions about values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from bot.chat.command import Command, Who
from bot.chat.message import Asker
from storage.records import Roster, Sync


def may_run(asker: Asker, command: Command) -> bool:
    """Whether somebody may run a command at all; whoever is neither admin nor operator may run none."""
    if asker.operator:
        return True
    return command.who is Who.ADMIN and bool(asker.enterprise_ids)


def is_fresh(roster: Roster, now: datetime, oldest: timedelta, received_at: datetime) -> bool:
    """Whether a roster is to be answered from as it is: it is not older than allowed, or newer than the question."""
    return roster.as_of >= min(now - oldest, received_at)


def is_refreshed(roster: Roster, received_at: datetime, *, just_read: bool) -> bool:
    """Whether all licence holders were read since that was asked for; `just_read` where a reading of all of them has
    ended since, which may have begun before.
    """
    if just_read and roster.as_of >= received_at:
        return True
    return roster.whole_at is not None and roster.whole_at >= received_at


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
