"""The fixtures of the storage tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.engine.database import Database
from storage.values.records import Enterprise
from tests.postgres import Server
from tests.storage import sample_rows


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Database]:
    """A PostgreSQL database with all tables."""
    opened = Database(postgres_url)
    yield opened
    opened.close()


@pytest.fixture
def acme(database: Database) -> Enterprise:
    """An enterprise."""
    return sample_rows.enterprise(database)


@pytest.fixture
def bolt(database: Database) -> Enterprise:
    """Another enterprise on the same cluster."""
    return sample_rows.enterprise(database, "bolt")


@pytest.fixture
def core(database: Database) -> Enterprise:
    """A third enterprise on the same cluster."""
    return sample_rows.enterprise(database, "core")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables. The test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: Server = request.getfixturevalue("postgres_server")
    with server.empty() as url:
        yield url
