"""Claim rows. All kinds of rows use the same conditional UPDATE: it gives a lease, and only its holder may settle.

The statements are built once, because building one takes several times as long as running it.
"""

from collections.abc import Callable, Iterable
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
from sqlalchemy.sql.dml import ReturningUpdate

from storage.models import InboxRow, OutboxRow, ReadingRow, RosterRow, SyncRow
from storage.models.columns import UTCDateTime
from storage.values.maxima import MAX_REASON, cut
from storage.values.records import Claim

LEASE = timedelta(seconds=60)
"""How long a claim lasts unless it is renewed: after a crash, another worker takes the row this much later."""

ClaimableRow = TypeVar("ClaimableRow", InboxRow, OutboxRow, ReadingRow, RosterRow, SyncRow)
ClaimableTable = type[InboxRow] | type[OutboxRow] | type[ReadingRow] | type[RosterRow] | type[SyncRow]

_NOW = bindparam("now", type_=UTCDateTime)


class ClaimLost(Exception):
    """Another worker holds the row now, so this one must write nothing."""


def claimer(
    table: type[ClaimableRow], *conditions: ColumnElement[bool], extra: tuple[Label[Any], ...] = ()
) -> Callable[[Connection, datetime], ClaimableRow | None]:
    """Return the function that claims the first due row that is free, for `LEASE`; it returns None if there is none.

    `conditions` use the columns of the table. `extra` are values that the row gets besides its columns.
    """
    rows: Any = table.__table__
    first = first_free(table, *conditions).order_by(rows.c.due_at, rows.c.id)
    statement = taking(table, first.scalar_subquery(), extra)

    def claim(connection: Connection, now: datetime) -> ClaimableRow | None:
        claimed = connection.execute(statement, {"now": now, "lease": now + LEASE}).one_or_none()
        return None if claimed is None else table(**claimed._mapping)

    return claim


def first_free(table: ClaimableTable, *conditions: ColumnElement[bool]) -> Select[int]:
    """Return the query for a row that is due and free. The order, which says which of them, is still to be added."""
    rows: Any = table.__table__
    return (
        select(rows.c.id)
        .where(rows.c.due_at <= _NOW, or_(rows.c.lease_until.is_(None), rows.c.lease_until < _NOW), *conditions)
        .limit(1)
        # key_share: do not skip a row only because another row that refers to it is being inserted.
        .with_for_update(skip_locked=True, key_share=True)
    )


def taking(
    table: ClaimableTable, row_id: ColumnElement[int], extra: tuple[Label[Any], ...] = ()
) -> ReturningUpdate[Any]:
    """Return the statement that gives a lease on this row, and returns the row with `extra`."""
    rows: Any = table.__table__
    return (
        update(rows)
        .where(rows.c.id == row_id)
        .values(lease_until=bindparam("lease", type_=UTCDateTime), attempt=rows.c.attempt + 1)
        .returning(*rows.c, *extra)
    )


def next_due_of(
    table: ClaimableTable, *conditions: ColumnElement[bool]
) -> Callable[[Session, datetime], datetime | None]:
    """Return the function that tells when the next row becomes due or the next lease ends; None if neither will."""
    rows: Any = table.__table__
    due = select(func.min(rows.c.due_at)).where(rows.c.due_at > _NOW, *conditions)
    is_held = (rows.c.due_at <= _NOW, rows.c.lease_until.is_not(None), *conditions)
    released = select(func.min(rows.c.lease_until)).where(*is_held)
    statement = select(due.scalar_subquery(), released.scalar_subquery())

    def next_due(session: Session, now: datetime) -> datetime | None:
        times = session.execute(statement, {"now": now}).one()
        return min((time for time in times if time is not None), default=None)

    return next_due


def settle(session: Session | Connection, table: ClaimableTable, claim: Claim, **values: Any) -> None:
    """Write the result and end the claim. Raise `ClaimLost` if the claim is lost."""
    if not _update(session, table, claim, {"lease_until": None, **values}):
        raise ClaimLost(f"{table.__tablename__} {claim.id}, attempt {claim.attempt}")


def save_progress(
    session: Session | Connection, table: ClaimableTable, claim: Claim, now: datetime, **values: Any
) -> None:
    """Write a step of the work and renew the lease. Raise `ClaimLost` if the claim is lost."""
    settle(session, table, claim, lease_until=now + LEASE, **values)


def set_leases(session: Session, table: ClaimableTable, claims: Iterable[Claim], until: datetime | None) -> None:
    """Set when the leases of these claims end; None ends them now. Claims that are lost are skipped."""
    for claim in claims:
        _update(session, table, claim, {"lease_until": until})


def make_due(connection: Connection, table: ClaimableTable, row_id: int, now: datetime) -> None:
    """Make a row due now that waits for its time."""
    rows: Any = table.__table__
    waits = (rows.c.id == row_id, rows.c.due_at > now, rows.c.lease_until.is_(None))
    connection.execute(update(rows).where(*waits).values(due_at=now))


def _update(session: Session | Connection, table: ClaimableTable, claim: Claim, values: dict[str, Any]) -> bool:
    if values.get("error"):
        values = values | {"error": cut(values["error"], MAX_REASON)}
    parameters = {f"new_{name}": value for name, value in values.items()}
    result: CursorResult[Any] = session.execute(
        _update_statement(table, *values), parameters | {"claimed": claim.id, "tried": claim.attempt}
    )  # type: ignore[assignment]
    return result.rowcount == 1


@cache
def _update_statement(table: ClaimableTable, *names: str) -> Update:
    rows: Any = table.__table__
    return (
        update(rows)
        .where(rows.c.id == bindparam("claimed"), rows.c.attempt == bindparam("tried"), rows.c.lease_until.is_not(None))
        .values({name: bindparam(f"new_{name}", type_=rows.c[name].type) for name in names})
    )
