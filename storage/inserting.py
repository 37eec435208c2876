"""An INSERT that gives way where a unique constraint says that the row is there already."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.models import Table


def insert_unless_there(session: Session, table: type[Table], **values: Any) -> int | None:
    """Insert a row; its id, or None where a unique constraint was first."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    inserted: int | None = session.scalar(insert(table).values(**values).on_conflict_do_nothing().returning(table.id))
    return inserted
