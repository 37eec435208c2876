"""The license filter as SQL. It compares folded columns with folded patterns, so both databases agree with Python."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_

from storage.models import LicenseHolderRow
from storage.values.folding import fold_pattern
from storage.values.license_table import Pattern, SortKey, Term

_ESCAPE = "\\"


def where(terms: Sequence[Term]) -> list[ColumnElement[bool]]:
    """Return the conditions of a filter; all of them must hold."""
    return [_condition(term) for term in terms]


def ordering(sort: Sequence[SortKey]) -> list[ColumnElement[str]]:
    """Return the columns to order by. The caller adds a column that decides ties."""
    columns = [(_column(key.column, "sort"), key.descending) for key in sort]
    return [column.desc() if descending else column.asc() for column, descending in columns]


def _condition(term: Term) -> ColumnElement[bool]:
    found = or_(*(_matches(_column(column, "folded"), pattern) for column in term.columns for pattern in term.patterns))
    return ~found if term.negated else found


def _matches(column: ColumnElement[str], pattern: Pattern) -> ColumnElement[bool]:
    pieces = fold_pattern(pattern)
    if len(pieces) == 1:
        return column == pieces[0]
    return column.like("%".join(_escaped(piece) for piece in pieces), escape=_ESCAPE)


def _escaped(piece: str) -> str:
    for special in (_ESCAPE, "%", "_"):
        piece = piece.replace(special, _ESCAPE + special)
    return piece


def _column(name: str, form: str) -> ColumnElement[str]:
    column: ColumnElement[str] = LicenseHolderRow.__table__.c[f"{name}_{form}"]
    return column
