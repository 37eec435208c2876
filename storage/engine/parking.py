"""Park the rows far back in a line, so that no claim looks at thousands of rows that cannot be claimed yet.

A line is what goes one by one: the events of a space, or the messages to a destination. The first rows of a line are
not parked. Whoever writes thousands of messages into one space, or has them wait for one, makes no claim slower.

A parked row always has an open row before it in its line that is not parked. A new row is parked only under a lock on
an open row before it. A transaction that takes a row out of the way of its line executes `let_next_in` after that: so
it sees every row that was parked behind the row.
"""

from typing import Any

from sqlalchemy import ColumnElement, Update, bindparam, func, literal_column, select, true, update

from storage.models import InboxRow, OutboxRow

NOT_PARKED = 20
"""How many rows of a line are open before a new row is parked. Most lines are shorter, so their rows never are."""


def is_not_parked(rows: Any) -> ColumnElement[bool]:
    """Return the condition in the words of the indexes: SQLite uses an index only for the same words."""
    return literal_column(f"NOT {rows.name}.parked")


def is_line_long(table: type[InboxRow] | type[OutboxRow], line: str, place: str, *blocks: str) -> ColumnElement[bool]:
    """Return the value of `parked` for a new row, whose line is bound as `line`.

    `line` and `place` are the columns that say in which line a row is, and where. A row with a value in any of the
    columns `blocks` lets later rows pass.
    """
    rows: Any = table.__table__
    open_row, locked = rows.alias("open_row"), rows.alias("locked")

    def is_in_the_way(each: Any) -> tuple[ColumnElement[bool], ...]:
        return each.c.due_at.is_not(None), *(each.c[name].is_(None) for name in blocks)

    # Only this one is locked: PostgreSQL would also lock the rows that an offset leaves out.
    found = select(open_row.c.id).where(open_row.c[line] == bindparam("line"), *is_in_the_way(open_row))
    row_id = found.order_by(open_row.c[place]).limit(1).offset(NOT_PARKED - 1).scalar_subquery()
    is_there = select(true()).where(locked.c.id == row_id, *is_in_the_way(locked)).with_for_update(read=True)
    return func.coalesce(is_there.scalar_subquery(), literal_column("false"))


def let_next_in(table: type[InboxRow] | type[OutboxRow], line: str, place: str) -> Update:
    """Return the statement that parks the first parked row of a line no longer: the line of the row bound as `of`."""
    rows: Any = table.__table__
    known, parked = rows.alias("known"), rows.alias("parked_row")
    line_id = select(known.c[line]).where(known.c.id == bindparam("of")).scalar_subquery()
    is_parked: Any = literal_column("parked_row.parked")
    # If another transaction lets the first one in at the same time, this waits for it, and takes the next one.
    first = select(parked.c.id).where(parked.c[line] == line_id, is_parked).order_by(parked.c[place]).limit(1)
    first = first.with_for_update(key_share=True)
    return update(rows).where(rows.c.id == first.scalar_subquery()).values(parked=False)
