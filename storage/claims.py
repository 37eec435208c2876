"""Claiming rows, one way for every kind: a conditional UPDATE gives a lease, and only its holder may settle."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, CursorResult, func, or_, select, update
from sqlalchemy.orm import Session

from storage.models import InboxRow, OutboxRow, RosterRow, SyncRow
from storage.records import Claim

LEASE = timedelta(seconds=60)

Row = TypeVar("Row", InboxRow, OutboxRow, RosterRow, SyncRow)

Queue = type[InboxRow] | type[OutboxRow] | type[RosterRow] | type[SyncRow]


class ClaimLost(Exception):
    """Somebody else holds the row by now: what was worked out here must not be written."""


def claim(session: Session, table: type[Row], now: datetime, *conditions: ColumnElement[bool]) -> Row | None:
    """Take the first due row that nobody holds, for `LEASE`; None where there is none."""
    first = (
        select(table.id)
        .where(table.due_at <= now, or_(table.lease_until.is_(None), table.lease_until < now), *conditions)
        .order_by(table.due_at, table.id)
        .limit(1)
        # A row that others only refer to is not skipped: nobody would look for it again before the next tick.
        .with_for_update(skip_locked=True, key_share=True)
    )
    return session.scalars(
        update(table)
        .where(table.id == first.scalar_subquery())
        .values(lease_until=now + LEASE, attempt=table.attempt + 1)
        .returning(table)
        .execution_options(synchronize_session=False)
    ).one_or_none()


def next_due(session: Session, table: type[Row], now: datetime) -> datetime | None:
    """When the next row that is not due yet, or whose lease is not over yet, has to be looked at."""
    due = session.scalar(select(func.min(table.due_at)).where(table.due_at > now))
    freed = session.scalar(
        select(func.min(table.lease_until)).where(table.due_at <= now, table.lease_until.is_not(None))
    )
    return min((moment for moment in (due, freed) if moment is not None), default=None)


def settle(session: Session, table: type[Row], claim: Claim, **values: Any) -> None:
    """Write how a move ended and give the row up, or raise `ClaimLost`."""
    _update(session, table, claim, {"lease_until": None, **values})


def keep(session: Session, table: type[Row], claim: Claim, now: datetime, **values: Any) -> None:
    """Write how far a move is and hold the row for another `LEASE`, or raise `ClaimLost`."""
    _update(session, table, claim, {"lease_until": now + LEASE, **values})


def _update(session: Session, table: type[Row], claim: Claim, values: dict[str, Any]) -> None:
    result: CursorResult[Any] = session.execute(
        update(table)
        .where(table.id == claim.id, table.attempt == claim.attempt, table.lease_until.is_not(None))
        .values(**values)
        .execution_options(synchronize_session=False)
    )  # type: ignore[assignment]
    if result.rowcount != 1:
        raise ClaimLost(f"{table.__tablename__} {claim.id}, attempt {claim.attempt}")


def extend(session: Session, table: Queue, claims: Iterable[Claim], until: datetime | None) -> None:
    """Lengthen the leases still held, or with None give them back."""
    for held in claims:
        session.execute(
            update(table)
            .where(table.id == held.id, table.attempt == held.attempt, table.lease_until.is_not(None))
            .values(lease_until=until)
            .execution_options(synchronize_session=False)
        )
