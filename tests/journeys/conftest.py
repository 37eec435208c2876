"""A bot in front of a Webex of its own, for each journey."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.journeys.checks import check_length, check_privacy, check_secrets, check_threads
from tests.journeys.house import House


@pytest.fixture
def build(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[..., House]]:
    """Build a house; at the end it is torn down, and what was said in it must be fit to be said."""
    before = set(threading.enumerate())
    built: list[House] = []

    def build_one(database_url: str, **choices: Any) -> House:
        built.append(House(database_url, **choices))
        return built[-1]

    yield build_one
    try:
        for house in built:
            check_length(house)
            check_privacy(house)
            check_secrets(house, caplog.text)
    finally:
        for house in built:
            house.close()
    check_threads(before)


@pytest.fixture
def house(database_url: str, build: Callable[..., House]) -> House:
    """A running bot with Acme as its enterprise and Ana as its admin; once on each kind of database."""
    built = build(database_url)
    built.start()
    return built


@pytest.fixture
def house_on_sqlite(sqlite_url: str, build: Callable[..., House]) -> House:
    """The same, where the kind of database makes no difference."""
    built = build(sqlite_url)
    built.start()
    return built
