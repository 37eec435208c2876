"""Which roster a command answers from: a fresh one, for which it waits a while, else the one there is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from bot.chat.command import Request
from bot.chat.message import FreshData, Wait
from bot.replies.licenses import reading
from storage import rosters
from storage.values.records import Roster, RosterState

ROSTER_WAIT = timedelta(seconds=8)
FIRST_ROSTER_WAIT = timedelta(hours=1)
"""For a reading without which there is no answer, once whoever asked was told of it."""


class StaleReason(StrEnum):
    """Why a roster is not fresher."""

    BEING_READ = "being read"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Source:
    """The roster to answer from, if there is one, and why there is none that is fresher where that is so."""

    roster: Roster | None
    behind: StaleReason | None = None


def source(session: Session, request: Request, *, refreshed: bool = False) -> Source | Wait:
    """The roster for an answer, or for what to wait; `refreshed` is one that was read whole since it was asked for."""
    roster = rosters.current(session, request.enterprise.id)
    newest = rosters.last(session, request.enterprise.id)
    being_read = newest is not None and newest.state == RosterState.WANTED
    if roster is not None and _is_fresh(roster, request, refreshed=refreshed, being_read=being_read):
        return Source(roster)
    fresh = FreshData.WHOLE_ROSTER if refreshed else FreshData.ROSTER
    if not request.already_waited:
        return Wait(request.now + ROSTER_WAIT, fresh)
    if being_read and not request.progress_shown and (roster is None or refreshed):
        return Wait(request.now + FIRST_ROSTER_WAIT, fresh, reading(0))
    failed = newest is not None and newest.state == RosterState.FAILED
    return Source(roster, StaleReason.FAILED if failed else StaleReason.BEING_READ)


def _is_fresh(roster: Roster, request: Request, *, refreshed: bool, being_read: bool) -> bool:
    if refreshed:
        return is_refreshed(roster, request.received_at, just_read=request.already_waited and not being_read)
    return is_fresh(roster, request.now, request.settings.roster_max_age, request.received_at)


def is_fresh(roster: Roster, now: datetime, oldest: timedelta, received_at: datetime) -> bool:
    """Whether a roster is to be answered from as it is: it is not older than allowed, or newer than the question."""
    return roster.as_of >= min(now - oldest, received_at)


def is_refreshed(roster: Roster, received_at: datetime, *, just_read: bool) -> bool:
    """Whether all license holders were read since that was asked for; `just_read` where a reading of all of them has
    ended since, which may have begun before.
    """
    if just_read and roster.as_of >= received_at:
        return True
    return roster.whole_at is not None and roster.whole_at >= received_at
