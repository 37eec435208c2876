"""A database for the engine."""

from collections.abc import Iterator

import pytest

from storage.engine.database import Database


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    opened.close()
