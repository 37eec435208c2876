"""Finds what to ask for instead of a filter that finds nobody, names a value nobody has, or finds too many."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice, takewhile

from sqlalchemy.orm import Session

from bot.chat.did_you_mean import nearest
from bot.filters.advice import Absent, Advice, Alternative, can_be_typed, word_of
from bot.filters.columns import BY_ATTRIBUTE
from storage import views
from storage.values.folding import fold
from storage.values.license_table import LICENSE_COLUMNS, Term, View
from storage.values.records import Roster

_MAX_TERMS = 30
"""Conditions of a filter that is looked into: each makes the SQL expression deeper, which SQLite limits."""

_MAX_VALUES = 5000
"""Existing values compared with a typed one, the most frequent first: a comparison takes some microseconds."""

_MAX_ABSENT = 5
"""Values named as had by nobody, so that the answer stays short."""

_MAX_WORDS = 3
"""Words after a value that may belong to it: hardly a location or a status has more than four words."""

_MAX_REWRITINGS = 6
"""Rewritings tried, for each reads the whole roster."""

_FEW_VALUES = ("location", "license_type", "activation", "status")
"""Columns with few different values. A value nobody has is a typing error there, and one value may halve a view."""

_TEXT_COLUMNS = (*_FEW_VALUES, "first_name", "last_name")
"""Columns to look in for a word that may be in any column. The others hold addresses and numbers."""

_OR = re.compile(" or ", re.IGNORECASE)


def advice(session: Session, roster: Roster, view: View, *, nobody: bool) -> Advice:
    """Return what helps with a view: which values nobody has, and, if nobody matches, what would find people."""
    absent = tuple(islice(_absent(session, roster.id, view), _MAX_ABSENT)) if roster.size else ()
    if not nobody or not 0 < len(view.terms) <= _MAX_TERMS:
        return Advice(absent=absent)
    rewritings = chain(_longer_values(view.terms), _combined(view.terms))
    for rewritten, others in islice((each for each in rewritings if can_be_typed(each[0])), _MAX_REWRITINGS):
        if found := views.count(session, roster.id, View((*others, rewritten))):
            return Advice(instead=Alternative(rewritten, found), absent=absent)
    kept_out = views.excluded_by_each(session, roster.id, view.terms)
    at = kept_out.index(max(kept_out))
    if not kept_out[at]:
        return Advice(absent=absent)
    term, others = view.terms[at], view.terms[:at] + view.terms[at + 1 :]
    meant = _nearest_term(session, roster.id, term, View(others))
    found = views.count(session, roster.id, View((*others, meant))) if meant else 0
    return Advice(Alternative(term, kept_out[at]), Alternative(meant, found) if meant and found else None, absent)


def halving(session: Session, roster: Roster, view: View) -> tuple[Term, int] | None:
    """Return the condition that leaves nearest to half of a view, and how many; None if all values are the same."""
    whole = views.count(session, roster.id, view)
    found = [
        (Term((column,), ((value,),)), number)
        for column in _FEW_VALUES
        for value, number in views.facets(session, roster.id, column, view).items()
        if number < whole
    ]
    nearest_first = sorted(found, key=lambda half: abs(2 * half[1] - whole))
    return next((half for half in nearest_first if can_be_typed(half[0])), None)


def _absent(session: Session, roster_id: int, view: View) -> Iterator[Absent]:
    """Yield the values nobody has, of conditions that find people anyway: only these cost a look at the roster."""
    doubtful = {
        (term.columns[0], folded): pattern[0]
        for term in view.terms
        if len(term.columns) == 1 and term.columns[0] in _FEW_VALUES and (term.negated or len(term.patterns) > 1)
        for pattern in term.patterns
        if len(pattern) == 1 and (folded := fold(pattern[0]))
    }
    existing: dict[str, dict[str, str]] = {}
    for (column, folded), typed in doubtful.items():
        if column not in existing:
            # Examples show Webex's own words in lower case.
            values = views.facets(session, roster_id, column)
            existing[column] = {fold(value): value if column == "location" else value.lower() for value in values}
        if folded not in existing[column]:
            meant = nearest(typed, islice(existing[column].values(), _MAX_VALUES))
            yield Absent(BY_ATTRIBUTE[column].keys[0], typed, meant)


def _longer_values(terms: Sequence[Term]) -> Iterator[tuple[Term, tuple[Term, ...]]]:
    """Add the words after a value to it: `location=Dallas North`; or as values of their own after an "or"."""
    for at, term in enumerate(terms):
        if term.negated or term.columns == LICENSE_COLUMNS or len(term.patterns[-1]) > 1:
            continue
        following = map(word_of, terms[at + 1 : at + 1 + _MAX_WORDS])
        words = [word for word in takewhile(lambda word: word is not None, following) if word]
        for length in range(len(words), 0, -1):
            others = (*terms[:at], *terms[at + 1 + length :])
            value = " ".join([term.patterns[-1][0], *words[:length]]).strip()
            for values in dict.fromkeys([(value,), tuple(_OR.split(value))]):
                yield Term(term.columns, (*term.patterns[:-1], *((value,) for value in values))), others


def _combined(terms: Sequence[Term]) -> Iterator[tuple[Term, tuple[Term, ...]]]:
    """Combine the conditions on one column: `location=Dallas location=Austin`, also with "or" between them."""
    for columns in dict.fromkeys(term.columns for term in terms if len(term.columns) == 1):
        at = {index for index, term in enumerate(terms) if term.columns == columns and not term.negated}
        if len(at) > 1:
            patterns = dict.fromkeys(pattern for index in sorted(at) for pattern in terms[index].patterns)
            ors = {index for index, term in enumerate(terms) if fold(word_of(term) or "") == "or"}
            ors = {index for index in ors if {index - 1, index + 1} <= at}
            others = tuple(term for index, term in enumerate(terms) if index not in at | ors)
            yield Term(columns, tuple(patterns)), others


def _nearest_term(session: Session, roster_id: int, term: Term, others: View) -> Term | None:
    """Return the condition with the existing value nearest to the typed one, among the people who match `others`."""
    match term:
        case Term(columns, (((typed,) | ("", typed, "")) as pattern,), False):
            columns = _TEXT_COLUMNS if columns == LICENSE_COLUMNS else columns
            most = _MAX_VALUES // len(columns)
            each = (islice(views.facets(session, roster_id, column, others), most) for column in columns)
            if value := nearest(typed, chain.from_iterable(each)):
                found = Term(term.columns, (tuple(value if piece == typed else piece for piece in pattern),))
                return found if can_be_typed(found) else None
    return None
