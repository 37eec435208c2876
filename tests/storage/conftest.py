"""What the storage tests may ask for besides a database of either kind."""

from collections.abc import Iterator

import pytest

from storage.database import Database
from storage.records import Enterprise
from tests.storage import samples


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
