"""The files of an SQLite database are for their owner alone."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.engine.database import Database
from storage.engine.upgrade import upgrade


@pytest.fixture(autouse=True)
def _readable_by_all() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    return {path.name: oct(path.stat().st_mode & 0o777) for path in folder.glob("*.db*")}


def opened(path: Path) -> Database:
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    return database


def test_a_new_database_and_its_companions_are_for_the_owner_alone(tmp_path: Path) -> None:
    database = opened(tmp_path / "bot.db")
    assert modes(tmp_path) == dict.fromkeys(("bot.db", "bot.db-wal", "bot.db-shm"), "0o600")
    database.close()


def test_a_database_that_an_earlier_version_made_readable_becomes_private(tmp_path: Path) -> None:
    database = opened(tmp_path / "bot.db")
    for path in tmp_path.glob("bot.db*"):
        path.chmod(0o644)
    again = opened(tmp_path / "bot.db")
    assert set(modes(tmp_path).values()) == {"0o600"}
    assert len(modes(tmp_path)) == 3
    again.close()
    database.close()


def test_the_folder_that_somebody_else_made_keeps_its_mode(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    opened(folder / "bot.db").close()
    assert oct(folder.stat().st_mode & 0o777) == "0o755"
