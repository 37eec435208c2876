"""Requests that are set aside until something has been read from Webex."""

from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from storage.models import InboxRow

_ROWS: Any = InboxRow.__table__
_OF_PERSON = select(func.count()).where(
    _ROWS.c.person_id == bindparam("person"), _ROWS.c.due_at.is_not(None), _ROWS.c.waited
)
_OF_ENTERPRISE = select(func.count()).where(
    _ROWS.c.enterprise_id == bindparam("enterprise"), _ROWS.c.due_at.is_not(None), _ROWS.c.waited
)


def count(session: Session, person_id: str) -> int:
    """Return how many requests of a person are set aside."""
    return session.scalar(_OF_PERSON, {"person": person_id}) or 0


def count_of_enterprise(session: Session, enterprise_id: int) -> int:
    """Return how many requests for an enterprise are set aside."""
    return session.scalar(_OF_ENTERPRISE, {"enterprise": enterprise_id}) or 0
