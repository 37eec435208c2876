"""Whose turn is next in a process, and how much of its work one turn may take."""

from datetime import timedelta

import pytest

from storage.engine.turns import ALONE_AFTER, Turns
from storage.models import InboxRow, OutboxRow
from storage.values.records import Claim
from storage.values.turns import OPERATORS, OTHERS, SILENT
from tests.storage.sample_rows import NOW, SECOND

ACME, BOLT = 1, 2
NOBODY = None
LATER = NOW + ALONE_AFTER


EVERYBODY = [SILENT, OPERATORS, OTHERS, ACME, BOLT]


def _order(turns: Turns, resting: int | None = None, *, can_wait: bool = False) -> list[int]:
    """Return the turns in the order in which they may be served."""
    ranges = turns.ranges(resting, can_wait=can_wait)
    return [turn for after, before in ranges for turn in EVERYBODY if after < turn < before]


def _row(number: int, turn: int) -> InboxRow:
    return InboxRow(id=number, attempt=1, turn=turn)


def _begin(turns: Turns, turn: int, *numbers: int) -> None:
    for number in numbers:
        turns.begin(_row(number, turn), NOW)


def test_no_turn_rests_or_was_served_at_the_start() -> None:
    turns = Turns(threads=4)
    assert turns.resting(NOW) == NOBODY
    for can_wait in (False, True):
        assert _order(turns, can_wait=can_wait) == [SILENT, OPERATORS, OTHERS, ACME, BOLT]


@pytest.mark.parametrize(("threads", "most"), [(1, 1), (2, 1), (3, 2), (4, 3), (8, 7)])
def test_a_turn_that_is_alone_leaves_one_thread_free(threads: int, most: int) -> None:
    turns = Turns(threads)
    _begin(turns, ACME, *range(most - 1))
    assert turns.resting(NOW) == NOBODY
    _begin(turns, ACME, most)
    assert turns.resting(NOW) == ACME


@pytest.mark.parametrize(("threads", "half"), [(1, 1), (2, 1), (3, 2), (4, 2), (8, 4)])
def test_a_turn_with_neighbours_has_at_most_half_of_the_threads(threads: int, half: int) -> None:
    turns = Turns(threads)
    _begin(turns, BOLT, 100)
    turns.end(Claim(100, 1))
    _begin(turns, ACME, *range(half - 1))
    assert turns.resting(NOW) == NOBODY
    _begin(turns, ACME, half)
    assert turns.resting(NOW) == ACME


def test_a_turn_rests_no_more_when_one_of_its_rows_is_done() -> None:
    turns = Turns(threads=4)
    _begin(turns, ACME, 1, 2, 3)
    turns.end(Claim(2, 1))
    assert turns.resting(NOW) == NOBODY


def test_a_turn_has_half_of_the_threads_until_it_was_alone_for_long() -> None:
    turns = Turns(threads=4)
    _begin(turns, BOLT, 9)
    turns.end(Claim(9, 1))
    _begin(turns, ACME, 1, 2)
    assert turns.resting(LATER) == ACME
    assert turns.resting(LATER + SECOND) == NOBODY


def test_a_turn_that_took_all_but_one_thread_rests_when_a_neighbour_comes() -> None:
    turns = Turns(threads=4)
    _begin(turns, ACME, 1, 2, 3)
    _begin(turns, BOLT, 9)
    for number in (1, 2, 3):
        turns.end(Claim(number, 1))
        assert turns.resting(NOW) == (NOBODY if number > 1 else ACME)


def test_notices_take_their_turns_apart_from_answers() -> None:
    turns = Turns(threads=4)
    turns.begin(OutboxRow(id=1, attempt=1, turn=BOLT, can_wait=False), NOW)
    turns.begin(OutboxRow(id=2, attempt=1, turn=ACME, can_wait=True), NOW)
    assert _order(turns, can_wait=False) == [SILENT, OPERATORS, OTHERS, ACME, BOLT]
    assert _order(turns, can_wait=True) == [BOLT, SILENT, OPERATORS, OTHERS, ACME]


@pytest.mark.parametrize("served", EVERYBODY)
@pytest.mark.parametrize("resting", EVERYBODY)
def test_every_turn_but_one_that_rests_is_served_in_order(served: int, resting: int) -> None:
    turns = Turns(threads=4)
    _begin(turns, served, 1)
    later, earlier = [turn for turn in EVERYBODY if turn > served], [turn for turn in EVERYBODY if turn <= served]
    assert _order(turns, can_wait=False) == later + earlier
    assert _order(turns, resting) == [turn for turn in later + earlier if turn != resting]


def test_the_second_attempt_at_a_row_is_counted_apart_from_the_first() -> None:
    turns = Turns(threads=4)
    _begin(turns, ACME, 1)
    turns.begin(InboxRow(id=1, attempt=2, turn=ACME), NOW + timedelta(minutes=2))
    turns.end(Claim(1, 1))
    turns.end(Claim(1, 2))
    assert turns.resting(NOW) == NOBODY
