"""Looks back that have begun."""

import pytest

from storage.engine.database import Database
from tests.bot.jobs.space_looks import Looks


@pytest.fixture
def looks(database: Database, monkeypatch: pytest.MonkeyPatch) -> Looks:
    """Return looks that have begun with two quiet spaces."""
    made = Looks(database, monkeypatch)
    made.webex.write("quiet")
    made.webex.write("busy")
    made.look()
    return made
