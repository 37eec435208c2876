"""A bot with its own sandbox, for each journey: in the process of the test, or as real processes."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.server import Sandbox
from tests.journeys import processes
from tests.journeys.checks import check_length, check_privacy, check_secrets, check_threads
from tests.journeys.house import House


@pytest.fixture
def build(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[..., House]]:
    """Yield a function that builds a house. At the end, close the houses and check all their messages."""
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
    """Return a running bot for Acme with Ana as its admin. The test runs once on each kind of database."""
    built = build(database_url)
    built.start()
    return built


@pytest.fixture
def house_on_sqlite(sqlite_url: str, build: Callable[..., House]) -> House:
    """Return the same on SQLite only, for tests that do not depend on the kind of database."""
    built = build(sqlite_url)
    built.start()
    return built


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Yield a sandbox for real processes."""
    with Sandbox(sync_seconds=0.3) as running:
        yield running


@pytest.fixture
def small(sandbox: Sandbox, tmp_path: Path) -> Iterator[processes.House]:
    """Yield a bot of real processes on SQLite."""
    with processes.house(sandbox, f"sqlite:///{tmp_path}/data/bot.db", tmp_path) as made:
        yield made


@pytest.fixture
def large(sandbox: Sandbox, postgres_url: str, tmp_path: Path) -> Iterator[processes.House]:
    """Yield a bot of real processes on PostgreSQL."""
    with processes.house(sandbox, postgres_url, tmp_path) as made:
        yield made
