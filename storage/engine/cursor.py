"""A cursor of psycopg that describes the columns of equal results once.

SQLAlchemy asks each result for its description. psycopg then makes an object for each column, every time; that took a
tenth of the time of all statements.
"""

from typing import Any

import psycopg

_MAX_DESCRIPTIONS = 1_000
"""Limits the memory. The bot has some hundred statements, and each has one kind of result."""

_descriptions: dict[tuple[tuple[bytes | None, int, int, int], ...], list[psycopg.Column]] = {}


class Cursor(psycopg.Cursor[Any]):
    """Returns one list for all results with the same columns; nobody changes it."""

    @property
    def description(self) -> list[psycopg.Column] | None:
        """The columns of the result."""
        result = self.pgresult
        if result is None or not result.nfields:
            return super().description
        columns = range(result.nfields)
        names, types, modifiers, sizes = result.fname, result.ftype, result.fmod, result.fsize
        key = tuple((names(column), types(column), modifiers(column), sizes(column)) for column in columns)
        known = _descriptions.get(key)
        if known is None:
            known = super().description or []
            if len(_descriptions) < _MAX_DESCRIPTIONS:
                _descriptions[key] = known
        return known
