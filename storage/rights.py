"""What a person may act for. People are known by e-mail until their first message, and by `person_id` from then on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from storage.admins import people_where
from storage.models import AdminRow, EnterpriseRow, OperatorRow
from storage.models.columns import UTCDateTime
from storage.values.folding import address_key
from storage.values.records import Identity
from storage.values.webex_ids import differ


@dataclass(frozen=True, slots=True)
class Rights:
    """What a person may act for, and where only the e-mail address matches.

    `denied_enterprise_ids`: enterprises that have an admin with this address, who is another person or in another Webex
    organization than the enterprise. `operator_denied`: an operator has this address, but is another person.
    `has_changes`: the person's id, address or organization has to be stored.
    """

    operator: bool
    enterprise_ids: frozenset[int] = frozenset()
    denied_enterprise_ids: frozenset[int] = frozenset()
    operator_denied: bool = False
    has_changes: bool = False


_ADMINS: Any = AdminRow.__table__
_OPERATORS: Any = OperatorRow.__table__
_ENTERPRISES: Any = EnterpriseRow.__table__
_PERSON_ID: Any = bindparam("person")
_EMAIL: Any = bindparam("email")

_CANDIDATES = people_where(
    or_(_ADMINS.c.person_id == _PERSON_ID, _ADMINS.c.email_folded == _EMAIL),
    or_(_OPERATORS.c.person_id == _PERSON_ID, _OPERATORS.c.email_folded == _EMAIL),
)
_ORG_UNKNOWN = (
    select(_ADMINS.c.id)
    .join(_ENTERPRISES, _ENTERPRISES.c.id == _ADMINS.c.enterprise_id)
    .where(
        or_(_ADMINS.c.person_id == _PERSON_ID, and_(_ADMINS.c.person_id.is_(None), _ADMINS.c.email_folded == _EMAIL)),
        _ENTERPRISES.c.removed_at.is_(None),
        _ENTERPRISES.c.org_id.is_not(None),
        or_(_ADMINS.c.org_seen_at.is_(None), _ADMINS.c.org_seen_at < bindparam("before", type_=UTCDateTime)),
    )
    .limit(1)
)


def find(session: Session, who: Identity) -> Rights:
    """Return what a person may act for."""
    found = session.execute(_CANDIDATES, {"person": who.person_id, "email": address_key(who.email)}).all()
    allowed: set[int | None] = set()  # None stands for the operators
    denied: set[int | None] = set()
    for row in found:
        is_same_person = row.person_id in (None, who.person_id)
        org_id = who.org_id or row.org_id
        (allowed if is_same_person and not differ(row.own_org_id, org_id) else denied).add(row.enterprise_id)
    admin_rows = [row for row in found if row.enterprise_id is not None]
    return Rights(
        operator=None in allowed,
        enterprise_ids=frozenset(id_ for id_ in allowed if id_ is not None),
        denied_enterprise_ids=frozenset(id_ for id_ in denied - allowed if id_ is not None),
        operator_denied=None in denied - allowed,
        has_changes=any(row.person_id is None for row in found)
        or any(row.person_id == who.person_id and _has_changed(row, who) for row in admin_rows),
    )


def _has_changed(row: Any, who: Identity) -> bool:
    folded = address_key(who.email)
    return bool(folded and address_key(row.email) != folded) or who.org_id is not None


def needs_org_lookup(session: Session, who: Identity, before: datetime) -> bool:
    """Return whether the person's organization matters for their rights and was not read since `before`."""
    values = {"person": who.person_id, "email": address_key(who.email), "before": before}
    return session.scalar(_ORG_UNKNOWN, values) is not None


def learn(session: Session, who: Identity, rights: Rights, now: datetime) -> None:
    """Store a person's id where only the e-mail was known, and the e-mail and organization that they have now.

    The e-mails of operators stay as they are in the settings.
    """
    admin, operator, other = _ADMINS.c, _OPERATORS.c, _ADMINS.alias("other").c
    folded = address_key(who.email)
    is_own = admin.person_id == who.person_id
    is_only_email = and_(
        admin.enterprise_id.in_(rights.enterprise_ids), admin.person_id.is_(None), admin.email_folded == folded
    )
    known = exists().where(other.enterprise_id == admin.enterprise_id, other.person_id == who.person_id)
    session.execute(update(_ADMINS).where(is_only_email, ~known).values(person_id=who.person_id))
    session.execute(delete(_ADMINS).where(is_only_email, known))
    if folded:
        taken = exists().where(
            other.enterprise_id == admin.enterprise_id, other.email_folded == folded, other.id != admin.id
        )
        moved = update(_ADMINS).where(is_own, admin.email_folded != folded, ~taken)
        session.execute(moved.values(email=who.email, email_folded=folded))
    if who.org_id is not None:
        session.execute(update(_ADMINS).where(is_own).values(org_id=who.org_id, org_seen_at=now))
    if rights.operator and session.scalar(select(operator.id).where(operator.person_id == who.person_id)) is None:
        is_email = (operator.person_id.is_(None), operator.email_folded == folded)
        session.execute(update(_OPERATORS).where(*is_email).values(person_id=who.person_id))
