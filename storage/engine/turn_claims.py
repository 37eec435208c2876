"""Claim rows that take turns: the first row of the next turn, so that no enterprise waits for all rows of another."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, bindparam, func, true
from sqlalchemy.sql.dml import ReturningUpdate

from storage.engine import claims
from storage.engine.parking import is_not_parked
from storage.engine.turns import Turns
from storage.models import InboxRow, OutboxRow
from storage.models.columns import Id

TurnRow = TypeVar("TurnRow", InboxRow, OutboxRow)


def turn_claimer(
    table: type[TurnRow], *conditions: ColumnElement[bool], can_wait: ColumnElement[bool] | None = None
) -> Callable[..., TurnRow | None]:
    """Return the function that claims, for `LEASE`, the first due row of the next turn that has a free one.

    It takes a connection, the time and the `Turns` of the process, and returns None if there is none. Without `Turns`
    it begins at the least turn. Rows with `can_wait`, a column of the table, are claimed only if there is no other.
    """
    groups: dict[bool, ColumnElement[bool]] = (
        {False: true()} if can_wait is None else {False: ~can_wait, True: can_wait}
    )
    statements = {count: _statement(table, groups, count, *conditions) for count in (2, 3)}

    def claim(connection: Connection, now: datetime, turns: Turns | None = None) -> TurnRow | None:
        turns = turns or Turns(threads=1)
        resting = turns.resting(now)
        ranges = {group: turns.ranges(resting, can_wait=group) for group in groups}
        values: dict[str, Any] = {"now": now, "lease": now + claims.LEASE}
        for group, found in ranges.items():
            for nth, (after, before) in enumerate(found):
                values |= {_after(group, nth): after, _before(group, nth): before}
        claimed = connection.execute(statements[len(ranges[False])], values).one_or_none()
        return None if claimed is None else table(**claimed._mapping)

    return claim


def _statement(
    table: type[TurnRow], groups: dict[bool, ColumnElement[bool]], count: int, *conditions: ColumnElement[bool]
) -> ReturningUpdate[Any]:
    """Return the statement that claims from so many ranges of turns.

    It reads each range along an index. One query for all would read the rows of a turn that rests, too.
    """
    rows: Any = table.__table__
    firsts = []
    for group, is_in_group in groups.items():
        for nth in range(count):
            after, before = bindparam(_after(group, nth), type_=Id), bindparam(_before(group, nth), type_=Id)
            is_in_range = (rows.c.turn > after, rows.c.turn < before)
            first = claims.first_free(table, is_in_group, *is_in_range, is_not_parked(rows), *conditions)
            firsts.append(first.order_by(rows.c.turn, rows.c.due_at, rows.c.id).scalar_subquery())
    return claims.taking(table, func.coalesce(*firsts))


def _after(group: bool, nth: int) -> str:
    return f"after_{group:d}_{nth}"


def _before(group: bool, nth: int) -> str:
    return f"before_{group:d}_{nth}"
