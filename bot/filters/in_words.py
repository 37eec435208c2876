"""Puts a view of the roster into words, so that people see how the bot understood their filter."""

import string

from bot.filters.columns import BY_ATTRIBUTE, NAME_COLUMNS
from bot.formatting.escape import plain
from storage.values.license_table import LICENSE_COLUMNS, Pattern, SortKey, Term, View

_MAX_TERMS = 10
_MAX_VALUES = 8
_MAX_VALUE_LENGTH = 60
"""Conditions, values of one condition, and characters of a value that are shown: they fit into a message."""

_NEGATED = {
    "is": "is not",
    "matches": "does not match",
    "begins with": "does not begin with",
    "ends with": "does not end with",
    "contains": "does not contain",
}
_SPACE = "␣"
"""Shows a space at the start or the end of a value."""

_MISLEADING = (";", ",", '"', " or ", " nor ", " and ")
"""Parts of a value that look like a part of the sentence, so that the value is quoted."""


def in_words(view: View) -> str:
    """Return the view as markdown: "Location is Dallas; Status is Error or Updating; sorted by Ext descending"."""
    said = [_term(term) for term in view.terms[:_MAX_TERMS]] or ["all license holders"]
    if len(view.terms) > _MAX_TERMS:
        said.append(f"and {len(view.terms) - _MAX_TERMS} more conditions")
    if view.sort:
        said.append(f"sorted by {', '.join(map(_sort_key, view.sort))}")
    return "; ".join(said)


def _term(term: Term) -> str:
    patterns = term.patterns[:_MAX_VALUES]
    if term.columns == ("status",):
        patterns = tuple((string.capwords(p[0]),) if len(p) == 1 else p for p in patterns)
    values = [_value(pattern) for pattern in patterns]
    first_verb = values[0][0]
    if all(verb == first_verb for verb, _ in values):
        verb, alternatives = f"{first_verb} ", [value for _, value in values]
    else:
        verb, alternatives = "", [f"{verb} {value}" for verb, value in values]
    if len(term.patterns) > _MAX_VALUES:
        alternatives.append(f"{len(term.patterns) - _MAX_VALUES} more")
    if not term.negated:
        return f"{_subject(term)} {verb}{' or '.join(alternatives)}"
    if len(term.columns) > 1:
        return f"neither {_subject(term, 'nor')} {verb}{' or '.join(alternatives)}"
    if len(term.patterns) == 1:
        return f"{_subject(term)} {_NEGATED[first_verb]} {values[0][1]}"
    return f"{_subject(term)} {verb}neither {' nor '.join(alternatives)}"


def _subject(term: Term, joined_by: str = "or") -> str:
    if term.columns == LICENSE_COLUMNS:
        return "any cell"
    if term.columns == NAME_COLUMNS:
        return f"First {joined_by} Last Name"
    return BY_ATTRIBUTE[term.columns[0]].label


def _value(pattern: Pattern) -> tuple[str, str]:
    """Return the verb and the value of one pattern."""
    match pattern:
        case ("",):
            return "is", "empty"
        case (whole,):
            return "is", _shown(whole)
        case ("", ""):
            return "is", "anything"
        case (start, ""):
            return "begins with", _shown(start)
        case ("", end):
            return "ends with", _shown(end)
        case ("", *inner, ""):
            return "contains", _shown("*".join(inner))
    return "matches", _shown("*".join(pattern))


def _shown(text: str) -> str:
    """Return a value as text, in quotes if it could be read as a part of the sentence."""
    if text != text.strip():
        text = text.replace(" ", _SPACE)
    if text.casefold() in ("empty", "anything") or any(part in text for part in _MISLEADING):
        return f"“{plain(text, _MAX_VALUE_LENGTH)}”"
    return plain(text, _MAX_VALUE_LENGTH)


def _sort_key(key: SortKey) -> str:
    return BY_ATTRIBUTE[key.column].label + (" descending" if key.descending else "")
