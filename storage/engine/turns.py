"""Claim rows in turns, so that no enterprise has to wait until all rows of another are done.

A process claims from the first turn after the one that it served last. After the greatest turn comes the least.
"""

import threading
from collections import Counter
from collections.abc import Iterable

from storage.models import InboxRow, OutboxRow
from storage.values.records import Claim
from storage.values.turns import OPERATORS

_LEAST, _GREATEST = OPERATORS, 2**63 - 1

Range = tuple[int, int]
"""The least and the greatest of some turns; if the least is greater, it is empty."""


class Turns:
    """What one process knows of the turns of one kind of row: which it served last, and what each has in hand.

    A turn rests while `limit` of its rows are in hand. With at most twice as many threads, one turn at most rests when
    a thread looks for a row.
    """

    def __init__(self, limit: int) -> None:
        self.choosing = threading.Lock()
        """Held during a claim: two claims at once would serve the same turn."""
        self._limit = limit
        self._served: dict[bool, int] = {}
        self._in_hand: dict[Claim, int] = {}

    def ranges(self, *, can_wait: bool) -> list[Range]:
        """Return where to look for a row, in this order: the turns after the last one served, then the others.

        `can_wait`: notices take their turns apart from answers. These are two ranges, or three if a turn rests.
        """
        last = self._served.get(can_wait, _LEAST - 1)
        counts = Counter(self._in_hand.values())
        resting = next((turn for turn, count in counts.items() if count >= self._limit), None)
        ranges = [(last + 1, _GREATEST), (_LEAST, last)]
        return ranges if resting is None else [part for each in ranges for part in _without(resting, each)]

    def begin(self, row: InboxRow | OutboxRow) -> None:
        """Note that a row was claimed."""
        self._in_hand[Claim(row.id, row.attempt)] = row.turn
        self._served[isinstance(row, OutboxRow) and row.can_wait] = row.turn

    def end(self, claim: Claim) -> None:
        """Note that the work on a row is over."""
        del self._in_hand[claim]


def _without(turn: int, range_: Range) -> Iterable[Range]:
    low, high = range_
    return [(low, turn - 1), (turn + 1, high)] if low <= turn <= high else [range_]
