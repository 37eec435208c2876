"""What the storage tests may ask for besides a database of either kind."""

from collections.abc import Iterator

import psycopg
import pytest

from storage.database import Database
from storage.models import Table
from storage.records import Enterprise
from tests.postgres import Server
from tests.storage import samples

_END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.fixture(scope="session")
def reused_url(postgres_server: Server) -> Iterator[str]:
    """The address of the one PostgreSQL database that these tests share: a new one for each costs half a second."""
    with postgres_server.migrated() as url:
        yield url


@pytest.fixture
def postgres_url(reused_url: str) -> Iterator[str]:
    """The address of a PostgreSQL database with all tables, all of them empty."""
    yield reused_url
    tables = ", ".join(Table.metadata.tables)
    with psycopg.connect(reused_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(_END_OTHERS)
        connection.execute(f"TRUNCATE {tables} RESTART IDENTITY".encode())


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Database]:
    """A PostgreSQL database with all tables."""
    opened = Database(postgres_url)
    yield opened
    opened.close()


@pytest.fixture
def acme(database: Database) -> Enterprise:
    """An enterprise."""
    return samples.enterprise(database)
