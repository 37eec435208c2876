"""What a person may act for. People are known by e-mail until their first message, and by `person_id` from then on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from storage.models import AdminRow, EnterpriseRow, OperatorRow
from storage.models.columns import UTCDateTime
from storage.teams import AddedAdmin, admin_of, people_where
from storage.values.belonging import Belonging, belonging
from storage.values.folding import address_key
from storage.values.records import Identity


@dataclass(frozen=True, slots=True)
class Rights:
    """What a person may act for, and where only the e-mail address matches.

    `denied_enterprise_ids`: enterprises that have an admin with this address, who is another person or kept out.
    `kept_out_ids`: those of them whose admin is this person, in another Webex organization than the enterprise.
    `operator_denied`: an operator has this address, but is another person.
    `has_changes`: the person's id, address or organization has to be stored.
    """

    operator: bool
    enterprise_ids: frozenset[int] = frozenset()
    denied_enterprise_ids: frozenset[int] = frozenset()
    kept_out_ids: frozenset[int] = frozenset()
    operator_denied: bool = False
    has_changes: bool = False

    @property
    def has_any(self) -> bool:
        """Whether the person is an operator or an admin."""
        return self.operator or bool(self.enterprise_ids)


_ADMINS: Any = AdminRow.__table__
_OPERATORS: Any = OperatorRow.__table__
_ENTERPRISES: Any = EnterpriseRow.__table__
_PERSON_ID: Any = bindparam("person")
_EMAIL: Any = bindparam("email")

_CANDIDATES = people_where(
    or_(_ADMINS.c.person_id == _PERSON_ID, _ADMINS.c.email_folded == _EMAIL),
    or_(_OPERATORS.c.person_id == _PERSON_ID, _OPERATORS.c.email_folded == _EMAIL),
)
_IS_STALE = or_(_ADMINS.c.org_seen_at.is_(None), _ADMINS.c.org_seen_at < bindparam("before", type_=UTCDateTime))
_ORG_UNKNOWN = (
    select(_ADMINS.c.id)
    .join(_ENTERPRISES, _ENTERPRISES.c.id == _ADMINS.c.enterprise_id)
    .where(
        # An organization that is stored with an address alone may be that of another person, who has lost the address.
        or_(
            and_(_ADMINS.c.person_id == _PERSON_ID, _IS_STALE),
            and_(_ADMINS.c.person_id.is_(None), _ADMINS.c.email_folded == _EMAIL),
        ),
        ~_ADMINS.c.any_organization,
        _ENTERPRISES.c.removed_at.is_(None),
        _ENTERPRISES.c.org_id.is_not(None),
    )
    .limit(1)
)


def find(session: Session, who: Identity) -> Rights:
    """Return what a person may act for."""
    found = session.execute(_CANDIDATES, {"person": who.person_id, "email": address_key(who.email)}).all()
    by_belonging: dict[Belonging, set[int | None]] = {each: set() for each in Belonging}
    for row in found:  # an enterprise_id of None stands for the operators
        by_belonging[belonging(admin_of(row, row.own_org_id), who, row.own_org_id)].add(row.enterprise_id)
    allowed = by_belonging[Belonging.BELONGS]
    kept_out = by_belonging[Belonging.KEPT_OUT] - allowed
    denied = kept_out | by_belonging[Belonging.ANOTHER_PERSON] - allowed
    admin_rows = [row for row in found if row.enterprise_id is not None]
    return Rights(
        operator=None in allowed,
        enterprise_ids=_enterprises(allowed),
        denied_enterprise_ids=_enterprises(denied),
        kept_out_ids=_enterprises(kept_out),
        operator_denied=None in denied,
        has_changes=any(row.person_id is None for row in found)
        or any(row.person_id == who.person_id and _has_changed(row, who, allowed) for row in admin_rows),
    )


def _enterprises(found: set[int | None]) -> frozenset[int]:
    return frozenset(enterprise_id for enterprise_id in found if enterprise_id is not None)


def _has_changed(row: Any, who: Identity, allowed: set[int | None]) -> bool:
    folded = address_key(who.email)
    is_back = row.kept_out_at is not None and row.enterprise_id in allowed
    return bool(folded and address_key(row.email) != folded) or who.org_id is not None or is_back


def needs_org_lookup(session: Session, who: Identity, before: datetime) -> bool:
    """Return whether the person's organization matters for their rights and was not read since `before`."""
    values = {"person": who.person_id, "email": address_key(who.email), "before": before}
    return session.scalar(_ORG_UNKNOWN, values) is not None


def learn(session: Session, who: Identity, rights: Rights, now: datetime) -> None:
    """Store a person's id where only the e-mail was known, and the e-mail and organization that they have now.

    The e-mails of operators stay as they are in the settings. Where a person is kept out and only their e-mail is
    known, the organization is stored without the id: another person may have the address later.
    """
    admin, operator, other = _ADMINS.c, _OPERATORS.c, _ADMINS.alias("other").c
    folded = address_key(who.email)
    is_own = admin.person_id == who.person_id
    is_only_email = and_(admin.person_id.is_(None), admin.email_folded == folded)
    belongs = admin.enterprise_id.in_(rights.enterprise_ids)
    known = exists().where(other.enterprise_id == admin.enterprise_id, other.person_id == who.person_id)
    first_message = update(_ADMINS).where(belongs, is_only_email, ~known)
    session.execute(first_message.values(person_id=who.person_id, unreachable_at=None))
    is_let_in = and_(other.person_id.is_(None), other.email_folded == folded, other.any_organization)
    let_in = exists().where(other.enterprise_id == admin.enterprise_id, is_let_in)
    session.execute(update(_ADMINS).where(belongs, is_own, let_in).values(any_organization=True))
    session.execute(delete(_ADMINS).where(belongs, is_only_email, known))
    if folded:
        taken = exists().where(
            other.enterprise_id == admin.enterprise_id, other.email_folded == folded, other.id != admin.id
        )
        moved = update(_ADMINS).where(is_own, admin.email_folded != folded, ~taken)
        session.execute(moved.values(email=who.email, email_folded=folded))
    if who.org_id is not None:
        is_kept_out = and_(admin.enterprise_id.in_(rights.kept_out_ids), is_only_email)
        session.execute(update(_ADMINS).where(or_(is_own, is_kept_out)).values(org_id=who.org_id, org_seen_at=now))
    session.execute(update(_ADMINS).where(belongs, is_own, admin.kept_out_at.is_not(None)).values(kept_out_at=None))
    if rights.operator and session.scalar(select(operator.id).where(operator.person_id == who.person_id)) is None:
        is_email = (operator.person_id.is_(None), operator.email_folded == folded)
        session.execute(update(_OPERATORS).where(*is_email).values(person_id=who.person_id))


def keep_out(session: Session, who: Identity, rights: Rights, now: datetime) -> list[AddedAdmin]:
    """Mark a person's admin rows in these enterprises as kept out. Return the admins that were not marked before."""
    admin = _ADMINS.c
    is_person = or_(
        admin.person_id == who.person_id,
        and_(admin.person_id.is_(None), admin.email_folded == address_key(who.email)),
    )
    noted = (
        update(_ADMINS)
        .where(admin.enterprise_id.in_(rights.kept_out_ids), is_person, admin.kept_out_at.is_(None))
        .values(kept_out_at=now)
        .returning(admin.enterprise_id, admin.email, admin.added_by_id)
    )
    return [AddedAdmin(*row) for row in session.execute(noted)]


def who_added(session: Session, who: Identity, enterprise_ids: Iterable[int]) -> list[str]:
    """Return the addresses of the admins and operators who added the admins with a person's id or address."""
    admin, operator, other = _ADMINS.c, _OPERATORS.c, _ADMINS.alias("other").c
    is_person = or_(admin.person_id == who.person_id, admin.email_folded == address_key(who.email))
    added = (is_person, admin.enterprise_id.in_(list(enterprise_ids)))
    of_admins = select(other.email).join(_ADMINS, other.person_id == admin.added_by_id).where(*added)
    of_operators = select(operator.email).join(_ADMINS, operator.person_id == admin.added_by_id).where(*added)
    return sorted(set(session.scalars(of_admins.union(of_operators))))


def person_at(session: Session, email: str, enterprise_id: int | None) -> str | None:
    """Return the id of the admin of this enterprise, or of the operator, with this address, if it is known."""
    found = session.execute(_CANDIDATES, {"person": None, "email": address_key(email)})
    ids = {row.enterprise_id: row.person_id for row in found if row.enterprise_id in (enterprise_id, None)}
    return ids.get(enterprise_id) or ids.get(None)
