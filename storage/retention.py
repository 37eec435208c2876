"""Delete old rows, a portion at a time. Each function returns whether there may be more."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.orm import Session, aliased

from storage.models import AuditRow, DenialRow, InboxRow, OutboxRow, SyncRow, Table

PORTION = 1000
"""How many rows one transaction deletes: on SQLite, 1,000 hold the write lock for about 10 ms."""


def inbox(session: Session, before: datetime) -> bool:
    """Delete events that were received before this time and have ended."""
    return _delete_portion(session, InboxRow, InboxRow.received_at < before, InboxRow.due_at.is_(None))


def audit(session: Session, before: datetime) -> bool:
    """Delete audit entries from before this time."""
    return _delete_portion(session, AuditRow, AuditRow.at < before)


def denials(session: Session, before: datetime) -> bool:
    """Delete silences that ended before this time, unless the audit does not have their repeats yet."""
    return _delete_portion(session, DenialRow, DenialRow.silent_until < before, DenialRow.repeats == 0)


def outbox(session: Session, before: datetime) -> bool:
    """Delete messages that ended before this time, unless one of their edits or a sync refers to them."""
    an_edit = aliased(OutboxRow)
    is_edited = exists().where(an_edit.about_id == OutboxRow.id)
    is_shown = exists().where(SyncRow.status_outbox_id == OutboxRow.id)
    return _delete_portion(session, OutboxRow, OutboxRow.ended_at < before, ~is_edited, ~is_shown)


def _delete_portion(session: Session, table: type[Table], *conditions: ColumnElement[bool]) -> bool:
    rows: Any = table.__table__
    old = select(table.id).where(*conditions).limit(PORTION)
    deleted = session.scalars(delete(rows).where(rows.c.id.in_(old.scalar_subquery())).returning(rows.c.id))
    return len(deleted.all()) == PORTION
