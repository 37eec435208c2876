"""Deleting what is old, a portion at a time; each tells whether there may be more."""

from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session, aliased

from storage.models import AuditRow, InboxRow, OutboxRow, SyncRow

PORTION = 1000


def inbox(session: Session, before: datetime) -> bool:
    """Delete events that were received before then and are done with."""
    old = select(InboxRow.id).where(InboxRow.received_at < before, InboxRow.due_at.is_(None)).limit(PORTION)
    gone = session.scalars(
        delete(InboxRow)
        .where(InboxRow.id.in_(old.scalar_subquery()))
        .returning(InboxRow.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(gone) == PORTION


def audit(session: Session, before: datetime) -> bool:
    """Delete what the audit tells of before then."""
    old = select(AuditRow.id).where(AuditRow.at < before).limit(PORTION)
    gone = session.scalars(
        delete(AuditRow)
        .where(AuditRow.id.in_(old.scalar_subquery()))
        .returning(AuditRow.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(gone) == PORTION


def outbox(session: Session, before: datetime) -> bool:
    """Delete messages that ended before then, unless a change of them is kept or a sync shows them."""
    change = aliased(OutboxRow)
    old = (
        select(OutboxRow.id)
        .where(
            OutboxRow.ended_at < before,
            ~exists().where(change.about_id == OutboxRow.id),
            ~exists().where(SyncRow.status_outbox_id == OutboxRow.id),
        )
        .limit(PORTION)
    )
    gone = session.scalars(
        delete(OutboxRow)
        .where(OutboxRow.id.in_(old.scalar_subquery()))
        .returning(OutboxRow.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(gone) == PORTION
