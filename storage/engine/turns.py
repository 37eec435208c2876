"""Claim rows in turns, so that no enterprise has to wait until all rows of another are done.

A process claims from the first turn after the one that it served last. After the greatest turn comes the least.
"""

import threading
from collections import Counter

from storage.models import InboxRow, OutboxRow
from storage.values.records import Claim
from storage.values.turns import OPERATORS

_NO_TURN = OPERATORS - 1
"""Less than every turn."""


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

    def last(self, *, can_wait: bool) -> int:
        """Return the turn that was served last. Notices, which can wait, take their turns apart from answers."""
        return self._served.get(can_wait, _NO_TURN)

    @property
    def resting(self) -> int:
        """The turn that rests; a turn that does not exist, if none does."""
        counts = Counter(self._in_hand.values())
        return next((turn for turn, count in counts.items() if count >= self._limit), _NO_TURN)

    def begin(self, row: InboxRow | OutboxRow) -> None:
        """Note that a row was claimed."""
        self._in_hand[Claim(row.id, row.attempt)] = row.turn
        self._served[isinstance(row, OutboxRow) and row.can_wait] = row.turn

    def end(self, claim: Claim) -> None:
        """Note that the work on a row is over."""
        del self._in_hand[claim]
