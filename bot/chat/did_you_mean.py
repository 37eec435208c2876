"""Guess which known word an unknown word was meant to be."""

import difflib
from collections.abc import Iterable

from storage.values.folding import fold

_MIN_PREFIX = 2
"""Letters that two words must share at the beginning: one letter in common says nothing."""


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


def _share_beginning(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= _MIN_PREFIX and longer.startswith(shorter)
