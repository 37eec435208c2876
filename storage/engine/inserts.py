"""Insert rows with statements that are built once."""

from functools import cache
from typing import Any

from sqlalchemy import insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from storage.models import Table


def insert_row(session: Session, table: type[Table], **values: Any) -> int:
    """Insert a row and return its id."""
    return session.execute(_insert_statement(table), values).scalar_one()


def insert_if_missing(session: Session, table: type[Table], **values: Any) -> int | None:
    """Insert a row and return its id; None if a unique constraint finds that the row exists already."""
    dialect = session.get_bind().dialect.name
    return session.execute(_insert_if_missing_statement(table, dialect), values).scalar_one_or_none()


@cache
def _insert_statement(table: type[Table]) -> ReturningInsert[int]:
    rows: Any = table.__table__
    return insert(rows).returning(rows.c.id)


@cache
def _insert_if_missing_statement(table: type[Table], dialect: str) -> ReturningInsert[int]:
    rows: Any = table.__table__
    insert_or_skip = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert_or_skip(rows).on_conflict_do_nothing().returning(rows.c.id)
