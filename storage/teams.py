"""The team of an enterprise: its admins and the operators, with what decides whether a person may act for it."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, bindparam, false, null, select, union_all
from sqlalchemy.orm import Session

from storage.models import AdminRow, EnterpriseRow, OperatorRow
from storage.values.belonging import Belonging, belonging, is_kept_out
from storage.values.records import Admin, Identity

_ADMINS: Any = AdminRow.__table__
_OPERATORS: Any = OperatorRow.__table__
_ENTERPRISES: Any = EnterpriseRow.__table__
_OF_ALL = ("email", "person_id", "email_folded")
_OF_ADMINS = ("org_id", "any_organization", "kept_out_at", "unreachable_at")
"""The columns of admins that operators do not have."""


@dataclass(frozen=True, slots=True)
class Team:
    """The people who may act for an enterprise: its admins and the operators, in order of e-mail.

    `listed` are its admins, also those who are kept out. `org_id` is the enterprise's Webex organization.
    """

    listed: tuple[Admin, ...]
    operators: tuple[Admin, ...]
    org_id: str | None = None

    @property
    def admins(self) -> tuple[Admin, ...]:
        """The admins who are not kept out."""
        return tuple(admin for admin in self.listed if not admin.is_kept_out)

    @property
    def reachable(self) -> tuple[Admin, ...]:
        """The admins who are not kept out, and whose address Webex knows as far as the bot has tried."""
        return tuple(admin for admin in self.admins if not admin.is_unreachable)

    def includes(self, who: Identity) -> bool:
        """Return whether this person belongs to the team."""
        return any(belonging(operator, who, None) is Belonging.BELONGS for operator in self.operators) or any(
            belonging(admin, who, self.org_id) is Belonging.BELONGS for admin in self.listed
        )


@dataclass(frozen=True, slots=True)
class AddedAdmin:
    """An admin of an enterprise, and the `person_id` of the admin or operator who added them, None if not in chat."""

    enterprise_id: int
    email: str
    added_by_id: str | None


def admin_of(row: Any, own_org_id: str | None) -> Admin:
    """Return a row of `people_where`, or an admin's row, as an admin. `own_org_id` is the enterprise's organization."""
    is_unreachable = row.person_id is None and row.unreachable_at is not None
    known = row.email, row.person_id, row.org_id, row.any_organization, row.kept_out_at
    admin = Admin(*known, is_unreachable=is_unreachable)
    return replace(admin, is_kept_out=is_kept_out(admin, own_org_id))


def people_where(admins: ColumnElement[bool], operators: ColumnElement[bool] | None = None) -> CompoundSelect[Any, Any]:
    """Return the query for these admins of enterprises in use and these operators, whose `enterprise_id` is None.

    `own_org_id` is the organization of the enterprise.
    """
    of_admins = (
        select(_ADMINS.c.enterprise_id, *(_ADMINS.c[name] for name in (*_OF_ALL, *_OF_ADMINS)))
        .add_columns(_ENTERPRISES.c.org_id.label("own_org_id"))
        .join(_ENTERPRISES, _ENTERPRISES.c.id == _ADMINS.c.enterprise_id)
        .where(admins, _ENTERPRISES.c.removed_at.is_(None))
    )
    only_admins = (
        *(null().label("org_id"), false().label("any_organization")),
        *(null().label("kept_out_at"), null().label("unreachable_at"), null().label("own_org_id")),
    )
    of_operators = select(null().label("enterprise_id"), *(_OPERATORS.c[name] for name in _OF_ALL), *only_admins)
    return union_all(of_admins, of_operators if operators is None else of_operators.where(operators))


_TEAM = people_where(_ADMINS.c.enterprise_id == bindparam("enterprise")).order_by("email_folded")


def get(session: Session, enterprise_id: int) -> Team:
    """Return who may act for an enterprise; for a removed one, only the operators."""
    found = session.execute(_TEAM, {"enterprise": enterprise_id}).all()
    org_id = next((row.own_org_id for row in found if row.enterprise_id is not None), None)
    listed = tuple(admin_of(row, org_id) for row in found if row.enterprise_id is not None)
    operators = tuple(admin_of(row, None) for row in found if row.enterprise_id is None)
    return Team(listed, operators, org_id)
