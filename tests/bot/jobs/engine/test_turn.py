"""A turn: one holder at a time, and briefly."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from bot.jobs.engine.context import Context
from bot.jobs.engine.turn import LEASE, NotMyTurn, Turn
from bot.settings.load import Settings
from bot.webex.broadworks import BroadWorks
from bot.webex.messaging import Webex
from storage.engine.database import Database

START = datetime(2026, 11, 28, 12, tzinfo=UTC)


def context(database: Database, now: Callable[[], datetime] = lambda: START) -> Context:
    return Context(Settings(), database, cast(Webex, None), cast(BroadWorks, None), now)


def test_nobody_else_has_the_turn_until_it_is_given_back(database: Database) -> None:
    shared = context(database)
    with Turn(shared, "look"), pytest.raises(NotMyTurn), Turn(shared, "look"):
        raise AssertionError("two had the turn")
    with Turn(shared, "look"):
        pass


def test_the_turn_of_a_dead_holder_ends_with_its_lease(database: Database) -> None:
    Turn(context(database), "look").keep()
    with pytest.raises(NotMyTurn):
        Turn(context(database, lambda: START + LEASE - timedelta(seconds=1)), "look").keep()
    Turn(context(database, lambda: START + LEASE), "look").keep()


def test_a_holder_whose_turn_another_has_stops(database: Database) -> None:
    slow = Turn(context(database), "look")
    slow.keep()
    Turn(context(database, lambda: START + LEASE), "look").keep()
    with pytest.raises(NotMyTurn):
        slow.keep()


def test_a_stopping_process_takes_no_turn(database: Database) -> None:
    stopping = context(database)
    stopping.stopping.set()
    with pytest.raises(NotMyTurn):
        Turn(stopping, "look").keep()
