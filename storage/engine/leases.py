"""Named leases: tasks that only one process may do at a time."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from storage.engine.inserts import insert_if_missing
from storage.models import LeaseRow


def take(session: Session, name: str, holder: str, now: datetime, length: timedelta) -> bool:
    """Take or renew the lease. Return False while another process holds it."""
    insert_if_missing(session, LeaseRow, name=name, holder="", until=now)
    taken = session.scalar(
        update(LeaseRow)
        .where(LeaseRow.name == name, or_(LeaseRow.until <= now, LeaseRow.holder == holder))
        .values(holder=holder, until=now + length)
        .returning(LeaseRow.id)
        .execution_options(synchronize_session=False)
    )
    return taken is not None


def give_back(session: Session, name: str, holder: str, now: datetime) -> None:
    """End the lease, if this holder still has it."""
    row = session.scalar(select(LeaseRow).where(LeaseRow.name == name, LeaseRow.holder == holder))
    if row is not None:
        row.until = now
