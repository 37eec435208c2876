"""Turns a typed license filter into a view of the roster, and back.

`location=Dallas status!=error,pending* smith sort=-last`: all conditions must match, a comma means "or", `*` stands for
any text, quotes keep special letters as text, and a word alone must be contained in any cell.
"""

import re

from bot.chat.command_line import plain_line
from bot.chat.did_you_mean import nearest
from bot.filters import refusals
from bot.filters.columns import ATTRIBUTES_OF_KEY, BY_ATTRIBUTE, MAIN_KEYS, NAME, NAME_COLUMNS, SORT, key_of
from bot.filters.tokens import Token, Value, tokens
from storage.values.folding import fold, fold_pattern
from storage.values.license_table import LICENSE_COLUMNS, Pattern, SortKey, Term, View

MAX_COMPARISONS = 900
"""Comparisons of one cell with one pattern that a filter may need. SQLite takes expressions 1,000 deep."""

MAX_SEARCHES = 200
"""Comparisons that look for a part of a cell. Each takes far longer than that of a whole cell: with 100,000 license
holders, 200 take some 2 s."""

_EVERYTHING = ("", "")
_TO_QUOTE = re.compile("[ \"'*,=:`]")


def parse(text: str) -> View:
    """Return the view that was typed; raise Refusal, which points at the text that cannot be understood."""
    line = plain_line(text)
    terms: list[Term] = []
    sort: tuple[SortKey, ...] | None = None
    for token in tokens(line):
        if token.column is None:
            terms.extend(_any_cell(line, token))
        elif key_of(token.column) == SORT:
            if sort is not None:
                raise refusals.sorted_twice(line, token.start, token.end)
            sort = _sort(line, token)
        else:
            terms.append(_condition(line, token, token.column))
    if sum(len(term.columns) * len(term.patterns) for term in terms) > MAX_COMPARISONS:
        raise refusals.too_many_comparisons(MAX_COMPARISONS)
    if sum(len(term.columns) * sum(len(pattern) > 1 for pattern in term.patterns) for term in terms) > MAX_SEARCHES:
        raise refusals.too_many_searches(MAX_SEARCHES)
    return View(tuple(terms), sort or ())


def unparse(view: View) -> str:
    """Return the text to type for a view that `parse` returned: parsing it returns the same view."""
    parts = [_unparse_term(term) for term in view.terms]
    if view.sort:
        keys = (("-" if key.descending else "") + _column_key((key.column,)) for key in view.sort)
        parts.append(f"{SORT}={','.join(keys)}")
    return " ".join(parts)


def _condition(line: str, token: Token, typed: str) -> Term:
    columns = ATTRIBUTES_OF_KEY.get(key_of(typed))
    if columns is None:
        if key_of(typed).removeprefix("-") == SORT:
            raise refusals.minus_before_sort(line, token.start, token.end)
        meant = nearest(typed, [*ATTRIBUTES_OF_KEY, SORT])
        whole = line[token.start : token.end]
        raise refusals.unknown_column(line, token.start, typed, whole, meant, MAIN_KEYS)
    patterns = tuple(value.pattern for value in token.values)
    if columns == ("status",):
        patterns = tuple(tuple(piece.replace("_", " ") for piece in pattern) for pattern in patterns)
    return Term(columns, patterns, token.negated)


def _any_cell(line: str, token: Token) -> list[Term]:
    """Return the term of a word alone; none for `*` alone, which everybody matches."""
    if any(value.pattern == _EVERYTHING for value in token.values):
        return []
    return [Term(LICENSE_COLUMNS, tuple(_contains(line, value) for value in token.values))]


def _contains(line: str, value: Value) -> Pattern:
    pattern = ("", *filter(None, value.pattern), "")
    if not any(fold_pattern(pattern)):
        raise refusals.empty_word(line, value.start, value.end)
    return pattern


def _sort(line: str, token: Token) -> tuple[SortKey, ...]:
    if token.negated:
        raise refusals.sort_is_not_negated(line, token.start, token.end)
    order: dict[str, SortKey] = {}
    for value in token.values:
        typed = fold("*".join(value.pattern))
        key = key_of(typed.removeprefix("-"))
        columns = ATTRIBUTES_OF_KEY.get(key)
        if columns is None:
            meant = nearest(key, ATTRIBUTES_OF_KEY)
            raise refusals.unknown_sort_column(line, value.start, value.end, meant, MAIN_KEYS)
        for column in reversed(columns):
            order.setdefault(column, SortKey(column, typed.startswith("-")))
    return tuple(order.values())


def _unparse_term(term: Term) -> str:
    if term.columns == LICENSE_COLUMNS:
        return ",".join(_unparse_pattern(pattern[1:-1]) for pattern in term.patterns)
    operator = "!=" if term.negated else "="
    alone = term.patterns == (("",),)
    values = "" if alone else ",".join(_unparse_pattern(pattern) for pattern in term.patterns)
    return f"{_column_key(term.columns)}{operator}{values}"


def _unparse_pattern(pattern: Pattern) -> str:
    return "*".join(map(_unparse_piece, pattern)) if any(pattern) or len(pattern) > 1 else '""'


def _unparse_piece(piece: str) -> str:
    return '"' + piece.replace('"', '""') + '"' if _TO_QUOTE.search(piece) else piece


def _column_key(columns: tuple[str, ...]) -> str:
    return NAME if columns == NAME_COLUMNS else BY_ATTRIBUTE[columns[0]].keys[0]
