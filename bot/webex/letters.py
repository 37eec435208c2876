"""Compares what a text shows with what HTML shows: by their letters, without spaces, case and accents."""

from functools import lru_cache

from storage.values.folding import fold

Span = tuple[int, int]
"""Where something begins and ends in a text."""

_folded = lru_cache(maxsize=4096)(fold)


def letters(text: str) -> str:
    """Return what can be compared of a text."""
    return "".join(map(_letter, text))


def has_letters(text: str) -> bool:
    """Return whether anything of a text can be compared. It looks no further than the first such letter."""
    return any(map(_letter, text))


class Letters:
    """The letters of a text, and where each stands in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        pairs = [(shown, place) for place, character in enumerate(text) for shown in _letter(character)]
        self.all = "".join(shown for shown, _ in pairs)
        self._places = [place for _, place in pairs]

    def span(self, start: int, end: int) -> Span:
        """Return where the letters from `start` to `end` stand in the text, with the accents after the last one."""
        last = self._places[end - 1] + 1
        while last < len(self.text) and not self.text[last].isspace() and not _folded(self.text[last]):
            last += 1
        return self._places[start], last


def _letter(character: str) -> str:
    """Return what can be compared of one character: one letter or several, or nothing.

    Some clients show a name with `@`, and some show `>` in front of a quote.
    """
    return "" if character in "@>" else _folded(character)
