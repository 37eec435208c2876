"""Views of a roster: its license holders filtered, sorted and counted."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, func, select
from sqlalchemy.orm import Session

from storage.engine.database import IN_PORTIONS
from storage.models import LicenseHolderRow
from storage.values.license_table import LICENSE_COLUMNS, LicenseHolder, Term, View
from storage.view_conditions import ordering, where

_HOLDERS: Any = LicenseHolderRow.__table__
_CELLS = select(*(_HOLDERS.c[column] for column in LICENSE_COLUMNS))
_OF_ROSTER: ColumnElement[bool] = _HOLDERS.c.roster_id == bindparam("roster")
_ALL_CELLS = _CELLS.where(_OF_ROSTER).order_by(_HOLDERS.c.position)


def holders(
    session: Session, roster_id: int, view: View | None = None, *, few: bool = False
) -> Iterator[LicenseHolder]:
    """Return the license holders of a view, in its order."""
    return (LicenseHolder(*row) for row in cells(session, roster_id, view, few=few))


def cells(
    session: Session, roster_id: int, view: View | None = None, *, few: bool = False, most: int | None = None
) -> Iterator[Sequence[str]]:
    """Return the nine cells of each license holder of a view, or of the first `most`, in its order.

    They are read from the database in portions. If they are `few`, they are read at once, which is quicker.
    """
    query: Any = _ALL_CELLS
    if view is not None:
        query = _CELLS.where(_OF_ROSTER, *where(view.terms)).order_by(*ordering(view.sort), _HOLDERS.c.position)
    if most is not None:
        query = query.limit(most)
    options = {} if few else IN_PORTIONS
    return iter(session.execute(query, {"roster": roster_id}, execution_options=options))


def count(session: Session, roster_id: int, view: View | None = None) -> int:
    """Count the license holders of a view."""
    terms = where(view.terms) if view else []
    return session.scalar(select(func.count()).where(_OF_ROSTER, *terms), {"roster": roster_id}) or 0


def facets(session: Session, roster_id: int, column: str, view: View | None = None) -> dict[str, int]:
    """Count the license holders of a view by their value in a column, the most frequent value first."""
    found = groups(session, roster_id, (column,), view)
    return dict(sorted(((value, number) for (value,), number in found.items()), key=lambda item: (-item[1], item[0])))


def groups(
    session: Session, roster_id: int, columns: Sequence[str], view: View | None = None
) -> dict[tuple[str, ...], int]:
    """Count the license holders of a view by their values in these columns."""
    cells = [_HOLDERS.c[column] for column in columns]
    terms = where(view.terms) if view else []
    query = select(func.count(), *cells).where(_OF_ROSTER, *terms).group_by(*cells)
    return {tuple(values): number for number, *values in session.execute(query, {"roster": roster_id})}


def excluded_by_each(session: Session, roster_id: int, terms: Sequence[Term]) -> list[int]:
    """Count, for each term, the license holders that meet all other terms but not this one. Reads the roster once."""
    failed = [case((term, 0), else_=1).label(f"failed_{index}") for index, term in enumerate(where(terms))]
    by_holder = select(*failed).where(_OF_ROSTER).subquery()
    terms_failed = list(by_holder.c)
    number_failed: Any = sum(terms_failed[1:], terms_failed[0])
    counts = [func.coalesce(func.sum(term), 0) for term in terms_failed]
    query = select(*counts).where(number_failed == 1)
    return [int(number) for number in session.execute(query, {"roster": roster_id}).one()]
