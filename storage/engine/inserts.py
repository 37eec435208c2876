"""Inserting a row, by statements that are built once."""

from functools import cache
from typing import Any

from sqlalchemy import Insert, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.models import Table


def insert_row(session: Session, table: type[Table], **values: Any) -> int:
    """Insert a row; its id."""
    inserted: int = session.execute(_inserting(table), values).scalar_one()
    return inserted


def insert_if_missing(session: Session, table: type[Table], **values: Any) -> int | None:
    """Insert a row; its id, or None where a unique constraint says that it is there already."""
    dialect = session.get_bind().dialect.name
    inserted: int | None = session.execute(_trying(table, dialect), values).scalar_one_or_none()
    return inserted


@cache
def _inserting(table: type[Table]) -> Insert:
    rows = table.__table__
    return insert(rows).returning(rows.c.id)  # type: ignore[arg-type]


@cache
def _trying(table: type[Table], dialect: str) -> Insert:
    rows = table.__table__
    trying = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return trying(rows).on_conflict_do_nothing().returning(rows.c.id)  # type: ignore[arg-type]
