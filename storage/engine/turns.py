"""Whose turn it is to have a row claimed, so that no enterprise waits until all rows of another are done.

A process claims from the first turn after the one that it served last. After the greatest turn comes the least.
"""

import threading
from collections import Counter
from datetime import datetime, timedelta

from storage.models import InboxRow, OutboxRow
from storage.values.records import Claim
from storage.values.turns import AFTER_ALL, BEFORE_ALL

ALONE_AFTER = timedelta(seconds=2)
"""How long after the last row of any other turn a turn is alone: then it may have nearly all threads.

It is short, because it slows an enterprise with a backlog down. A thread is free for the others all the same.
"""


class Turns:
    """What one process knows of the turns of one kind of row: which it served last, and what each has in hand.

    A turn rests, which means that no more of its rows are claimed, while half of the `threads` work on its rows. A turn
    that is alone rests while all but one do, so that a thread is free when another comes. One turn at most rests when a
    thread looks for a row.
    """

    def __init__(self, threads: int) -> None:
        self.choosing = threading.Lock()
        """Held during a claim: two claims at once would serve the same turn."""
        self._mutex = threading.Lock()
        self._half = (threads + 1) // 2
        self._most = max(threads - 1, self._half)
        self._served: dict[bool, int] = {}
        self._in_hand: dict[Claim, int] = {}
        self._newest: tuple[int, datetime] | None = None
        self._other_at: datetime | None = None

    def ranges(self, resting: int | None, *, can_wait: bool) -> list[tuple[int, int]]:
        """Return the turns that may be served, in their order, as ranges without their ends.

        The order begins after the turn that was served last. Notices, which can wait, take their turns apart from
        answers.
        """
        last = self._served.get(can_wait, BEFORE_ALL)
        if resting is None:
            return [(last, AFTER_ALL), (BEFORE_ALL, last + 1)]
        if resting > last:
            return [(last, resting), (resting, AFTER_ALL), (BEFORE_ALL, last + 1)]
        return [(last, AFTER_ALL), (BEFORE_ALL, resting), (resting, last + 1)]

    def resting(self, now: datetime) -> int | None:
        """Return the turn that rests, if any does."""
        with self._mutex:
            counts = Counter(self._in_hand.values())
        for turn, count in counts.items():
            if count >= (self._most if self._is_alone(turn, now) else self._half):
                return turn
        return None

    def begin(self, row: InboxRow | OutboxRow, now: datetime) -> None:
        """Note that a row was claimed."""
        with self._mutex:
            self._in_hand[Claim(row.id, row.attempt)] = row.turn
        self._served[isinstance(row, OutboxRow) and row.can_wait] = row.turn
        if self._newest is not None and self._newest[0] != row.turn:
            self._other_at = self._newest[1]
        self._newest = row.turn, now

    def end(self, claim: Claim) -> None:
        """Note that the work on a row is over."""
        with self._mutex:
            del self._in_hand[claim]

    def _is_alone(self, turn: int, now: datetime) -> bool:
        """Return whether no row of any other turn was claimed lately."""
        if self._newest is None:
            return True
        newest, at = self._newest
        other_at = self._other_at if newest == turn else at
        return other_at is None or now - other_at > ALONE_AFTER
