"""What a view means, in plain Python: the reference that every database agrees with."""

from collections.abc import Iterable

from storage.values.folding import fold, fold_pattern, sort_key
from storage.values.license_table import LicenseHolder, Pattern, Term, View


def matches(terms: Iterable[Term], holder: LicenseHolder) -> bool:
    """Does the license holder meet every term?"""
    return all(_holds(term, holder) for term in terms)


def ordered(view: View, holders: Iterable[LicenseHolder]) -> list[LicenseHolder]:
    """The license holders in the view's order, those that are equal in it as they came; its terms are ignored."""
    in_order = list(holders)
    for key in reversed(view.sort):
        in_order.sort(
            key=lambda holder, column=key.column: sort_key(getattr(holder, column)),  # type: ignore[misc]
            reverse=key.descending,
        )
    return in_order


def _holds(term: Term, holder: LicenseHolder) -> bool:
    cells = [fold(getattr(holder, column)) for column in term.columns]
    patterns = [fold_pattern(pattern) for pattern in term.patterns]
    return term.negated != any(_fits(pattern, cell) for pattern in patterns for cell in cells)


def _fits(pattern: Pattern, cell: str) -> bool:
    first, *inner = pattern
    if not inner:
        return cell == first
    last = inner.pop()
    if len(cell) < len(first) + len(last) or not (cell.startswith(first) and cell.endswith(last)):
        return False
    at, end = len(first), len(cell) - len(last)
    for piece in inner:
        at = cell.find(piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return True
