"""Who may act for which enterprise, and the operators; people are known by `person_id` once they wrote."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    and_,
    bindparam,
    delete,
    exists,
    null,
    or_,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.orm import Session, aliased

from storage.folding import address_key
from storage.models import AdminRow, EnterpriseRow, OperatorRow
from storage.records import Admin


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody may act for; `unlearned` where their `person_id` is still to be remembered."""

    operator: bool
    enterprise_ids: frozenset[int]
    unlearned: bool


_ADMINS: Any = AdminRow.__table__
_OPERATORS: Any = OperatorRow.__table__
_ENTERPRISES: Any = EnterpriseRow.__table__


def _is(table: Any) -> ColumnElement[bool]:
    return or_(
        table.c.person_id == bindparam("who"),
        and_(table.c.person_id.is_(None), table.c.email_folded == bindparam("email")),
    )


_RIGHTS: CompoundSelect[Any, Any] = union_all(
    select(_ADMINS.c.enterprise_id, _ADMINS.c.person_id)
    .join(_ENTERPRISES, _ENTERPRISES.c.id == _ADMINS.c.enterprise_id)
    .where(_is(_ADMINS), _ENTERPRISES.c.removed_at.is_(None)),
    select(null().label("enterprise_id"), _OPERATORS.c.person_id).where(_is(_OPERATORS)),
)


def rights(session: Session, person_id: str, email: str) -> Rights:
    """What this person may do: an e-mail counts only where no `person_id` was learned for it yet."""
    who = {"who": person_id, "email": address_key(email)}
    found = session.execute(_RIGHTS, who).all()
    return Rights(
        operator=any(row.enterprise_id is None for row in found),
        enterprise_ids=frozenset(row.enterprise_id for row in found if row.enterprise_id is not None),
        unlearned=any(row.person_id is None for row in found),
    )


def learn(session: Session, person_id: str, email: str) -> None:
    """From now on know this person by `person_id` wherever the e-mail alone was known."""
    other = aliased(AdminRow)
    known = exists().where(other.enterprise_id == AdminRow.enterprise_id, other.person_id == person_id)
    session.execute(
        update(AdminRow)
        .where(AdminRow.person_id.is_(None), AdminRow.email_folded == address_key(email), ~known)
        .values(person_id=person_id)
        .execution_options(synchronize_session=False)
    )
    if session.scalar(select(OperatorRow.id).where(OperatorRow.person_id == person_id)) is None:
        session.execute(
            update(OperatorRow)
            .where(OperatorRow.person_id.is_(None), OperatorRow.email_folded == address_key(email))
            .values(person_id=person_id)
            .execution_options(synchronize_session=False)
        )


def add(session: Session, enterprise_id: int, email: str, now: datetime) -> bool:
    """Make somebody an admin; False where they are one already."""
    folded = address_key(email)
    known = select(AdminRow.id).where(AdminRow.enterprise_id == enterprise_id, AdminRow.email_folded == folded)
    if session.scalar(known) is not None:
        return False
    session.add(AdminRow(enterprise_id=enterprise_id, email=email, email_folded=folded, added_at=now))
    session.flush()
    return True


_OF = (
    select(_ADMINS.c.email, _ADMINS.c.person_id)
    .where(_ADMINS.c.enterprise_id == bindparam("enterprise"))
    .order_by(_ADMINS.c.email_folded)
)


def of(session: Session, enterprise_id: int) -> list[Admin]:
    """The admins of an enterprise, by e-mail."""
    return [Admin(*row) for row in session.execute(_OF, {"enterprise": enterprise_id})]


def operators(session: Session) -> list[Admin]:
    """The operators, by e-mail."""
    query = select(OperatorRow).order_by(OperatorRow.email_folded)
    return [Admin(row.email, row.person_id) for row in session.scalars(query)]


def set_operators(session: Session, emails: Iterable[str]) -> None:
    """Make exactly these people operators; whoever stays stays known by `person_id`.

    Processes that start together do this one after the other: nobody else changes operators meanwhile.
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


@dataclass(frozen=True, slots=True)
class Team:
    """Those who may act for an enterprise: its admins, by e-mail, and the operators."""

    admins: tuple[Admin, ...]
    operators: tuple[Admin, ...]

    def includes(self, person_id: str, email: str) -> bool:
        """Whether this person is one of them: an e-mail counts only where no `person_id` was learned for it yet."""
        folded = address_key(email)
        return any(
            one.person_id == person_id if one.person_id is not None else address_key(one.email) == folded
            for one in (*self.admins, *self.operators)
        )


_TEAM: CompoundSelect[Any, Any] = union_all(
    select(_ADMINS.c.enterprise_id, _ADMINS.c.email, _ADMINS.c.person_id, _ADMINS.c.email_folded)
    .join(_ENTERPRISES, _ENTERPRISES.c.id == _ADMINS.c.enterprise_id)
    .where(_ADMINS.c.enterprise_id == bindparam("enterprise"), _ENTERPRISES.c.removed_at.is_(None)),
    select(null().label("enterprise_id"), _OPERATORS.c.email, _OPERATORS.c.person_id, _OPERATORS.c.email_folded),
).order_by("email_folded")


def team(session: Session, enterprise_id: int) -> Team:
    """Who may act for an enterprise; of one that was removed, the operators alone."""
    found = session.execute(_TEAM, {"enterprise": enterprise_id}).all()
    return Team(
        admins=tuple(Admin(row.email, row.person_id) for row in found if row.enterprise_id is not None),
        operators=tuple(Admin(row.email, row.person_id) for row in found if row.enterprise_id is None),
    )
