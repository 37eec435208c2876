"""What to ask for instead: of a filter that finds nobody, and of a view that is too large for one file."""

from itertools import islice

from sqlalchemy.orm import Session

from bot import filters
from bot.message import Refusal
from bot.nearest import nearest
from bot.replies.licenses import Suggestion
from storage import views
from storage.license_table import LICENSE_COLUMNS, Term, View
from storage.records import Roster

_MOST_TERMS = 30
"""Each of them deepens the expression, which SQLite limits."""

_MOST_VALUES = 5000
"""To compare with what was typed, the most frequent first."""

_MOST_PATTERNS = 5
"""Of one condition, each of which is compared with all values."""

_WORDED = ("location", "license_type", "first_name", "last_name", "status", "activation")
"""The columns in which a word is looked for that may be in any: the others hold addresses and numbers."""

_HALVING = ("location", "license_type", "activation", "status")


def of_nobody(session: Session, roster: Roster, view: View) -> Suggestion | None:
    """The condition without which a view of nobody would have most; None where dropping one alone does not help."""
    terms = view.terms
    if not terms or len(terms) > _MOST_TERMS:
        return None
    kept_out = views.kept_out_by_each(session, roster.id, terms)
    at = max(range(len(terms)), key=lambda index: kept_out[index])
    if not kept_out[at]:
        return None
    others = (*terms[:at], *terms[at + 1 :])
    meant = _meant(session, roster.id, terms[at], View(others))
    if meant is None:
        return Suggestion(terms[at], kept_out[at])
    return Suggestion(terms[at], kept_out[at], meant, views.count(session, roster.id, View((*others, meant))))


def halving(session: Session, roster: Roster, view: View) -> tuple[Term, int] | None:
    """The condition that leaves nearest to half of a view, and how many; None where everybody is alike."""
    whole = views.count(session, roster.id, view)
    found = [
        (Term((column,), ((value,),)), number)
        for column in _HALVING
        for value, number in views.facets(session, roster.id, column, view).items()
        if number < whole
    ]
    nearest_first = sorted(found, key=lambda one: abs(2 * one[1] - whole))
    return next((one for one in nearest_first if _can_be_typed(one[0])), None)


def _can_be_typed(term: Term) -> bool:
    """Whether it is understood as it is printed: a cell may have what stands for something in a filter."""
    try:
        return filters.parse(filters.printed(View((term,)))).terms == (term,)
    except Refusal:
        return False


def _meant(session: Session, roster_id: int, term: Term, others: View) -> Term | None:
    """The condition with the value nearest to one that was typed, of those that are there."""
    if term.negated:
        return None
    columns = _WORDED if term.columns == LICENSE_COLUMNS else term.columns
    values = [
        value
        for column in columns
        for value in islice(views.facets(session, roster_id, column, others), _MOST_VALUES // len(columns))
    ]
    for pattern in islice(term.patterns, _MOST_PATTERNS):
        match pattern:
            case (typed,) | ("", typed, "") if value := nearest(typed, values):
                meant = tuple(value if piece == typed else piece for piece in pattern)
                found = Term(term.columns, (meant,))
                return found if _can_be_typed(found) else None
    return None
