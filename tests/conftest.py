"""Fixtures for every test: a clean environment, and a database of either kind."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings.catalog import SETTINGS
from storage.engine.database import Database
from storage.engine.upgrade import upgrade
from tests import postgres

for name in [*(setting.name for setting in SETTINGS), "DYNO"]:
    os.environ.pop(name, None)


SERVER_FIXTURES = frozenset({"postgres_server", "server", "sandbox", "receiver", "build"})
"""Fixtures that start a server. A test that uses one, even by way of another fixture, is marked `server`."""

_SERVER_EVENTS = frozenset({"socket.bind", "subprocess.Popen", "os.fork", "os.posix_spawn"})
_test_without_server = [""]
"""The name of the test that runs, if it is not marked `server`."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need a server by their fixtures, and by a parameter that stands for PostgreSQL."""
    for item in items:
        if isinstance(item, pytest.Function) and (
            SERVER_FIXTURES.intersection(item.fixturenames)
            or (hasattr(item, "callspec") and "postgresql" in item.callspec.params.values())
        ):
            item.add_marker("server")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Watch a test that is not marked `server`, so that no unmarked test starts one unnoticed."""
    _test_without_server[0] = "" if item.get_closest_marker("server") else item.name
    yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    """End the watch with the test: what a fixture stops afterwards is not the test's."""
    try:
        yield
    finally:
        _test_without_server[0] = ""


def _refuse_servers(event: str, _arguments: object) -> None:
    if event in _SERVER_EVENTS and _test_without_server[0]:
        raise RuntimeError(f"{_test_without_server[0]} starts a server or a process: mark it with pytest.mark.server")


sys.addaudithook(_refuse_servers)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """Run a real PostgreSQL; it starts when the first test needs it."""
    with postgres.running() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an SQLite file with all tables, to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    database.close()
    return path


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """Return the URL of an SQLite database with all tables."""
    path = tmp_path / "bot.db"
    shutil.copy(migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_server: postgres.Server) -> Iterator[str]:
    """Yield the URL of a PostgreSQL database with all tables."""
    with postgres_server.migrated() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Return the URL of a database with all tables. The test runs once on each kind."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Yield a database with all tables. The test runs once on each kind."""
    opened = Database(database_url)
    yield opened
    opened.close()
