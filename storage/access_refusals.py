"""Which parts of the bot's access Webex refuses, since when, and what operators were told of it."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from storage.engine.inserts import insert_if_missing
from storage.models import AccessRefusalRow
from storage.values.provider_access import AccessRefusal, AccessSubject, Outage

_ROWS: Any = AccessRefusalRow.__table__
_COLUMNS = tuple(_ROWS.c[name] for name in ("subject", "refused_at", "restored_at", "reason", "tracking_id"))
_IS_REFUSED = _ROWS.c.refused_at.is_not(None) & _ROWS.c.restored_at.is_(None)
_UNTOLD = select(_ROWS.c.id).where(_IS_REFUSED & ~_ROWS.c.told_refused | ~_IS_REFUSED & _ROWS.c.told_refused).limit(1)
_CURRENT = select(*_COLUMNS).where(_IS_REFUSED).order_by(_ROWS.c.refused_at, _ROWS.c.id)


def mark_refused(session: Session, subject: AccessSubject, now: datetime, reason: str, tracking_id: str | None) -> bool:
    """Store that Webex refuses this part of the access, and why. Return False if it was refused before."""
    insert_if_missing(session, AccessRefusalRow, subject=subject)
    said = {"reason": reason, "tracking_id": tracking_id}
    values = {"refused_at": now, "restored_at": None, **said}
    marked = update(_ROWS).where(_ROWS.c.subject == subject, ~_IS_REFUSED).values(values).returning(_ROWS.c.id)
    if session.scalar(marked) is not None:
        return True
    session.execute(update(_ROWS).where(_ROWS.c.subject == subject).values(said))
    return False


def mark_working(session: Session, subjects: Iterable[AccessSubject], now: datetime) -> list[AccessRefusal]:
    """Store that these parts of the access work. Return those that were refused until now."""
    was_refused = (_ROWS.c.subject.in_(list(subjects)), _IS_REFUSED)
    marked = update(_ROWS).where(*was_refused).values(restored_at=now).returning(*_COLUMNS)
    return [_to_refusal(row) for row in session.execute(marked)]


def current(session: Session, subjects: Collection[AccessSubject] = tuple(AccessSubject)) -> list[AccessRefusal]:
    """Return which of these parts Webex refuses now, the longest refused first."""
    found = [_to_refusal(row) for row in session.execute(_CURRENT)]
    return [refusal for refusal in found if refusal.subject in subjects]


def works_since(session: Session, subject: AccessSubject, moment: datetime) -> bool:
    """Return whether Webex accepts this part of the access now, and began to do so after `moment`."""
    is_since = ~_IS_REFUSED & (_ROWS.c.restored_at > moment)
    return session.scalar(select(_ROWS.c.id).where(_ROWS.c.subject == subject, is_since)) is not None


def last_outage(session: Session, subjects: Collection[AccessSubject], since: datetime) -> Outage | None:
    """Return the last time in which Webex refused any of these parts; it ends with the last recovery.

    Only refusals count that last, or that ended at `since` or later.
    """
    is_recent = _ROWS.c.restored_at.is_(None) | (_ROWS.c.restored_at >= since)
    is_counted = _ROWS.c.refused_at.is_not(None) & is_recent & _ROWS.c.subject.in_(list(subjects))
    restored = list(session.scalars(select(_ROWS.c.restored_at).where(is_counted)))
    if not restored:
        return None
    ends = [restored_at for restored_at in restored if restored_at is not None]
    return Outage(max(ends) if len(ends) == len(restored) else None)


def is_all_told(session: Session) -> bool:
    """Return whether operators know which parts are refused and which are not."""
    return session.scalar(_UNTOLD) is None


def take_refusals_to_tell(session: Session, now: datetime, pause: timedelta) -> list[AccessRefusal]:
    """Return the current refusals that operators were not told of, and note that they are told now.

    A part that was told as refused less than `pause` ago is left for later, because it may come and go.
    """
    is_quiet = _ROWS.c.told_at.is_(None) | (_ROWS.c.told_at <= now - pause)
    taken = (
        update(_ROWS)
        .where(_IS_REFUSED, ~_ROWS.c.told_refused, is_quiet)
        .values(told_refused=True, told_at=now)
        .returning(*_COLUMNS)
    )
    return [_to_refusal(row) for row in session.execute(taken)]


def take_recoveries_to_tell(session: Session) -> list[AccessRefusal]:
    """Return the parts that work again and that operators know as refused, and note that they are told now."""
    taken = update(_ROWS).where(~_IS_REFUSED, _ROWS.c.told_refused).values(told_refused=False).returning(*_COLUMNS)
    return [_to_refusal(row) for row in session.execute(taken)]


def _to_refusal(row: Row[Any]) -> AccessRefusal:
    return AccessRefusal(**{**row._mapping, "subject": AccessSubject(row.subject)})
