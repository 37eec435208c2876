"""Measures how much a database works for a statement, whatever the time that it takes."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection, text

from storage.engine.database import Database

Result = TypeVar("Result")

_READ = text("SELECT coalesce(idx_tup_fetch, 0) + seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = :table")


def measure(database: Database, table: str, do: Callable[[Connection], Result]) -> tuple[Result, int]:
    """Return what `do` returns, and how many rows of the table PostgreSQL reads, or tens of steps SQLite makes for it.

    PostgreSQL has the plan that it makes for a statement which runs often.
    """
    with database.single_write() as connection:
        driver: Any = connection.connection.dbapi_connection
        return _steps(connection, driver, do) if database.is_sqlite else _rows_read(connection, driver, table, do)


def _rows_read(
    connection: Connection, driver: Any, table: str, do: Callable[[Connection], Result]
) -> tuple[Result, int]:
    driver.prepare_threshold = 0
    connection.execute(text("BEGIN"))
    before = connection.execute(_READ, {"table": table}).scalar_one()
    result = do(connection)
    read = connection.execute(_READ, {"table": table}).scalar_one() - before
    connection.execute(text("COMMIT"))
    return result, int(read)


def _steps(connection: Connection, driver: Any, do: Callable[[Connection], Result]) -> tuple[Result, int]:
    tens = 0

    def count() -> None:
        nonlocal tens
        tens += 1

    driver.set_progress_handler(count, 10)
    result = do(connection)
    driver.set_progress_handler(None, 0)
    return result, tens
