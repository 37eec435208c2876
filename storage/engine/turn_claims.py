"""Claim rows that take turns: the first row of the next turn, so that no enterprise waits for all rows of another."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, bindparam, func, true

from storage.engine import claims
from storage.engine.parking import is_not_parked
from storage.engine.turns import Turns
from storage.models import InboxRow, OutboxRow
from storage.models.columns import Id

TurnRow = TypeVar("TurnRow", InboxRow, OutboxRow)


_LAST = {group: bindparam(name, type_=Id) for group, name in ((False, "last"), (True, "last_that_can_wait"))}
_RESTING = bindparam("resting", type_=Id)


def turn_claimer(
    table: type[TurnRow], *conditions: ColumnElement[bool], can_wait: ColumnElement[bool] | None = None
) -> Callable[..., TurnRow | None]:
    """Return the function that claims, for `LEASE`, the first due row of the next turn that has a free one.

    It takes a connection, the time and the `Turns` of the process, and returns None if there is none. Without `Turns`
    it begins at the least turn. Rows with `can_wait`, a column of the table, are claimed only if there is no other.
    """
    rows: Any = table.__table__
    groups = {False: true()} if can_wait is None else {False: ~can_wait, True: can_wait}
    open_here = (is_not_parked(rows), *conditions)
    firsts = []
    for group, condition in groups.items():
        # One condition for each side, and a sum that stands for the turn itself: PostgreSQL takes conditions with both
        # sides, and unequal turns, for rare. Then it would sort all due rows, and not read the first from the index.
        for is_next in (rows.c.turn > _LAST[group], rows.c.turn <= _LAST[group]):
            first = claims.first_free(table, condition, is_next, rows.c.turn + 0 != _RESTING, *open_here)
            firsts.append(first.order_by(rows.c.turn, rows.c.due_at, rows.c.id).scalar_subquery())
    statement = claims.taking(table, func.coalesce(*firsts))

    def claim(connection: Connection, now: datetime, turns: Turns | None = None) -> TurnRow | None:
        turns = turns or Turns(threads=1)
        values: dict[str, Any] = {_LAST[group].key: turns.last(can_wait=group) for group in groups}
        values |= {"resting": turns.resting(now), "now": now, "lease": now + claims.LEASE}
        claimed = connection.execute(statement, values).one_or_none()
        return None if claimed is None else table(**claimed._mapping)

    return claim
