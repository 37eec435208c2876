"""Tells of an admin whose address Webex does not know."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.replies import admin_changes as replies
from bot.services import messages, operators
from storage import admins, audit, enterprises
from storage.values.records import AuditEntry


def tell(session: Session, email: str, now: datetime) -> None:
    """Note it, and tell it once to the admin or operator who added the address in chat, else to every operator."""
    for admin in admins.mark_unreachable(session, email, now):
        audit.add(session, AuditEntry(now, admin.enterprise_id, audit.UNREACHABLE, detail=admin.email))
        enterprise = enterprises.get(session, admin.enterprise_id)
        if admin.added_by_id is None:
            operators.tell(session, replies.unreachable(admin.email, enterprise, is_own=False), now)
            continue
        said = replies.unreachable(admin.email, enterprise, is_own=True)
        messages.tell_admin(session, admin.added_by_id, enterprise.id, said, now)
