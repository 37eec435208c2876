"""Tells operators, once a day, of a person who was kept out though they have an admin's address."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.chat.message import Message
from bot.replies import access as replies
from bot.services import operators
from storage import audit, destinations, enterprises
from storage.rights import Rights
from storage.values.messages import Address
from storage.values.records import AuditEntry

_REPEAT_AFTER = timedelta(days=1)
"""Minimum time between two alerts about one person: they may write as often as they like."""


def alert_operators(session: Session, message: Message, rights: Rights, now: datetime) -> None:
    """Tell every operator if the sender was kept out of something, and operators were not told of it lately."""
    if rights.operator or not (rights.denied_enterprise_ids or rights.operator_denied):
        return
    sender = message.sender
    destinations.lock(session, Address(person_id=sender.person_id))
    if audit.has_outcome(session, sender.person_id, audit.REPORTED, now - _REPEAT_AFTER):
        return
    keys = [enterprise.key for enterprise in enterprises.by_ids(session, rights.denied_enterprise_ids).values()]
    alert = replies.kept_out(sender.email, sorted(keys), operator=rights.operator_denied)
    operators.tell(session, alert, now)
    for enterprise_id in rights.denied_enterprise_ids or {None}:
        entry = AuditEntry(now, enterprise_id, audit.REPORTED, sender.person_id, sender.email, message.room_id)
        audit.add(session, entry)
