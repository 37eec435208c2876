"""What to ask for instead of a filter that finds nobody or names what nobody has, or of a view too large for a file."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice, takewhile

from sqlalchemy.orm import Session

from bot.chat.did_you_mean import nearest
from bot.chat.message import Refusal
from bot.filters import language
from bot.filters.advice import Absent, Rewritten, Suggestion, is_shown_whole, word_of
from bot.filters.columns import BY_ATTRIBUTE
from storage import views
from storage.values.folding import fold
from storage.values.license_table import LICENSE_COLUMNS, Term, View
from storage.values.records import Roster

_MAX_TERMS = 30
"""Each of them deepens the expression, which SQLite limits."""

_MAX_VALUES = 5000
"""To compare with what was typed, the most frequent first."""

_MAX_PATTERNS = 5
"""Of one condition, each of which is compared with all values."""

_WORDED = ("location", "license_type", "first_name", "last_name", "status", "activation")
"""The columns in which a word is looked for that may be in any: the others hold addresses and numbers."""

_FEW_VALUES = ("location", "license_type", "status", "activation")
"""The columns with few values, so that one which nobody has is a slip."""

_MAX_ABSENT = 5
_MAX_WORDS = 3
"""That are taken for the rest of the value before them."""

_MAX_REWRITTEN = 6
"""Attempts, each of which looks at the whole roster."""

_OR = "or"
_BETWEEN_OR = re.compile(f" {_OR} ", re.IGNORECASE)

_HALVING = ("location", "license_type", "activation", "status")


def of_nobody(session: Session, roster: Roster, view: View) -> Suggestion | Rewritten | None:
    """The condition that several were meant as, else the one without which a view of nobody would have most.

    None where dropping one alone does not help.
    """
    terms = view.terms
    if not terms or len(terms) > _MAX_TERMS:
        return None
    for rewritten, others in islice(_rewritten(terms), _MAX_REWRITTEN):
        if number := views.count(session, roster.id, View((*others, rewritten))):
            return Rewritten(rewritten, number)
    kept_out = views.kept_out_by_each(session, roster.id, terms)
    at = max(range(len(terms)), key=lambda index: kept_out[index])
    if not kept_out[at]:
        return None
    others = (*terms[:at], *terms[at + 1 :])
    meant = _meant(session, roster.id, terms[at], View(others))
    if meant is None:
        return Suggestion(terms[at], kept_out[at])
    return Suggestion(terms[at], kept_out[at], meant, views.count(session, roster.id, View((*others, meant))))


def absent(session: Session, roster: Roster, view: View) -> tuple[Absent, ...]:
    """The values that nobody has, of conditions that find people all the same; only these cost a look at the roster."""
    if not roster.size:
        return ()
    return tuple(islice(_absent(session, roster.id, _doubtful(view)), _MAX_ABSENT))


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


def _doubtful(view: View) -> dict[tuple[str, str], str]:
    """The whole values of conditions of which one without anybody goes unnoticed, by column and as compared."""
    return {
        (term.columns[0], folded): pattern[0]
        for term in view.terms
        if len(term.columns) == 1 and term.columns[0] in _FEW_VALUES and (term.negated or len(term.patterns) > 1)
        for pattern in term.patterns
        if len(pattern) == 1 and (folded := fold(pattern[0]))
    }


def _absent(session: Session, roster_id: int, doubtful: dict[tuple[str, str], str]) -> Iterator[Absent]:
    there: dict[str, dict[str, str]] = {}
    for (column, folded), typed in doubtful.items():
        if column not in there:
            there[column] = {fold(value): value for value in views.facets(session, roster_id, column)}
        if folded not in there[column]:
            meant = nearest(typed, islice(there[column].values(), _MAX_VALUES))
            # Webex's own words are typed in lower case everywhere.
            yield Absent(
                BY_ATTRIBUTE[column].keys[0], typed, meant if column == "location" or not meant else meant.lower()
            )


def _rewritten(terms: Sequence[Term]) -> Iterator[tuple[Term, tuple[Term, ...]]]:
    """Conditions that several of these may have been meant as, each with the terms that are left beside it."""
    for meant, others in (*_with_words(terms), *_either(terms)):
        if _can_be_typed(meant):
            yield meant, others


def _with_words(terms: Sequence[Term]) -> Iterator[tuple[Term, tuple[Term, ...]]]:
    """The words that follow a value as the rest of it: `location=Dallas North`; or as others, after an "or"."""
    for at, term in enumerate(terms):
        if term.negated or term.columns == LICENSE_COLUMNS or len(term.patterns[-1]) > 1:
            continue
        following = map(word_of, terms[at + 1 : at + 1 + _MAX_WORDS])
        words = [word for word in takewhile(lambda word: word is not None, following) if word]
        for length in range(len(words), 0, -1):
            others = (*terms[:at], *terms[at + 1 + length :])
            value = " ".join([term.patterns[-1][0], *words[:length]]).strip()
            yield Term(term.columns, (*term.patterns[:-1], (value,))), others
            if len(values := _BETWEEN_OR.split(value)) > 1:
                yield Term(term.columns, (*term.patterns[:-1], *((one,) for one in values))), others


def _either(terms: Sequence[Term]) -> Iterator[tuple[Term, tuple[Term, ...]]]:
    """The conditions on one column as one with all their values: `location=Dallas or location=Austin`."""
    for columns in dict.fromkeys(term.columns for term in terms if len(term.columns) == 1):
        at = {index for index, term in enumerate(terms) if term.columns == columns and not term.negated}
        if len(at) > 1:
            patterns = dict.fromkeys(pattern for index in sorted(at) for pattern in terms[index].patterns)
            ors = {index for index, term in enumerate(terms) if fold(word_of(term) or "") == _OR}
            between = {index for index in ors if {index - 1, index + 1} <= at}
            others = tuple(term for index, term in enumerate(terms) if index not in at | between)
            yield Term(columns, tuple(patterns)), others


def _can_be_typed(term: Term) -> bool:
    """Whether it is understood as it is shown: a cell may have what stands for something in a filter."""
    if not is_shown_whole(term):
        return False
    try:
        return language.parse(language.printed(View((term,)))).terms == (term,)
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
        for value in islice(views.facets(session, roster_id, column, others), _MAX_VALUES // len(columns))
    ]
    for pattern in islice(term.patterns, _MAX_PATTERNS):
        match pattern:
            case (typed,) | ("", typed, "") if value := nearest(typed, values):
                meant = tuple(value if piece == typed else piece for piece in pattern)
                found = Term(term.columns, (meant,))
                return found if _can_be_typed(found) else None
    return None
