"""Rosters: an enterprise's license holders, read as a new generation that one small transaction makes current."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update
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
_OF_ENTERPRISE = _ROWS.c.enterprise_id == bindparam("enterprise")
_WANTED = select(_ROWS.c.id).where(_OF_ENTERPRISE, state_in(_ROWS.c.state, RosterState.WANTED)).with_for_update()
_SP_ENTERPRISE_ID = select(_ENTERPRISES.c.sp_enterprise_id).where(_ENTERPRISES.c.id == _ROWS.c.enterprise_id)
_EXTRA = (_SP_ENTERPRISE_ID.scalar_subquery().label("sp_enterprise_id"),)
_ALL = select(*(_ROWS.c[field.name] for field in fields(Roster)))
_CURRENT = _ALL.where(_OF_ENTERPRISE, state_in(_ROWS.c.state, RosterState.CURRENT))
_LAST = _ALL.where(_OF_ENTERPRISE).order_by(_ROWS.c.id.desc()).limit(1)
_RESTARTING = (
    update(_ROWS)
    .where(_ROWS.c.id == bindparam("roster"), _ROWS.c.lease_until.is_not(None) | ~_ROWS.c.whole)
    .values(due_at=bindparam("now", type_=UTCDateTime), lease_until=None, whole=True)
)
_WIDENING = _RESTARTING.where(~_ROWS.c.whole)
_MERGING = (
    update(_ROWS)
    .where(_ROWS.c.id == bindparam("roster"))
    .values(
        read_at=bindparam("read", type_=UTCDateTime),
        begun_at=bindparam("begun", type_=UTCDateTime),
        size=_ROWS.c.size + bindparam("added"),
    )
)
_REPLACING = (
    update(_ROWS).where(_OF_ENTERPRISE, state_in(_ROWS.c.state, RosterState.CURRENT)).values(state=RosterState.REPLACED)
)


def request(session: Session, enterprise_id: int, now: datetime, *, whole: bool = False, restart: bool = False) -> int:
    """Have the license holders read, unless that is wanted already; the wanted roster's id.

    `whole` reads all of them, not only what has changed. `restart` reads all of them, and starts a read that is under
    way from the beginning, because it may have begun too early.

    Its row is locked until the transaction ends, so that it cannot become current before those who wait for it are
    written down.
    """
    made = insert_if_missing(
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
    if made is not None:
        wake(session, KIND)
        return made
    wanted: int | None = session.scalar(_WANTED, {"enterprise": enterprise_id})
    if wanted is None:
        return request(session, enterprise_id, now, whole=whole, restart=restart)
    if whole or restart:
        session.execute(_RESTARTING if restart else _WIDENING, {"roster": wanted, "now": now})
    wake(session, KIND)
    return wanted


def claim(connection: Connection, now: datetime) -> RosterRow | None:
    """Take a roster that has to be read."""
    return claims.claim(connection, RosterRow, now, extra=_EXTRA)


def next_due(session: Session, now: datetime) -> datetime | None:
    """When the rosters have to be looked at again."""
    return claims.next_due(session, RosterRow, now)


def clear(session: Session, roster_id: int) -> bool:
    """Delete a chunk of a roster's rows; False when none is left."""
    chunk = select(LicenseHolderRow.id).where(LicenseHolderRow.roster_id == roster_id).limit(license_holders.CHUNK)
    gone = session.scalars(
        delete(LicenseHolderRow)
        .where(LicenseHolderRow.id.in_(chunk.scalar_subquery()))
        .returning(LicenseHolderRow.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(gone) > 0


def add(
    session: Session, claim: Claim, enterprise_id: int, now: datetime, first: int, holders: license_holders.Holders
) -> None:
    """Write a chunk of a claimed roster: subscriber ids and cells, numbered from `first` in Webex's order.

    They come with the locations that Webex sends; the mapping, as it is by now, goes before those.
    """
    enterprises.lock(session, enterprise_id)  # before its roster, as others lock them
    claims.save_progress(session, RosterRow, claim, now)
    license_holders.insert_all(session, enterprise_id, claim.id, first, holders)


def make_current(
    session: Session, claim: Claim, enterprise_id: int, now: datetime, size: int, *, begun: datetime | None = None
) -> list[int]:
    """Put a roster that was read whole in the place of the one before, and answer those who waited.

    `begun` is when Webex was asked for its first page, where that was not just now. Returns their status messages.
    """
    session.execute(_REPLACING, {"enterprise": enterprise_id})
    read = {"read_at": now, "begun_at": begun or now, "whole_at": begun or now, "size": size}
    claims.settle(session, RosterRow, claim, state=RosterState.CURRENT, due_at=None, error=None, **read)
    return _resume(session, enterprise_id, claim.id, now)


def merge(
    session: Session, claim: Claim, current: Roster, now: datetime, begun: datetime, holders: license_holders.Holders
) -> list[int]:
    """Write what has changed into the current roster, and answer those who waited for it to be read again."""
    enterprises.lock(session, current.enterprise_id)
    claims.settle(session, RosterRow, claim, state=RosterState.MERGED, due_at=None, error=None)
    added = license_holders.merge(session, current.enterprise_id, current.id, holders)
    values = {"roster": current.id, "read": now, "begun": begun, "added": added}
    session.execute(_MERGING, values)
    return _resume(session, current.enterprise_id, claim.id, now)


def retry(session: Session, claim: Claim, at: datetime, failures: int, error: str) -> None:
    """Read again later."""
    claims.settle(session, RosterRow, claim, due_at=at, failures=failures, error=error)


def give_up(session: Session, claim: Claim, enterprise_id: int, now: datetime, error: str) -> list[int]:
    """The roster could not be read: the one before stays, and those who waited are answered from it."""
    claims.settle(session, RosterRow, claim, state=RosterState.FAILED, due_at=None, error=error)
    return _resume(session, enterprise_id, claim.id, now)


def _resume(session: Session, enterprise_id: int, roster_id: int, now: datetime) -> list[int]:
    syncs.resume(session, enterprise_id, roster_id, now)
    return inbox.resume(session, now, roster_id=roster_id)


def forget(session: Session, enterprise_id: int, now: datetime) -> None:
    """What was read, or is being read, is of another enterprise of Webex's: show it no more, and read again."""
    session.execute(_REPLACING, {"enterprise": enterprise_id})
    request(session, enterprise_id, now, restart=True)


def find_obsolete(session: Session) -> int | None:
    """A roster that still has rows and that nobody will read again."""
    held = select(LicenseHolderRow.id).where(LicenseHolderRow.roster_id == RosterRow.id).exists()
    return session.scalar(
        select(RosterRow.id).where(state_in(RosterRow.state, RosterState.REPLACED, RosterState.FAILED), held).limit(1)
    )


def find_stalest(session: Session, before: datetime) -> int | None:
    """The enterprise in use whose roster was last read whole longest ago, and before then; None while any roster is
    wanted, since people wait for those.
    """
    stale = _ROWS.c.whole_at.is_(None) | (_ROWS.c.whole_at <= before)
    query = (
        select(_ROWS.c.enterprise_id)
        .join(_ENTERPRISES, _ENTERPRISES.c.id == _ROWS.c.enterprise_id)
        .where(
            state_in(_ROWS.c.state, RosterState.CURRENT),
            stale,
            _ENTERPRISES.c.removed_at.is_(None),
            ~select(_others.c.id).where(_others.c.due_at.is_not(None)).exists(),
        )
        .order_by(_ROWS.c.whole_at.is_not(None), _ROWS.c.whole_at, _ROWS.c.id)
        .limit(1)
    )
    return session.scalar(query)


def current(session: Session, enterprise_id: int) -> Roster | None:
    """The roster of an enterprise as it is shown."""
    row = session.execute(_CURRENT, {"enterprise": enterprise_id}).one_or_none()
    return None if row is None else Roster(*row)


def last(session: Session, enterprise_id: int) -> Roster | None:
    """The newest roster of an enterprise, whatever became of it."""
    row = session.execute(_LAST, {"enterprise": enterprise_id}).one_or_none()
    return None if row is None else Roster(*row)
