"""Guess which known word an unknown word was meant to be."""

import difflib
from collections.abc import Iterable

from storage.values.folding import fold

_MIN_PREFIX = 2
"""Letters that two words must share at the beginning: one letter in common says nothing."""

_MIN_MISSPELLED = 5
"""Letters of the longer of two words that may be one word and a typing mistake: East is not a mistake for West."""


def nearest(word: str, candidates: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the candidate most like the word, or None; one that begins alike wins over one that only looks alike."""
    folded_word = fold(word)
    by_folded: dict[str, str] = {}
    for candidate in candidates:
        by_folded.setdefault(fold(candidate), candidate)
    if not folded_word:
        return None
    same_beginning = [folded for folded in by_folded if _share_beginning(folded_word, folded)]
    closest = difflib.get_close_matches(folded_word, same_beginning, n=1, cutoff=0.0) or difflib.get_close_matches(
        folded_word, by_folded, n=1, cutoff=cutoff
    )
    return by_folded[closest[0]] if closest else None


def misspelled(names: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """Return the known name that each name probably means, for names with one typing mistake.

    That is one letter too many, missing, wrong or swapped with the next one, in one word without digits. The time is
    linear in the length of a name, so names from outside can be compared with many known ones.
    """
    words = [(name, fold(name).split()) for name in known]
    found = {}
    for name in names:
        typed = fold(name).split()
        meant = next((other for other, its_words in words if other != name and _is_misspelled(typed, its_words)), None)
        if meant is not None:
            found[name] = meant
    return found


def _is_misspelled(typed: list[str], meant: list[str]) -> bool:
    if not typed or len(typed) != len(meant):
        return False
    differing = [(one, other) for one, other in zip(typed, meant, strict=True) if one != other]
    return not differing or (len(differing) == 1 and _is_one_mistake(*differing[0]))


def _is_one_mistake(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    if len(longer) < _MIN_MISSPELLED or len(longer) - len(shorter) > 1 or not (shorter + longer).isalpha():
        return False
    at = next((at for at, letter in enumerate(shorter) if letter != longer[at]), len(shorter))
    if len(shorter) < len(longer):
        return shorter[at:] == longer[at + 1 :]
    swapped = shorter[at : at + 2] == longer[at : at + 2][::-1]
    return shorter[at + 1 :] == longer[at + 1 :] or (swapped and shorter[at + 2 :] == longer[at + 2 :])


def _share_beginning(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= _MIN_PREFIX and longer.startswith(shorter)
