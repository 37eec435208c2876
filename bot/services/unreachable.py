"""Tells of an admin whose address Webex does not know."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.replies import admin_changes as replies
from bot.services import operators
from storage import admins, audit, enterprises, outbox
from storage.values.messages import Address, Draft
from storage.values.records import AuditEntry


def tell(session: Session, email: str, now: datetime) -> None:
    """Note it, and tell it once to the admin or operator who added the address in chat, else to every operator."""
    for admin in admins.mark_unreachable(session, email, now):
        audit.add(session, AuditEntry(now, admin.enterprise_id, audit.UNREACHABLE, detail=admin.email))
        enterprise = enterprises.get(session, admin.enterprise_id)
        if admin.added_by_id is None:
            operators.tell(session, replies.unreachable(admin.email, enterprise, is_own=False), now)
            continue
        draft = Draft(
            replies.unreachable(admin.email, enterprise, is_own=True),
            personal=True,
            enterprise_id=admin.enterprise_id,
            person_id=admin.added_by_id,
            is_notice=True,
        )
        outbox.send(session, Address(person_id=admin.added_by_id), draft, now)
