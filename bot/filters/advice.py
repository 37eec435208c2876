"""Advice about a license filter that finds nobody, or that names a value nobody has."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from bot.chat.message import Refusal
from bot.filters import language
from bot.formatting.escape import code
from storage.values.folding import fold
from storage.values.license_table import LICENSE_COLUMNS, Term, View

_MAX_VALUE_LENGTH = 40
"""Characters of a value shown, so that a sentence fits on a phone."""

_OPTIONS = ("count", "counts", "refresh")
_LEAVE_OUT_MORE = "Nobody matches, even without one of these conditions. Leave out more of them."

_OPTION_CUTOFF = 0.8
"""How much a word must be like an option (1 is equal): one wrong letter passes, another word does not."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A condition, and how many people match if it is used, or left out, and the other conditions stay."""

    term: Term
    matches: int


@dataclass(frozen=True, slots=True)
class Absent:
    """A value that nobody has in a column, the column's key, and the value that was probably meant."""

    key: str
    value: str
    meant: str | None


@dataclass(frozen=True, slots=True)
class Advice:
    """What to leave out and what to ask for instead if nobody matches, and the values that nobody has."""

    leave_out: Alternative | None = None
    instead: Alternative | None = None
    absent: tuple[Absent, ...] = ()


def of_nobody(view: View, advice: Advice) -> list[str]:
    """Say what would find people, for conditions that find nobody."""
    if fold(language.unparse(view)) == "help":
        return ["`help licenses` explains how to filter."]
    lines = []
    if any(get_close_matches(fold(word_of(term) or ""), _OPTIONS, 1, _OPTION_CUTOFF) for term in view.terms):
        lines.append("Type `count` or `refresh` right after `licenses`: `licenses count type=premium`.")
    sentences = []
    if advice.leave_out:
        sentences.append(f"If you leave out {typed(advice.leave_out.term)}, {_people(advice.leave_out.matches)}.")
    if advice.instead:
        sentences.append(f"With {typed(advice.instead.term)}, {_people(advice.instead.matches)}.")
    return [*lines, " ".join(sentences) or _LEAVE_OUT_MORE]


def of_absent(absent: Iterable[Absent]) -> list[str]:
    """Say in one paragraph which values nobody has; no paragraph if there are none."""
    said = " ".join(
        f"Nobody has {value.key} {code(value.value, _MAX_VALUE_LENGTH)}."
        + (f" Did you mean {code(value.meant, _MAX_VALUE_LENGTH)}?" if value.meant else "")
        for value in absent
    )
    return [said] if said else []


def typed(term: Term) -> str:
    """Return a condition as code, the way people type it."""
    return code(language.unparse(View((term,))))


def can_be_typed(term: Term) -> bool:
    """Return whether a condition is understood as `typed` shows it: a cell may hold letters that a filter cannot."""
    try:
        return language.parse(typed(term)[1:-1]).terms == (term,)
    except Refusal:
        return False


def word_of(term: Term) -> str | None:
    """Return the word that any cell must contain; None for other conditions."""
    match term:
        case Term(columns, (("", word, ""),)) if columns == LICENSE_COLUMNS:
            return word
    return None


def _people(number: int) -> str:
    return "1 person matches" if number == 1 else f"{number:,} people match"
