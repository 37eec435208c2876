"""Named leases: tasks that only one process may do at a time."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from storage.engine.inserts import insert_if_missing
from storage.models import LeaseRow

_ROWS: Any = LeaseRow.__table__


def take(session: Session, name: str, holder: str, now: datetime, length: timedelta) -> bool:
    """Take or renew the lease. Return False while another process holds it."""
    insert_if_missing(session, LeaseRow, name=name, holder="", until=now)
    is_free = (_ROWS.c.name == name, or_(_ROWS.c.until <= now, _ROWS.c.holder == holder))
    taken = update(_ROWS).where(*is_free).values(holder=holder, until=now + length).returning(_ROWS.c.id)
    return session.scalar(taken) is not None


def last_holder(session: Session, name: str) -> str | None:
    """Return who has the lease, or had it last; None if nobody ever took it."""
    return session.scalar(select(LeaseRow.holder).where(LeaseRow.name == name))


def held_until(session: Session, name: str) -> datetime | None:
    """Return when the lease ends or has ended; None if nobody ever took it."""
    return session.scalar(select(LeaseRow.until).where(LeaseRow.name == name))


def give_back(session: Session, name: str, holder: str, now: datetime) -> None:
    """End the lease, if this holder still has it."""
    session.execute(update(_ROWS).where(_ROWS.c.name == name, _ROWS.c.holder == holder).values(until=now))
