"""Migrate a database to the newest version, and tell whether it is there."""

from pathlib import Path

from sqlalchemy import inspect, text

from storage.engine.database import Database

_MIGRATIONS = Path(__file__).parents[1] / "migrations"
_HEAD = max(path.name for path in (_MIGRATIONS / "versions").glob("[0-9]*.py")).partition("_")[0]
_LOCK = 7_239_461
"""The advisory lock of PostgreSQL under which one process migrates; any number that no other program uses."""


def upgrade(database: Database) -> None:
    """Run the missing migrations. If several processes try at once, one runs them and the others wait."""
    if up_to_date(database):
        return
    # Imported only here: Alembic takes ten megabytes, and most processes never need it.
    from alembic import command
    from alembic.config import Config

    with database.writer.begin() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def up_to_date(database: Database) -> bool:
    """Return whether the newest migration has run; the files are named by number."""
    with database.reader.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == _HEAD
