"""Who may act for which enterprise, and the operators."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, bindparam, delete, null, or_, select, text, union_all
from sqlalchemy.orm import Session

from storage.models import AdminRow, EnterpriseRow, OperatorRow
from storage.values.folding import address_key
from storage.values.records import Admin, Identity
from storage.values.webex_ids import differ

_ADMINS: Any = AdminRow.__table__
_OPERATORS: Any = OperatorRow.__table__
_ENTERPRISES: Any = EnterpriseRow.__table__


def add(session: Session, enterprise_id: int, email: str, now: datetime, known: Identity | None = None) -> bool:
    """Make somebody an admin, by their id and organization too where those are known; False where they are one."""
    folded = address_key(email)
    alike = AdminRow.email_folded == folded
    if known is not None:
        alike = or_(alike, AdminRow.person_id == known.person_id)
    if session.scalar(select(AdminRow.id).where(AdminRow.enterprise_id == enterprise_id, alike).limit(1)) is not None:
        return False
    row = AdminRow(enterprise_id=enterprise_id, email=email, email_folded=folded, added_at=now)
    if known is not None:
        row.person_id, row.org_id = known.person_id, known.org_id
        row.org_seen_at = now if known.org_id else None
    session.add(row)
    session.flush()
    return True


def remove(session: Session, enterprise_id: int, email: str) -> None:
    """Have somebody be an admin of an enterprise no more."""
    gone = delete(AdminRow).where(AdminRow.enterprise_id == enterprise_id, AdminRow.email_folded == address_key(email))
    session.execute(gone.execution_options(synchronize_session=False))


_OF = (
    select(_ADMINS.c.email, _ADMINS.c.person_id)
    .where(_ADMINS.c.enterprise_id == bindparam("enterprise"))
    .order_by(_ADMINS.c.email_folded)
)


def of_enterprise(session: Session, enterprise_id: int) -> list[Admin]:
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
    """Those who may act for an enterprise: its admins, by e-mail, but for those of another Webex organization than its
    own, `org_id`; and the operators.
    """

    admins: tuple[Admin, ...]
    operators: tuple[Admin, ...]
    org_id: str | None = None

    def includes(self, who: Identity) -> bool:
        """Whether this person is one of them: an e-mail counts only where no `person_id` was learned for it yet, and
        an admin of another organization does not.
        """
        elsewhere = differ(self.org_id, who.org_id)
        return _are_among(self.operators, who) or (not elsewhere and _are_among(self.admins, who))


def _are_among(known: Iterable[Admin], who: Identity) -> bool:
    folded = address_key(who.email)
    return any(
        one.person_id == who.person_id if one.person_id is not None else address_key(one.email) == folded
        for one in known
    )


_TEAM: CompoundSelect[Any, Any] = union_all(
    select(
        _ADMINS.c.enterprise_id,
        _ADMINS.c.email,
        _ADMINS.c.person_id,
        _ADMINS.c.email_folded,
        _ADMINS.c.org_id,
        _ENTERPRISES.c.org_id.label("own_org_id"),
    )
    .join(_ENTERPRISES, _ENTERPRISES.c.id == _ADMINS.c.enterprise_id)
    .where(_ADMINS.c.enterprise_id == bindparam("enterprise"), _ENTERPRISES.c.removed_at.is_(None)),
    select(
        null().label("enterprise_id"),
        _OPERATORS.c.email,
        _OPERATORS.c.person_id,
        _OPERATORS.c.email_folded,
        null().label("org_id"),
        null().label("own_org_id"),
    ),
).order_by("email_folded")


def team(session: Session, enterprise_id: int) -> Team:
    """Who may act for an enterprise; of one that was removed, the operators alone."""
    found = session.execute(_TEAM, {"enterprise": enterprise_id}).all()
    org_id = next((row.own_org_id for row in found if row.enterprise_id is not None), None)
    return Team(
        admins=tuple(
            Admin(row.email, row.person_id)
            for row in found
            if row.enterprise_id is not None and not differ(org_id, row.org_id)
        ),
        operators=tuple(Admin(row.email, row.person_id) for row in found if row.enterprise_id is None),
        org_id=org_id,
    )
