"""Conditions of statements, in words for which the databases find good plans."""

from typing import Any

from sqlalchemy import ColumnElement, Select, literal_column, select


def state_in(state: Any, *states: str) -> ColumnElement[bool]:
    """Return the condition that the column `state` has one of these states, which must be constants of the program.

    The states are written into the statement, not bound to it: only then can the plan that a database keeps use an
    index over the rows in certain states.
    """
    constants: list[ColumnElement[str]] = [literal_column(f"'{one}'") for one in states]
    found: ColumnElement[bool] = state == constants[0] if len(constants) == 1 else state.in_(constants)
    return found


def none_exists(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that no row meets these conditions, which is looked up for one row at a time.

    The offset keeps PostgreSQL from joining the tables: if it takes them for empty, it reads all rows for each row.
    """
    first: Select[int] = (
        select(literal_column("1")).where(*conditions).limit(literal_column("1")).offset(literal_column("0"))
    )
    return ~first.exists()
