"""What somebody who writes may act for: people are known by `person_id` once they wrote, by e-mail alone until then."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, and_, bindparam, delete, exists, null, or_, select, union_all, update
from sqlalchemy.orm import Session, aliased

from storage.models import AdminRow, EnterpriseRow, OperatorRow
from storage.models.columns import UTCDateTime
from storage.values.folding import address_key
from storage.values.records import Identity
from storage.values.webex_ids import differ


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody may act for, and what they seem to but may not.

    `denied_enterprise_ids`: enterprises with an admin of this e-mail address who is another person, or of another Webex
    organization than the enterprise. `operator_denied`: the same of an operator's address. `has_changes`: this person's
    id, address or organization has to be stored.
    """

    operator: bool
    enterprise_ids: frozenset[int]
    denied_enterprise_ids: frozenset[int]
    operator_denied: bool
    has_changes: bool


_ADMINS: Any = AdminRow.__table__
_OPERATORS: Any = OperatorRow.__table__
_ENTERPRISES: Any = EnterpriseRow.__table__
_WHO: Any = bindparam("who")
_EMAIL: Any = bindparam("email")

_LIKE: CompoundSelect[Any, Any] = union_all(
    select(
        _ADMINS.c.enterprise_id,
        _ADMINS.c.person_id,
        _ADMINS.c.email,
        _ADMINS.c.org_id,
        _ENTERPRISES.c.org_id.label("own_org_id"),
    )
    .join(_ENTERPRISES, _ENTERPRISES.c.id == _ADMINS.c.enterprise_id)
    .where(or_(_ADMINS.c.person_id == _WHO, _ADMINS.c.email_folded == _EMAIL), _ENTERPRISES.c.removed_at.is_(None)),
    select(
        null().label("enterprise_id"),
        _OPERATORS.c.person_id,
        _OPERATORS.c.email,
        null().label("org_id"),
        null().label("own_org_id"),
    ).where(or_(_OPERATORS.c.person_id == _WHO, _OPERATORS.c.email_folded == _EMAIL)),
)
_UNSEEN = (
    select(_ADMINS.c.id)
    .join(_ENTERPRISES, _ENTERPRISES.c.id == _ADMINS.c.enterprise_id)
    .where(
        or_(_ADMINS.c.person_id == _WHO, and_(_ADMINS.c.person_id.is_(None), _ADMINS.c.email_folded == _EMAIL)),
        _ENTERPRISES.c.removed_at.is_(None),
        _ENTERPRISES.c.org_id.is_not(None),
        or_(_ADMINS.c.org_seen_at.is_(None), _ADMINS.c.org_seen_at < bindparam("before", type_=UTCDateTime)),
    )
    .limit(1)
)


def find(session: Session, who: Identity) -> Rights:
    """What somebody may act for, by who they are now."""
    found = session.execute(_LIKE, {"who": who.person_id, "email": address_key(who.email)}).all()
    may: set[int | None] = set()
    may_not: set[int | None] = set()
    for row in found:
        itself = row.person_id in (None, who.person_id)
        org_id = who.org_id or row.org_id
        (may if itself and not differ(row.own_org_id, org_id) else may_not).add(row.enterprise_id)
    admin_rows = [row for row in found if row.enterprise_id is not None]
    return Rights(
        operator=None in may,
        enterprise_ids=frozenset(one for one in may if one is not None),
        denied_enterprise_ids=frozenset(one for one in may_not - may if one is not None),
        operator_denied=None in may_not - may,
        has_changes=any(row.person_id is None for row in found)
        or any(row.person_id == who.person_id and _has_changed(row, who) for row in admin_rows),
    )


def _has_changed(row: Any, who: Identity) -> bool:
    folded = address_key(who.email)
    return bool(folded and address_key(row.email) != folded) or who.org_id is not None


def needs_org_lookup(session: Session, who: Identity, before: datetime) -> bool:
    """Whether somebody's organization decides what they may, and was not looked at since then."""
    values = {"who": who.person_id, "email": address_key(who.email), "before": before}
    return session.scalar(_UNSEEN, values) is not None


def learn(session: Session, who: Identity, rights: Rights, now: datetime) -> None:
    """From now on know somebody by `person_id` wherever the e-mail alone was known, and by the e-mail they have now.

    The operators' e-mails stay as the settings have them.
    """
    own = AdminRow.enterprise_id.in_(rights.enterprise_ids)
    other = aliased(AdminRow)
    known = exists().where(other.enterprise_id == AdminRow.enterprise_id, other.person_id == who.person_id)
    folded = address_key(who.email)
    unsynchronised = {"synchronize_session": False}
    session.execute(
        update(AdminRow)
        .where(own, AdminRow.person_id.is_(None), AdminRow.email_folded == folded, ~known)
        .values(person_id=who.person_id)
        .execution_options(**unsynchronised)
    )
    session.execute(
        delete(AdminRow)
        .where(own, AdminRow.person_id.is_(None), AdminRow.email_folded == folded, known)
        .execution_options(**unsynchronised)
    )
    taken = exists().where(
        other.enterprise_id == AdminRow.enterprise_id, other.email_folded == folded, other.id != AdminRow.id
    )
    if folded:
        session.execute(
            update(AdminRow)
            .where(AdminRow.person_id == who.person_id, AdminRow.email_folded != folded, ~taken)
            .values(email=who.email, email_folded=folded)
            .execution_options(**unsynchronised)
        )
    if who.org_id is not None:
        session.execute(
            update(AdminRow)
            .where(AdminRow.person_id == who.person_id)
            .values(org_id=who.org_id, org_seen_at=now)
            .execution_options(**unsynchronised)
        )
    if rights.operator and session.scalar(select(OperatorRow.id).where(OperatorRow.person_id == who.person_id)) is None:
        session.execute(
            update(OperatorRow)
            .where(OperatorRow.person_id.is_(None), OperatorRow.email_folded == folded)
            .values(person_id=who.person_id)
            .execution_options(**unsynchronised)
        )
