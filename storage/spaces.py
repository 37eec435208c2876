"""Group spaces that hear of an enterprise's syncs, and people who have turned notices off."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from storage.inserting import insert_unless_there
from storage.models import MutedRow, SpaceRow


def notify(session: Session, room_id: str, enterprise_id: int, now: datetime) -> bool:
    """Make a group one of an enterprise's notification spaces; False where it was one already.

    A space tells of one enterprise: the one it was made for last.
    """
    made = insert_unless_there(session, SpaceRow, room_id=room_id, enterprise_id=enterprise_id, notify=True, since=now)
    if made is not None:
        return True
    changed = session.scalar(
        update(SpaceRow)
        .where(SpaceRow.room_id == room_id, (SpaceRow.enterprise_id != enterprise_id) | ~SpaceRow.notify)
        .values(enterprise_id=enterprise_id, notify=True, since=now)
        .returning(SpaceRow.id)
        .execution_options(synchronize_session=False)
    )
    return changed is not None


def unnotify(session: Session, room_id: str, enterprise_id: int) -> bool:
    """Send no more notices of an enterprise to a group; False where none were sent."""
    changed = session.scalar(
        update(SpaceRow)
        .where(SpaceRow.room_id == room_id, SpaceRow.enterprise_id == enterprise_id, SpaceRow.notify)
        .values(notify=False)
        .returning(SpaceRow.id)
        .execution_options(synchronize_session=False)
    )
    return changed is not None


def enterprise_of(session: Session, room_id: str) -> int | None:
    """Of which enterprise a group is told, if of any."""
    return session.scalar(select(SpaceRow.enterprise_id).where(SpaceRow.room_id == room_id, SpaceRow.notify))


def notified(session: Session, enterprise_id: int) -> list[str]:
    """The rooms of an enterprise's notification spaces."""
    return list(session.scalars(_NOTIFIED, {"enterprise": enterprise_id}))


_ROWS: Any = SpaceRow.__table__
_NOTIFIED = (
    select(_ROWS.c.room_id).where(_ROWS.c.enterprise_id == bindparam("enterprise"), _ROWS.c.notify).order_by(_ROWS.c.id)
)


def mute(session: Session, person_id: str, now: datetime) -> bool:
    """Send somebody no notices any more; False where that is so already."""
    return insert_unless_there(session, MutedRow, person_id=person_id, since=now) is not None


def unmute(session: Session, person_id: str) -> bool:
    """Send somebody notices again; False where they get them already."""
    gone = session.scalar(delete(MutedRow).where(MutedRow.person_id == person_id).returning(MutedRow.id))
    return gone is not None


def muted(session: Session, person_ids: Sequence[str]) -> set[str]:
    """Which of these people have turned notices off."""
    if not person_ids:
        return set()
    return set(session.scalars(select(MutedRow.person_id).where(MutedRow.person_id.in_(person_ids))))
