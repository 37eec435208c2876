"""The rosters: an enterprise's license holders as last read.

A roster is written in chunks, and then one short transaction makes it current in place of the one before.
"""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from storage import enterprises, inbox, license_holders, syncs
from storage.engine import claims
from storage.engine.conditions import state_in
from storage.engine.database import wake
from storage.engine.inserts import insert_if_missing
from storage.models import EnterpriseRow, LicenseHolderRow, RosterRow
from storage.models.columns import UTCDateTime
from storage.values.records import Claim, Roster, RosterState

KIND = "rosters"

_ROWS: Any = RosterRow.__table__
_others: Any = _ROWS.alias("others")
_ENTERPRISES: Any = EnterpriseRow.__table__
_HOLDERS: Any = LicenseHolderRow.__table__
_OF_ENTERPRISE = _ROWS.c.enterprise_id == bindparam("enterprise")
_LOCK_REQUESTED = (
    select(_ROWS.c.id).where(_OF_ENTERPRISE, state_in(_ROWS.c.state, RosterState.WANTED)).with_for_update()
)
_SP_ENTERPRISE_ID = select(_ENTERPRISES.c.sp_enterprise_id).where(_ENTERPRISES.c.id == _ROWS.c.enterprise_id)
_EXTRA = (_SP_ENTERPRISE_ID.scalar_subquery().label("sp_enterprise_id"),)
_ROSTERS = select(*(_ROWS.c[field.name] for field in fields(Roster)))
_CURRENT = _ROSTERS.where(_OF_ENTERPRISE, state_in(_ROWS.c.state, RosterState.CURRENT))
_LAST = _ROSTERS.where(_OF_ENTERPRISE).order_by(_ROWS.c.id.desc()).limit(1)
_RESTART = (
    update(_ROWS)
    .where(_ROWS.c.id == bindparam("roster"), _ROWS.c.lease_until.is_not(None) | ~_ROWS.c.whole)
    .values(due_at=bindparam("now", type_=UTCDateTime), lease_until=None, whole=True)
)
_MAKE_WHOLE = _RESTART.where(~_ROWS.c.whole)
_MERGE = (
    update(_ROWS)
    .where(_ROWS.c.id == bindparam("roster"))
    .values(
        read_at=bindparam("read", type_=UTCDateTime),
        begun_at=bindparam("begun", type_=UTCDateTime),
        size=_ROWS.c.size + bindparam("added"),
    )
)
_REPLACE = (
    update(_ROWS).where(_OF_ENTERPRISE, state_in(_ROWS.c.state, RosterState.CURRENT)).values(state=RosterState.REPLACED)
)


def request(session: Session, enterprise_id: int, now: datetime, *, whole: bool = False, restart: bool = False) -> int:
    """Request a read of the license holders, unless one is requested already. Return the id of the requested roster.

    `whole` reads all of them, not only the changed ones. `restart` reads all of them, and starts a read that is under
    way again, because it may have begun too early.

    The row stays locked until the transaction ends, so the roster cannot become current before those who wait for it
    are recorded.
    """
    added = insert_if_missing(
        session,
        RosterRow,
        enterprise_id=enterprise_id,
        state=RosterState.WANTED,
        asked_at=now,
        due_at=now,
        attempt=0,
        failures=0,
        size=0,
        whole=whole or restart,
    )
    if added is not None:
        wake(session, KIND)
        return added
    wanted: int | None = session.scalar(_LOCK_REQUESTED, {"enterprise": enterprise_id})
    if wanted is None:
        return request(session, enterprise_id, now, whole=whole, restart=restart)
    if whole or restart:
        session.execute(_RESTART if restart else _MAKE_WHOLE, {"roster": wanted, "now": now})
    wake(session, KIND)
    return wanted


claim = claims.claimer(RosterRow, extra=_EXTRA)
next_due = claims.next_due_of(RosterRow)


def clear(session: Session, roster_id: int) -> bool:
    """Delete a chunk of a roster's license holders. Return False if none was left."""
    chunk = select(_HOLDERS.c.id).where(_HOLDERS.c.roster_id == roster_id).limit(license_holders.CHUNK)
    deleted = delete(_HOLDERS).where(_HOLDERS.c.id.in_(chunk.scalar_subquery())).returning(_HOLDERS.c.id)
    return len(session.scalars(deleted).all()) > 0


def add(
    session: Session, claim: Claim, enterprise_id: int, now: datetime, first: int, holders: license_holders.Holders
) -> None:
    """Add a chunk of license holders to a claimed roster, numbered from `first` in Webex's order.

    A location in the mapping replaces the one that Webex sends.
    """
    enterprises.lock(session, enterprise_id)  # always before its roster: a fixed order avoids deadlocks
    claims.save_progress(session, RosterRow, claim, now)
    license_holders.insert_all(session, enterprise_id, claim.id, first, holders)


def make_current(
    session: Session, claim: Claim, enterprise_id: int, now: datetime, size: int, *, begun_at: datetime | None = None
) -> list[int]:
    """Make a roster current that was read whole, and resume what waited for it.

    `begun_at` is when Webex was asked for the first page; by default `now`. Return the status messages of those who
    waited.
    """
    session.execute(_REPLACE, {"enterprise": enterprise_id})
    read = {"read_at": now, "begun_at": begun_at or now, "whole_at": begun_at or now, "size": size}
    claims.settle(session, RosterRow, claim, state=RosterState.CURRENT, due_at=None, error=None, **read)
    return _resume(session, enterprise_id, claim.id, now)


def merge(
    session: Session, claim: Claim, current: Roster, now: datetime, begun_at: datetime, holders: license_holders.Holders
) -> list[int]:
    """Write the changed license holders into the current roster, and resume what waited for that.

    Return the status messages of those who waited.
    """
    enterprises.lock(session, current.enterprise_id)
    claims.settle(session, RosterRow, claim, state=RosterState.MERGED, due_at=None, error=None)
    added = license_holders.merge(session, current.enterprise_id, current.id, holders)
    session.execute(_MERGE, {"roster": current.id, "read": now, "begun": begun_at, "added": added})
    return _resume(session, current.enterprise_id, claim.id, now)


def give_up(session: Session, claim: Claim, enterprise_id: int, now: datetime, error: str) -> list[int]:
    """End a roster that could not be read, and resume what waited: it gets the roster before.

    Return the status messages of those who waited.
    """
    claims.settle(session, RosterRow, claim, state=RosterState.FAILED, due_at=None, error=error)
    return _resume(session, enterprise_id, claim.id, now)


def _resume(session: Session, enterprise_id: int, roster_id: int, now: datetime) -> list[int]:
    syncs.resume(session, enterprise_id, roster_id, now)
    return inbox.resume(session, now, roster_id=roster_id)


def forget(session: Session, enterprise_id: int, now: datetime) -> None:
    """Drop the current roster and read again, because the enterprise has another id at Webex now."""
    session.execute(_REPLACE, {"enterprise": enterprise_id})
    request(session, enterprise_id, now, restart=True)


def find_obsolete(session: Session) -> int | None:
    """Return a roster that was replaced or failed and still has license holders."""
    held = select(_HOLDERS.c.id).where(_HOLDERS.c.roster_id == RosterRow.id).exists()
    return session.scalar(
        select(RosterRow.id).where(state_in(RosterRow.state, RosterState.REPLACED, RosterState.FAILED), held).limit(1)
    )


def find_stalest(session: Session, before: datetime) -> int | None:
    """Return the enterprise in use whose last whole read is the oldest and from before this time.

    Return None while any roster is requested, because people wait for those.
    """
    is_stale = _ROWS.c.whole_at.is_(None) | (_ROWS.c.whole_at <= before)
    query = (
        select(_ROWS.c.enterprise_id)
        .join(_ENTERPRISES, _ENTERPRISES.c.id == _ROWS.c.enterprise_id)
        .where(
            state_in(_ROWS.c.state, RosterState.CURRENT),
            is_stale,
            _ENTERPRISES.c.removed_at.is_(None),
            ~select(_others.c.id).where(_others.c.due_at.is_not(None)).exists(),
        )
        .order_by(_ROWS.c.whole_at.is_not(None), _ROWS.c.whole_at, _ROWS.c.id)
        .limit(1)
    )
    return session.scalar(query)


def current(session: Session, enterprise_id: int) -> Roster | None:
    """Return the current roster of an enterprise."""
    row = session.execute(_CURRENT, {"enterprise": enterprise_id}).one_or_none()
    return None if row is None else Roster(*row)


def last(session: Session, enterprise_id: int) -> Roster | None:
    """Return the newest roster of an enterprise, in any state."""
    row = session.execute(_LAST, {"enterprise": enterprise_id}).one_or_none()
    return None if row is None else Roster(*row)
