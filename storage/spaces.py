"""Group spaces and their enterprises, and the people who turned notices off."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, select, update
from sqlalchemy.orm import Session

from storage.engine.inserts import insert_if_missing
from storage.models import DestinationRow, FollowerRow, MutedRow, SpaceRow, SyncRow
from storage.values.messages import Space
from storage.values.webex_ids import same

_ROWS: Any = SpaceRow.__table__
_FOLLOWERS: Any = FollowerRow.__table__
_MUTED: Any = MutedRow.__table__
_MUTED_AMONG: Select[str] = select(_MUTED.c.person_id).where(
    _MUTED.c.person_id.in_(bindparam("people", expanding=True))
)
_DESTINATIONS = select(DestinationRow.room_id).where(DestinationRow.room_id.is_not(None))
_SPACES = select(*(_ROWS.c[field.name] for field in fields(Space))).order_by(_ROWS.c.id)
_BY_ROOM = _SPACES.where(_ROWS.c.room_id == bindparam("room"))
_NOTIFICATION_ROOMS = (
    select(_ROWS.c.room_id).where(_ROWS.c.enterprise_id == bindparam("enterprise"), _ROWS.c.notify).order_by(_ROWS.c.id)
)


def link(session: Session, room_id: str, enterprise_id: int, now: datetime) -> bool:
    """Link a group space to an enterprise. Return False if it was linked to it before.

    Notices and trust for another enterprise end.
    """
    return _set_flags(session, room_id, enterprise_id, now, linked=True)


def notify(session: Session, room_id: str, enterprise_id: int, now: datetime) -> bool:
    """Make a group a notification space of an enterprise. Return False if it was one before.

    A space has notices of one enterprise only: the last one.
    """
    return _set_flags(session, room_id, enterprise_id, now, notify=True)


def _set_flags(session: Session, room_id: str, enterprise_id: int, now: datetime, **wanted: bool) -> bool:
    """Set these flags of a group for an enterprise. Return whether that changed anything."""
    values = {"linked": False, "notify": False, "trusted": False} | wanted
    if insert_if_missing(session, SpaceRow, room_id=room_id, enterprise_id=enterprise_id, since=now, **values):
        return True
    row = session.scalar(select(SpaceRow).where(SpaceRow.room_id == room_id).with_for_update())
    if row is None:  # it was deleted after the insert found it
        return _set_flags(session, room_id, enterprise_id, now, **wanted)
    if row.enterprise_id != enterprise_id:
        row.enterprise_id, row.since = enterprise_id, now
        wanted = values
    elif all(getattr(row, name) is value for name, value in wanted.items()):
        return False
    for name, value in wanted.items():
        setattr(row, name, value)
    session.flush()
    return True


def trust(session: Session, room_id: str, *, on: bool) -> bool:
    """Allow an enterprise's personal data in its group space, or forbid it. Return False if that was so before."""
    change = update(_ROWS).where(_ROWS.c.room_id == room_id, _ROWS.c.trusted != on).values(trusted=on)
    return session.scalar(change.returning(_ROWS.c.id)) is not None


def forget(session: Session, room_id: str) -> bool:
    """Delete what is stored about a group. Return False if nothing was."""
    return session.scalar(delete(_ROWS).where(_ROWS.c.room_id == room_id).returning(_ROWS.c.id)) is not None


def forget_all(session: Session, enterprise_id: int) -> None:
    """Delete what is stored about an enterprise's groups."""
    session.execute(delete(SpaceRow).where(SpaceRow.enterprise_id == enterprise_id))


def other_ids(session: Session, room_id: str) -> list[str]:
    """Return the other ids under which this space is stored. Webex's ids of one space can differ, see `webex_ids`."""
    ids = {*session.scalars(select(SpaceRow.room_id)), *session.scalars(_DESTINATIONS)}
    return sorted(other for other in ids if other is not None and other != room_id and same(other, room_id))


def change_room_id(session: Session, old: str, new: str) -> None:
    """Change the id of a space, and of the threads there in which open syncs are followed.

    If the new id is stored already, the old row is deleted.
    """
    if session.scalar(select(SpaceRow.id).where(SpaceRow.room_id == new)) is None:
        session.execute(update(SpaceRow).where(SpaceRow.room_id == old).values(room_id=new))
    else:
        forget(session, old)
    active = select(SyncRow.id).where(SyncRow.due_at.is_not(None))
    followed = (_FOLLOWERS.c.room_id == old, _FOLLOWERS.c.sync_id.in_(active))
    session.execute(update(_FOLLOWERS).where(*followed).values(room_id=new))


def find(session: Session, room_id: str) -> Space | None:
    """Return a group space; None if nothing is stored about it."""
    row = session.execute(_BY_ROOM, {"room": room_id}).one_or_none()
    return None if row is None else Space(*row)


def find_all(session: Session) -> list[Space]:
    """Return all stored group spaces, oldest first."""
    return [Space(*row) for row in session.execute(_SPACES)]


def unnotify(session: Session, room_id: str, enterprise_id: int) -> bool:
    """Stop an enterprise's notices to a group. Return False if there were none."""
    notified = update(_ROWS).where(_ROWS.c.room_id == room_id, _ROWS.c.enterprise_id == enterprise_id, _ROWS.c.notify)
    changed = session.scalar(notified.values(notify=False).returning(_ROWS.c.id))
    # A space that is neither linked nor notified needs no row.
    session.execute(delete(_ROWS).where(_ROWS.c.room_id == room_id, ~_ROWS.c.notify, ~_ROWS.c.linked))
    return changed is not None


def notification_rooms(session: Session, enterprise_id: int) -> list[str]:
    """Return the ids of an enterprise's notification spaces."""
    return list(session.scalars(_NOTIFICATION_ROOMS, {"enterprise": enterprise_id}))


def mute(session: Session, person_id: str, now: datetime) -> bool:
    """Turn notices off for a person. Return False if they were off before."""
    return insert_if_missing(session, MutedRow, person_id=person_id, since=now) is not None


def unmute(session: Session, person_id: str) -> bool:
    """Turn notices on for a person. Return False if they were on before."""
    return session.scalar(delete(_MUTED).where(_MUTED.c.person_id == person_id).returning(_MUTED.c.id)) is not None


def muted(session: Session, person_ids: Sequence[str]) -> set[str]:
    """Return which of these people turned notices off."""
    if not person_ids:
        return set()
    return set(session.scalars(_MUTED_AMONG, {"people": list(person_ids)}))
