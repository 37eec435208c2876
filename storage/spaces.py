"""Group spaces and the enterprises they are tied to, and people who have turned notices off."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from storage.engine.inserts import insert_if_missing
from storage.models import DestinationRow, FollowerRow, MutedRow, SpaceRow, SyncRow
from storage.values.messages import Space
from storage.values.webex_ids import same


def link(session: Session, room_id: str, enterprise_id: int, now: datetime) -> bool:
    """Have what is typed in a group be for this enterprise; False where it is already.

    What the group heard of another enterprise, and the trust it had for that, end.
    """
    return _changed(session, room_id, enterprise_id, now, linked=True)


def notify(session: Session, room_id: str, enterprise_id: int, now: datetime) -> bool:
    """Make a group one of an enterprise's notification spaces; False where it was one already.

    A space tells of one enterprise: the one it was made for last.
    """
    return _changed(session, room_id, enterprise_id, now, notify=True)


def _changed(session: Session, room_id: str, enterprise_id: int, now: datetime, **wanted: bool) -> bool:
    """Whether a group had to change to be so for this enterprise."""
    values = {"linked": False, "notify": False, "trusted": False} | wanted
    if insert_if_missing(session, SpaceRow, room_id=room_id, enterprise_id=enterprise_id, since=now, **values):
        return True
    row = session.scalar(select(SpaceRow).where(SpaceRow.room_id == room_id).with_for_update())
    if row is None:  # forgotten since it was in the way
        return _changed(session, room_id, enterprise_id, now, **wanted)
    if row.enterprise_id != enterprise_id:
        row.enterprise_id, row.since = enterprise_id, now
        row.linked, row.notify, row.trusted = values["linked"], values["notify"], values["trusted"]
    elif all(getattr(row, name) is value for name, value in wanted.items()):
        return False
    else:
        for name, value in wanted.items():
            setattr(row, name, value)
    session.flush()
    return True


def trust(session: Session, room_id: str, *, on: bool) -> bool:
    """Let what is personal to its enterprise be read in a group, or not; False where that is so already."""
    changed = session.scalar(
        update(SpaceRow)
        .where(SpaceRow.room_id == room_id, SpaceRow.trusted != on)
        .values(trusted=on)
        .returning(SpaceRow.id)
        .execution_options(synchronize_session=False)
    )
    return changed is not None


def forget(session: Session, room_id: str) -> bool:
    """Tie a group to no enterprise any more; False where it was tied to none."""
    gone = session.scalar(delete(SpaceRow).where(SpaceRow.room_id == room_id).returning(SpaceRow.id))
    return gone is not None


def forget_all(session: Session, enterprise_id: int) -> None:
    """Tie no group to an enterprise any more."""
    session.execute(delete(SpaceRow).where(SpaceRow.enterprise_id == enterprise_id))


def other_ids(session: Session, room_id: str) -> list[str]:
    """The other ids by which messages went to this space, as far as can be told from the ids."""
    ids = {*session.scalars(select(SpaceRow.room_id)), *session.scalars(_GONE_TO)}
    return sorted(one for one in ids if one is not None and one != room_id and same(one, room_id))


def change_room_id(session: Session, old: str, new: str) -> None:
    """Know a space by another id, unless it is known by that already."""
    if session.scalar(select(SpaceRow.id).where(SpaceRow.room_id == new)) is None:
        session.execute(update(SpaceRow).where(SpaceRow.room_id == old).values(room_id=new))
    else:
        forget(session, old)
    active = select(SyncRow.id).where(SyncRow.due_at.is_not(None))
    session.execute(
        update(FollowerRow)
        .where(FollowerRow.room_id == old, FollowerRow.sync_id.in_(active))
        .values(room_id=new)
        .execution_options(synchronize_session=False)
    )


def find(session: Session, room_id: str) -> Space | None:
    """A group, if it is tied to an enterprise."""
    row = session.execute(_OF, {"room": room_id}).one_or_none()
    return None if row is None else Space(*row)


def find_all(session: Session) -> list[Space]:
    """All groups that are tied to enterprises, in the order in which they came."""
    return [Space(*row) for row in session.execute(_EVERY)]


def unnotify(session: Session, room_id: str, enterprise_id: int) -> bool:
    """Send no more notices of an enterprise to a group; False where none were sent."""
    changed = session.scalar(
        update(SpaceRow)
        .where(SpaceRow.room_id == room_id, SpaceRow.enterprise_id == enterprise_id, SpaceRow.notify)
        .values(notify=False)
        .returning(SpaceRow.id)
        .execution_options(synchronize_session=False)
    )
    # What is left is for nothing any more.
    session.execute(delete(SpaceRow).where(SpaceRow.room_id == room_id, ~SpaceRow.notify, ~SpaceRow.linked))
    return changed is not None


def notification_rooms(session: Session, enterprise_id: int) -> list[str]:
    """The rooms of an enterprise's notification spaces."""
    return list(session.scalars(_NOTIFIED, {"enterprise": enterprise_id}))


_ROWS: Any = SpaceRow.__table__
_GONE_TO = select(DestinationRow.room_id).where(DestinationRow.room_id.is_not(None))
_EVERY = select(*(_ROWS.c[field.name] for field in fields(Space))).order_by(_ROWS.c.id)
_OF = _EVERY.where(_ROWS.c.room_id == bindparam("room"))
_NOTIFIED = (
    select(_ROWS.c.room_id).where(_ROWS.c.enterprise_id == bindparam("enterprise"), _ROWS.c.notify).order_by(_ROWS.c.id)
)


def mute(session: Session, person_id: str, now: datetime) -> bool:
    """Send somebody no notices any more; False where that is so already."""
    return insert_if_missing(session, MutedRow, person_id=person_id, since=now) is not None


def unmute(session: Session, person_id: str) -> bool:
    """Send somebody notices again; False where they get them already."""
    gone = session.scalar(delete(MutedRow).where(MutedRow.person_id == person_id).returning(MutedRow.id))
    return gone is not None


def muted(session: Session, person_ids: Sequence[str]) -> set[str]:
    """Which of these people have turned notices off."""
    if not person_ids:
        return set()
    return set(session.scalars(select(MutedRow.person_id).where(MutedRow.person_id.in_(person_ids))))
