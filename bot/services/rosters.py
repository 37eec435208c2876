"""Which roster a command answers from: a fresh one, for which it waits a while, else the newest there is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from bot.chat.command import Request
from bot.chat.message import FreshData, Wait
from bot.replies.licenses import reading
from bot.services import provider_access
from storage import rosters
from storage.values.records import Roster, RosterState

ROSTER_WAIT = timedelta(seconds=8)
"""How long an answer waits for a fresh roster without a word: longer, and people think the bot is gone."""

FIRST_ROSTER_WAIT = timedelta(hours=1)
"""How long an answer waits that is impossible without the roster, once the requester was told that it takes long."""


class StaleReason(StrEnum):
    """Why a roster is not fresher."""

    BEING_READ = "being read"
    FAILED = "failed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Source:
    """The roster to answer from, if there is one, and why it is not fresher, if it is not fresh.

    If Webex refuses the provider's access, `access_notice` says so.
    """

    roster: Roster | None
    stale_reason: StaleReason | None = None
    access_notice: str | None = None


def source(session: Session, request: Request, *, refresh: bool = False) -> Source | Wait:
    """Return the roster to answer from, or what to wait for; with `refresh`, all license holders are read again."""
    roster = rosters.current(session, request.enterprise.id)
    newest = rosters.last(session, request.enterprise.id)
    is_being_read = newest is not None and newest.state == RosterState.WANTED
    if roster is not None:
        if refresh:
            just_read = request.already_waited and not is_being_read
            is_enough = is_refreshed(roster, request.received_at, just_read=just_read)
        else:
            is_enough = is_fresh(roster, request.now, request.settings.roster_max_age, request.received_at)
        if is_enough:
            return Source(roster)
    access_notice = provider_access.notice(session, request, provider_access.FOR_LICENSE_HOLDERS)
    if access_notice is not None:
        return Source(roster, StaleReason.REFUSED, access_notice)
    fresh = FreshData.WHOLE_ROSTER if refresh else FreshData.ROSTER
    if not request.already_waited:
        return Wait(request.now + ROSTER_WAIT, fresh)
    if is_being_read and not request.progress_shown and (roster is None or refresh):
        return Wait(request.now + FIRST_ROSTER_WAIT, fresh, reading(0))
    failed = newest is not None and newest.state == RosterState.FAILED
    return Source(roster, StaleReason.FAILED if failed else StaleReason.BEING_READ)


def is_fresh(roster: Roster, now: datetime, max_age: timedelta, received_at: datetime) -> bool:
    """Return whether a roster is good enough to answer from: no older than `max_age`, or newer than the question."""
    return roster.as_of >= min(now - max_age, received_at)


def is_refreshed(roster: Roster, received_at: datetime, *, just_read: bool) -> bool:
    """Return whether all license holders were read since a refresh was asked for.

    `just_read`: a reading of all of them has ended since; it may have begun before.
    """
    if just_read and roster.as_of >= received_at:
        return True
    return roster.whole_at is not None and roster.whole_at >= received_at
