"""Conditions on the state of a row."""

from typing import Any

from sqlalchemy import ColumnElement, literal_column


def state_in(state: Any, *states: str) -> ColumnElement[bool]:
    """Return the condition that the column `state` has one of these states, which must be constants of the program.

    The states are written into the statement, not bound to it: only then can the plan that a database keeps use an
    index over the rows in certain states.
    """
    constants: list[ColumnElement[str]] = [literal_column(f"'{one}'") for one in states]
    found: ColumnElement[bool] = state == constants[0] if len(constants) == 1 else state.in_(constants)
    return found
