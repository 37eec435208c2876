"""Conditions on the state of a row."""

from typing import Any

from sqlalchemy import ColumnElement, literal_column


def state_in(state: Any, *states: str) -> ColumnElement[bool]:
    """Whether the column `state` has one of these, which are constants of the program.

    They are written into the statement: the plan that a database keeps for all its executions can use an index over
    the rows in certain states only if it sees which states are asked for.
    """
    constants: list[ColumnElement[str]] = [literal_column(f"'{one}'") for one in states]
    found: ColumnElement[bool] = state == constants[0] if len(constants) == 1 else state.in_(constants)
    return found
