"""Views of a roster: its license holders filtered and sorted, counted, and what keeps a filter from finding any."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, func, select
from sqlalchemy.orm import Session

from storage.models import LicenseHolderRow
from storage.values.license_table import LICENSE_COLUMNS, LicenseHolder, Term, View
from storage.view_conditions import ordering, where

_PORTION = 2000

_HOLDERS: Any = LicenseHolderRow.__table__
_CELLS = select(*(_HOLDERS.c[column] for column in LICENSE_COLUMNS))
_OF_ROSTER: ColumnElement[bool] = _HOLDERS.c.roster_id == bindparam("roster")
_WHOLE = _CELLS.where(_OF_ROSTER).order_by(_HOLDERS.c.position)


def holders(
    session: Session, roster_id: int, view: View | None = None, *, few: bool = False
) -> Iterator[LicenseHolder]:
    """The license holders of a view, in its order."""
    return (LicenseHolder(*row) for row in cells(session, roster_id, view, few=few))


def cells(session: Session, roster_id: int, view: View | None = None, *, few: bool = False) -> Iterator[Sequence[str]]:
    """The nine cells of each license holder of a view, in its order; read from the database in portions, which costs
    calls of its own, unless they are `few`.
    """
    query: Any = _WHOLE
    if view is not None:
        query = _CELLS.where(_OF_ROSTER, *where(view.terms)).order_by(*ordering(view.sort), _HOLDERS.c.position)
    options = {} if few else {"yield_per": _PORTION}
    found: Iterator[Any] = iter(session.execute(query, {"roster": roster_id}, execution_options=options))
    return found


def count(session: Session, roster_id: int, view: View | None = None) -> int:
    """How many license holders a view has."""
    terms = where(view.terms) if view else []
    return session.scalar(select(func.count()).where(_OF_ROSTER, *terms), {"roster": roster_id}) or 0


def facets(session: Session, roster_id: int, column: str, view: View | None = None) -> dict[str, int]:
    """How many license holders of a view have which value in a column, most first."""
    found = groups(session, roster_id, (column,), view)
    return dict(sorted(((value, number) for (value,), number in found.items()), key=lambda one: (-one[1], one[0])))


def groups(
    session: Session, roster_id: int, columns: Sequence[str], view: View | None = None
) -> dict[tuple[str, ...], int]:
    """How many license holders of a view have which values in these columns."""
    cells = [_HOLDERS.c[column] for column in columns]
    terms = where(view.terms) if view else []
    query = select(func.count(), *cells).where(_OF_ROSTER, *terms).group_by(*cells)
    return {tuple(values): number for number, *values in session.execute(query, {"roster": roster_id})}


def excluded_by_each(session: Session, roster_id: int, terms: Sequence[Term]) -> list[int]:
    """How many license holders meet all of the terms but this one, for each of them; one look at the roster."""
    missing = [case((term, 0), else_=1).label(f"m{index}") for index, term in enumerate(where(terms))]
    looked = select(*missing).where(_OF_ROSTER).subquery()
    each = list(looked.c)
    misses: Any = sum(each[1:], each[0])
    counts = [func.coalesce(func.sum(one), 0) for one in each]
    return [int(number) for number in session.execute(select(*counts).where(misses == 1), {"roster": roster_id}).one()]
