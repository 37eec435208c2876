"""Claim rows that take turns: the first row of the next turn, so that no enterprise waits for all rows of another."""

from collections.abc import Callable
from datetime import datetime
from itertools import chain
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, bindparam, func, true
from sqlalchemy.sql.dml import ReturningUpdate

from storage.engine import claims
from storage.engine.turns import Turns
from storage.models import InboxRow, OutboxRow
from storage.models.columns import Id

TurnRow = TypeVar("TurnRow", InboxRow, OutboxRow)


_RANGES = (2, 3)
"""How many ranges `Turns.ranges` returns."""


def turn_claimer(
    table: type[TurnRow], *conditions: ColumnElement[bool], can_wait: ColumnElement[bool] | None = None
) -> Callable[..., TurnRow | None]:
    """Return the function that claims, for `LEASE`, the first due row of the next turn that has a free one.

    It takes a connection, the time and the `Turns` of the process, and returns None if there is none. Without `Turns`
    it begins at the least turn. Rows with `can_wait`, a column of the table, are claimed only if there is no other.
    """
    groups = {False: true()} if can_wait is None else {False: ~can_wait, True: can_wait}
    statements = {count: _statement(table, conditions, list(groups.values()), count) for count in _RANGES}

    def claim(connection: Connection, now: datetime, turns: Turns | None = None) -> TurnRow | None:
        turns = turns or Turns(limit=1)
        ranges = [turns.ranges(can_wait=group) for group in groups]
        values: dict[str, Any] = {"now": now, "lease": now + claims.LEASE}
        for number, (least, greatest) in enumerate(chain(*ranges)):
            values |= {f"least_{number}": least, f"greatest_{number}": greatest}
        claimed = connection.execute(statements[len(ranges[0])], values).one_or_none()
        return None if claimed is None else table(**claimed._mapping)

    return claim


def _statement(
    table: type[TurnRow], conditions: tuple[ColumnElement[bool], ...], groups: list[ColumnElement[bool]], count: int
) -> ReturningUpdate[Any]:
    """Return the statement that looks at this many ranges of turns in each group, one after the other."""
    rows: Any = table.__table__
    firsts: list[ColumnElement[int]] = []
    for group in groups:
        for _ in range(count):
            least, greatest = (bindparam(f"{name}_{len(firsts)}", type_=Id) for name in ("least", "greatest"))
            first = claims.first_free(table, group, rows.c.turn.between(least, greatest), *conditions)
            firsts.append(first.order_by(rows.c.turn, rows.c.due_at, rows.c.id).scalar_subquery())
    return claims.taking(table, func.coalesce(*firsts))
