"""Deleting what is old, a portion at a time; each tells whether there may be more."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.orm import Session, aliased

from storage.models import AuditRow, InboxRow, OutboxRow, SyncRow, Table

PORTION = 1000


def inbox(session: Session, before: datetime) -> bool:
    """Delete events that were received before then and are done with."""
    return _some(session, InboxRow, InboxRow.received_at < before, InboxRow.due_at.is_(None))


def audit(session: Session, before: datetime) -> bool:
    """Delete what the audit tells of before then."""
    return _some(session, AuditRow, AuditRow.at < before)


def outbox(session: Session, before: datetime) -> bool:
    """Delete messages that ended before then, unless a change of them is kept or a sync shows them."""
    change = aliased(OutboxRow)
    is_changed = exists().where(change.about_id == OutboxRow.id)
    is_shown = exists().where(SyncRow.status_outbox_id == OutboxRow.id)
    return _some(session, OutboxRow, OutboxRow.ended_at < before, ~is_changed, ~is_shown)


def _some(session: Session, table: type[Table], *conditions: ColumnElement[bool]) -> bool:
    """Delete a portion of the rows for which this holds."""
    old = select(table.id).where(*conditions).limit(PORTION)
    gone = session.scalars(
        delete(table)
        .where(table.id.in_(old.scalar_subquery()))
        .returning(table.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(gone) == PORTION
