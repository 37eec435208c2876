"""Tells of a person who is kept out though they have an admin's address: the operators, and who added the admin."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.replies import access as replies
from bot.services import messages, operators
from storage import admins, audit, destinations, enterprises
from storage import rights as stored_rights
from storage.rights import Rights
from storage.values.folding import address_key
from storage.values.messages import Address
from storage.values.records import AuditEntry, Identity

_REPEAT_AFTER = timedelta(days=1)
"""Minimum time between two alerts about one person: they may write as often as they like."""


def tell(session: Session, who: Identity, room_id: str, rights: Rights, now: datetime) -> None:
    """Tell, if a person is kept out of something: every operator once a day, and once the admin who added the person.

    `room_id` is the space where they wrote; empty if they were kept out without having written.
    """
    _note(session, who, room_id, rights, now)
    if rights.operator or not (rights.denied_enterprise_ids or rights.operator_denied):
        return
    destinations.lock(session, Address(person_id=who.person_id))
    if audit.has_outcome(session, who.person_id, audit.REPORTED, now - _REPEAT_AFTER):
        return
    by_id = enterprises.by_ids(session, rights.denied_enterprise_ids)
    elsewhere = sorted(by_id[each].key for each in rights.kept_out_ids)
    others = sorted(by_id[each].key for each in rights.denied_enterprise_ids - rights.kept_out_ids)
    added_by = stored_rights.who_added(session, who, rights.denied_enterprise_ids)
    said = replies.kept_out(who.email, elsewhere, others, operator=rights.operator_denied, added_by=added_by)
    operators.tell(session, said, now)
    for enterprise_id in rights.denied_enterprise_ids or {None}:
        audit.add(session, AuditEntry(now, enterprise_id, audit.REPORTED, who.person_id, who.email, room_id))


def _note(session: Session, who: Identity, room_id: str, rights: Rights, now: datetime) -> None:
    """Note it, so that the person is not added again by mistake, and tell the admin or operator who added them."""
    if not rights.kept_out_ids:
        return
    for kept_out in stored_rights.keep_out(session, who, rights, now):
        entry = AuditEntry(now, kept_out.enterprise_id, audit.KEPT_OUT, who.person_id, kept_out.email, room_id)
        audit.add(session, replace(entry, detail=address_key(kept_out.email)))
        if kept_out.added_by_id is None:
            continue
        enterprise = enterprises.get(session, kept_out.enterprise_id)
        known = admins.operators(session)
        is_operator = kept_out.added_by_id in {operator.person_id for operator in known}
        emails = [operator.email for operator in known]
        said = replies.your_admin_kept_out(kept_out.email, enterprise, emails, to_operator=is_operator)
        messages.tell_admin(session, kept_out.added_by_id, enterprise.id, said, now)
