"""Claiming rows, one way for every kind: a conditional UPDATE gives a lease, and only its holder may settle.

Statements are built once: building one takes several times as long as running it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    Label,
    Select,
    Update,
    bindparam,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from storage.models import InboxRow, OutboxRow, ReadingRow, RosterRow, SyncRow
from storage.models.columns import UTCDateTime
from storage.values.records import Claim

LEASE = timedelta(seconds=60)

ClaimableRow = TypeVar("ClaimableRow", InboxRow, OutboxRow, ReadingRow, RosterRow, SyncRow)
ClaimableTable = type[InboxRow] | type[OutboxRow] | type[ReadingRow] | type[RosterRow] | type[SyncRow]

_NOW = bindparam("now", type_=UTCDateTime)


class ClaimLost(Exception):
    """Somebody else holds the row by now: what was worked out here must not be written."""


def claim(
    connection: Connection,
    table: type[ClaimableRow],
    now: datetime,
    *conditions: ColumnElement[bool],
    extra: tuple[Label[Any], ...] = (),
) -> ClaimableRow | None:
    """Take the first due row that nobody holds, for `LEASE`; None where there is none.

    `extra` are further values for the row to have. They and `conditions` are constants of a module, since the statement
    is kept for them, on columns of the table, since those of its class cost several times as much.
    """
    taken = connection.execute(_claiming(table, conditions, extra), {"now": now, "lease": now + LEASE}).one_or_none()
    return None if taken is None else table(**taken._mapping)


@cache
def _claiming(table: ClaimableTable, conditions: tuple[ColumnElement[bool], ...], extra: tuple[Label[Any], ...]) -> Any:
    rows: Any = table.__table__
    first = (
        select(rows.c.id)
        .where(rows.c.due_at <= _NOW, or_(rows.c.lease_until.is_(None), rows.c.lease_until < _NOW), *conditions)
        .order_by(rows.c.due_at, rows.c.id)
        .limit(1)
        # A row that others only refer to is not skipped: nobody would look for it again before the next tick.
        .with_for_update(skip_locked=True, key_share=True)
    )
    return (
        update(rows)
        .where(rows.c.id == first.scalar_subquery())
        .values(lease_until=bindparam("lease", type_=UTCDateTime), attempt=rows.c.attempt + 1)
        .returning(*rows.c, *extra)
    )


def next_due(session: Session, table: ClaimableTable, now: datetime) -> datetime | None:
    """When the next row that is not due yet, or whose lease is not over yet, has to be looked at."""
    moments = session.execute(_looking_ahead(table), {"now": now}).one()
    return min((moment for moment in moments if moment is not None), default=None)


@cache
def _looking_ahead(table: ClaimableTable) -> Select[datetime | None, datetime | None]:
    rows: Any = table.__table__
    due = select(func.min(rows.c.due_at)).where(rows.c.due_at > _NOW)
    freed = select(func.min(rows.c.lease_until)).where(rows.c.due_at <= _NOW, rows.c.lease_until.is_not(None))
    return select(due.scalar_subquery(), freed.scalar_subquery())


def settle(session: Session | Connection, table: ClaimableTable, claim: Claim, **values: Any) -> None:
    """Write how a move ended and give the row up, or raise `ClaimLost`."""
    _write(session, table, claim, {"lease_until": None, **values})


def save_progress(
    session: Session | Connection, table: ClaimableTable, claim: Claim, now: datetime, **values: Any
) -> None:
    """Write how far a move is and hold the row for another `LEASE`, or raise `ClaimLost`."""
    _write(session, table, claim, {"lease_until": now + LEASE, **values})


def set_leases(session: Session, table: ClaimableTable, claims: Iterable[Claim], until: datetime | None) -> None:
    """Lengthen the leases still held, or with None give them back."""
    for held in claims:
        _held(session, table, held, {"lease_until": until})


def _write(session: Session | Connection, table: ClaimableTable, claim: Claim, values: dict[str, Any]) -> None:
    if not _held(session, table, claim, values):
        raise ClaimLost(f"{table.__tablename__} {claim.id}, attempt {claim.attempt}")


def _held(session: Session | Connection, table: ClaimableTable, claim: Claim, values: dict[str, Any]) -> bool:
    """Update a row if the claim still holds; whether it does."""
    given = {f"new_{name}": value for name, value in values.items()}
    result: CursorResult[Any] = session.execute(
        _updating(table, *values), given | {"claimed": claim.id, "tried": claim.attempt}
    )  # type: ignore[assignment]
    return result.rowcount == 1


@cache
def _updating(table: ClaimableTable, *names: str) -> Update:
    rows: Any = table.__table__
    return (
        update(rows)
        .where(rows.c.id == bindparam("claimed"), rows.c.attempt == bindparam("tried"), rows.c.lease_until.is_not(None))
        .values({name: bindparam(f"new_{name}", type_=rows.c[name].type) for name in names})
    )
