"""Fixtures for every test: a clean environment, and a database of either kind."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings.catalog import SETTINGS
from storage.engine.database import Database
from storage.engine.upgrade import upgrade
from tests import postgres

for name in [*(setting.name for setting in SETTINGS), "DYNO"]:
    os.environ.pop(name, None)


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
