"""The admins of each enterprise, and the operators."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, text, update
from sqlalchemy.orm import Session

from storage.models import AdminRow, EnterpriseRow, OperatorRow
from storage.teams import AddedAdmin, admin_of
from storage.values.folding import address_key
from storage.values.records import Admin, Identity

_ADMINS: Any = AdminRow.__table__
_ENTERPRISES: Any = EnterpriseRow.__table__


def add(
    session: Session,
    enterprise_id: int,
    email: str,
    now: datetime,
    known: Identity | None = None,
    *,
    added_by: Identity | None = None,
    any_organization: bool = False,
) -> bool:
    """Make a person an admin, with id and organization if known. Return whether anything changed.

    `any_organization` lets the person in from any Webex organization, also a person who is an admin already. For a
    person who is one already, and is let in already, nothing changes. An admin that Webex did not know is tried again.
    """
    folded = address_key(email)
    is_same = AdminRow.email_folded == folded
    if known is not None:
        is_same = or_(is_same, AdminRow.person_id == known.person_id)
    rows = session.scalars(select(AdminRow).where(AdminRow.enterprise_id == enterprise_id, is_same)).all()
    if rows:
        for row in rows:
            row.unreachable_at = None
        to_let_in = [row for row in rows if any_organization and not row.any_organization]
        for row in to_let_in:
            row.any_organization, row.kept_out_at = True, None
        session.flush()
        return bool(to_let_in)
    row = AdminRow(
        enterprise_id=enterprise_id,
        email=email,
        email_folded=folded,
        added_at=now,
        any_organization=any_organization,
        added_by_id=added_by.person_id if added_by else None,
    )
    if known is not None:
        row.person_id, row.org_id = known.person_id, known.org_id
        row.org_seen_at = now if known.org_id else None
    session.add(row)
    session.flush()
    return True


def remove(session: Session, enterprise_id: int, email: str) -> None:
    """Remove an admin from an enterprise."""
    is_admin = (_ADMINS.c.enterprise_id == enterprise_id, _ADMINS.c.email_folded == address_key(email))
    session.execute(delete(_ADMINS).where(*is_admin))


def mark_unreachable(session: Session, email: str, now: datetime) -> list[AddedAdmin]:
    """Note that Webex does not know the address of admins who have never written.

    Return those that were not marked before.
    """
    admin = _ADMINS.c
    noted = (
        update(_ADMINS)
        .where(admin.email_folded == address_key(email), admin.person_id.is_(None), admin.unreachable_at.is_(None))
        .values(unreachable_at=now)
        .returning(admin.enterprise_id, admin.email, admin.added_by_id)
    )
    return [AddedAdmin(*row) for row in session.execute(noted)]


def of_enterprise(session: Session, enterprise_id: int) -> list[Admin]:
    """Return the admins of an enterprise, also those who are kept out, in order of e-mail."""
    query = select(AdminRow, EnterpriseRow.org_id).join(EnterpriseRow, EnterpriseRow.id == AdminRow.enterprise_id)
    found = session.execute(query.where(AdminRow.enterprise_id == enterprise_id).order_by(AdminRow.email_folded))
    return [admin_of(row, org_id) for row, org_id in found]


def acts_elsewhere(session: Session, who: Identity, enterprise_id: int) -> bool:
    """Return whether a person with this id or address has written as an admin of another enterprise."""
    is_same = or_(_ADMINS.c.person_id == who.person_id, _ADMINS.c.email_folded == address_key(who.email))
    is_elsewhere = (_ADMINS.c.enterprise_id != enterprise_id, _ADMINS.c.person_id.is_not(None))
    in_use = _ENTERPRISES.c.removed_at.is_(None)
    query = select(_ADMINS.c.id).join(_ENTERPRISES, _ENTERPRISES.c.id == _ADMINS.c.enterprise_id)
    return session.scalar(query.where(is_same, *is_elsewhere, in_use).limit(1)) is not None


def operators(session: Session) -> list[Admin]:
    """Return the operators, in order of e-mail."""
    query = select(OperatorRow).order_by(OperatorRow.email_folded)
    return [Admin(row.email, row.person_id) for row in session.scalars(query)]


def set_operators(session: Session, emails: Iterable[str]) -> None:
    """Make exactly these people operators. Those who were operators before keep their `person_id`.

    On PostgreSQL the table is locked, so processes that start together do this one after the other.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE operators IN SHARE ROW EXCLUSIVE MODE"))
    wanted = {address_key(email): email for email in emails}
    session.execute(delete(OperatorRow).where(OperatorRow.email_folded.not_in(list(wanted))))
    known = set(session.scalars(select(OperatorRow.email_folded)))
    session.add_all(
        OperatorRow(email=email, email_folded=folded) for folded, email in wanted.items() if folded not in known
    )
    session.flush()
