"""What is said of a filter that finds nobody, or that names what nobody has."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from bot.filters import language
from bot.formatting.escape import code
from storage.values.folding import fold
from storage.values.license_table import LICENSE_COLUMNS, Term, View

_MAX_VALUE_LENGTH = 40
_OPTIONS = ("count", "counts", "refresh")
_LIKE_ENOUGH = 0.8


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Which condition keeps people out, how many it does, and what may have been meant by it."""

    dropped: Term
    would_find: int
    meant: Term | None = None
    meant_finds: int = 0


@dataclass(frozen=True, slots=True)
class Rewritten:
    """One condition that several were probably meant as, and how many it would find among the others."""

    meant: Term
    finds: int


@dataclass(frozen=True, slots=True)
class Absent:
    """A value that a condition names and nobody has, by its column's key, and what may have been meant."""

    key: str
    value: str
    meant: str | None


@dataclass(frozen=True, slots=True)
class Advice:
    """What to ask for instead, where nobody is found; and what nobody has, in any case."""

    instead: Suggestion | Rewritten | None = None
    absent: tuple[Absent, ...] = ()


def of_nobody(view: View, advice: Advice) -> list[str]:
    """What would find somebody, where conditions keep everybody out."""
    if fold(language.printed(view)) == "help":
        return ["`help licenses` explains how to filter."]
    said = ["`count` and `refresh` stand first: `licenses count type=premium`."] if _has_option(view.terms) else []
    match advice.instead:
        case None:
            return [*said, "Dropping one of the conditions alone would not help."]
        case Rewritten(meant, finds):
            return [*said, f"{typed(meant)} would give {finds:,}."]
        case Suggestion(dropped, would_find, meant, meant_finds):
            drop = f"Without {typed(dropped)} it would be {would_find:,}."
            return [*said, f"{drop} {typed(meant)} would give {meant_finds:,}." if meant and meant_finds else drop]


def of_absent(absent: Iterable[Absent]) -> list[str]:
    """What nobody has, in one paragraph; none where there is none."""
    said = " ".join(
        f"Nobody has {one.key} {code(one.value, _MAX_VALUE_LENGTH)}."
        + (f" Did you mean {code(one.meant, _MAX_VALUE_LENGTH)}?" if one.meant else "")
        for one in absent
    )
    return [said] if said else []


def typed(term: Term) -> str:
    """A condition as one would type it."""
    return code(language.printed(View((term,))))


def is_shown_whole(term: Term) -> bool:
    """Whether what `typed` shows can be typed like that."""
    return typed(term) == f"`{language.printed(View((term,)))}`"


def word_of(term: Term) -> str | None:
    """The word that has to be contained in any cell; None for other conditions."""
    match term:
        case Term(columns, (("", word, ""),)) if columns == LICENSE_COLUMNS:
            return word
    return None


def _has_option(terms: Iterable[Term]) -> bool:
    """Whether a word of the command, or nearly one, is looked for."""
    return any((word := word_of(term)) is not None and _like_option(word) for term in terms)


def _like_option(word: str) -> bool:
    return any(SequenceMatcher(None, fold(word), option).ratio() >= _LIKE_ENOUGH for option in _OPTIONS)
