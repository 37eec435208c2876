"""Tells the operators of somebody who was kept out though they look like an admin: once a day."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.chat.message import Message
from bot.replies import access as replies
from storage import admins, audit, destinations, enterprises, outbox
from storage.rights import Rights
from storage.values.messages import Address, Draft
from storage.values.records import AuditEntry

_AGAIN_AFTER = timedelta(days=1)


def report(session: Session, message: Message, rights: Rights, now: datetime) -> None:
    """Tell every operator, unless they were told lately, or nobody was kept out of all."""
    if rights.operator or not (rights.denied_enterprise_ids or rights.operator_denied):
        return
    destinations.lock(session, Address(person_id=message.person_id))
    if audit.has_outcome(session, message.person_id, audit.REPORTED, now - _AGAIN_AFTER):
        return
    keys = [each.key for each in enterprises.by_ids(session, rights.denied_enterprise_ids).values()]
    said = replies.kept_out(message.person_email, sorted(keys), operator=rights.operator_denied)
    for operator in admins.operators(session):
        outbox.send(session, Address(person_id=operator.person_id, email=operator.email), Draft(said), now)
    for enterprise_id in rights.denied_enterprise_ids or {None}:
        audit.add(
            session,
            AuditEntry(
                at=now,
                enterprise_id=enterprise_id,
                person_id=message.person_id,
                email=message.person_email,
                room_id=message.room_id,
                outcome=audit.REPORTED,
            ),
        )
