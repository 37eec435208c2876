"""How far the bot has looked back: in each space, and in all of them, by Webex's clock. And when a look is wanted."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.models import SpaceLookRow
from storage.models.columns import UTCDateTime

_ALL_SPACES = ""
"""What the row for all spaces has in place of a space's id."""

KEEP_FOR = timedelta(days=2)
"""How long the position of a quiet space is kept: longer than a message is answered late."""

_ROWS: Any = SpaceLookRow.__table__
_CURSOR = select(_ROWS.c.looked_until, _ROWS.c.not_before).where(_ROWS.c.room_id == _ALL_SPACES)
_TIMES = select(_ROWS.c.next_look_at, _ROWS.c.requested_at).where(_ROWS.c.room_id == _ALL_SPACES)
_SET_NEXT = update(_ROWS).where(_ROWS.c.room_id == _ALL_SPACES).values(next_look_at=bindparam("at", type_=UTCDateTime))
_REQUEST = update(_ROWS).where(_ROWS.c.room_id == _ALL_SPACES).values(requested_at=bindparam("at", type_=UTCDateTime))
_POSITIONS = select(_ROWS.c.room_id, _ROWS.c.looked_until).where(
    _ROWS.c.room_id.in_(bindparam("rooms", expanding=True))
)
_FORGET = delete(_ROWS).where(
    _ROWS.c.looked_until < bindparam("before", type_=UTCDateTime), _ROWS.c.room_id != _ALL_SPACES
)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Until when all spaces have been looked at, and from when on messages are answered at all."""

    looked_until: datetime
    not_before: datetime


@dataclass(frozen=True, slots=True)
class LookTimes:
    """When the next look is due, and when a look at once was last asked for; None before the first look."""

    next_look_at: datetime | None = None
    requested_at: datetime | None = None


def cursor(session: Session) -> Cursor | None:
    """Return how far all spaces have been looked at; None if the bot has never looked back."""
    row = session.execute(_CURSOR).one_or_none()
    return None if row is None else Cursor(row.looked_until, row.not_before or row.looked_until)


def begin(session: Session, at: datetime, positions: Mapping[str, datetime]) -> None:
    """Note where things stand at the first look of an installation: nothing from before is answered."""
    _advance(session, {"room_id": _ALL_SPACES, "looked_until": at, "not_before": at})
    for room_id, looked_until in positions.items():
        advance(session, room_id, looked_until)


def positions(session: Session, room_ids: Collection[str]) -> dict[str, datetime]:
    """Return until when the messages of these spaces have been looked at, of those that are known."""
    return {row.room_id: row.looked_until for row in session.execute(_POSITIONS, {"rooms": list(room_ids)})}


def advance(session: Session, room_id: str, until: datetime) -> None:
    """Note that a space has been looked at until then. Do nothing if a later time is noted."""
    _advance(session, {"room_id": room_id, "looked_until": until, "not_before": None})


def advance_cursor(session: Session, until: datetime) -> None:
    """Note that all spaces have been looked at until then, and forget the positions of spaces that are long quiet."""
    advance(session, _ALL_SPACES, until)
    session.execute(_FORGET, {"before": until - KEEP_FOR})


def times(session: Session) -> LookTimes:
    """Return when the next look is due, and when one was last asked for, as all processes know it."""
    row = session.execute(_TIMES).one_or_none()
    return LookTimes() if row is None else LookTimes(row.next_look_at, row.requested_at)


def set_next(session: Session, at: datetime) -> None:
    """Note when the next look is due."""
    session.execute(_SET_NEXT, {"at": at})


def request(session: Session, now: datetime) -> None:
    """Ask the processes with jobs for a look: messages came that could not be stored, or nobody took them.

    Before the first look this does nothing: that look is due anyhow.
    """
    session.execute(_REQUEST, {"at": now})


def _advance(session: Session, values: dict[str, Any]) -> None:
    session.execute(_upsert(session.get_bind().dialect.name), values)


@cache
def _upsert(dialect: str) -> Any:
    insert = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(_ROWS)
    return insert.on_conflict_do_update(
        index_elements=[_ROWS.c.room_id],
        set_={"looked_until": insert.excluded.looked_until},
        where=_ROWS.c.looked_until < insert.excluded.looked_until,
    )
