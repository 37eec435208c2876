"""Bringing a database up to date, and telling whether it is."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from storage.engine.database import Database

_MIGRATIONS = Path(__file__).parents[1] / "migrations"
_HEAD = max(path.name for path in (_MIGRATIONS / "versions").glob("[0-9]*.py")).partition("_")[0]
_LOCK = 7_239_461


def upgrade(database: Database) -> None:
    """Run what migrations are missing; of several processes that try, one does and the others wait for it."""
    if up_to_date(database):
        return
    # Only now: it takes ten megabytes, and most processes never need it.
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
    """Whether the newest migration has been run; their files are named by number."""
    with database.reader.connect() as connection:
        return _version(connection) == _HEAD


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return version
