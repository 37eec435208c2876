"""Bringing a database up to date, and telling whether it is."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from storage.database import Database

_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 7_239_461


def upgrade(database: Database) -> None:
    """Run what migrations are missing; of several processes that try, one does and the others wait for it."""
    with database.writer.begin() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        command.upgrade(_config(connection), "head")


def up_to_date(database: Database) -> bool:
    """Whether every migration has been run."""
    head = ScriptDirectory(str(_MIGRATIONS)).get_current_head()
    with database.reader.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
