"""What was probably meant by a word that is not known."""

import difflib
from collections.abc import Iterable

from storage.values.folding import fold

_MIN_PREFIX = 2


def nearest(word: str, candidates: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The candidate most like the word, None where none is; beginning alike counts for more than likeness."""
    meant = fold(word)
    by_folded: dict[str, str] = {}
    for candidate in candidates:
        by_folded.setdefault(fold(candidate), candidate)
    if not meant:
        return None
    alike = [folded for folded in by_folded if _begin_alike(meant, folded)]
    closest = difflib.get_close_matches(meant, alike, n=1, cutoff=0.0) or difflib.get_close_matches(
        meant, by_folded, n=1, cutoff=cutoff
    )
    return by_folded[closest[0]] if closest else None


def _begin_alike(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= _MIN_PREFIX and longer.startswith(shorter)
