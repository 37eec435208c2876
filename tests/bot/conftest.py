"""A database for rules that do not depend on its kind."""

from collections.abc import Iterator

import pytest

from storage.engine.database import Database


@pytest.fixture
def file(sqlite_url: str) -> Iterator[Database]:
    """Yield an SQLite database, for rules of HTTP."""
    opened = Database(sqlite_url)
    yield opened
    opened.close()
