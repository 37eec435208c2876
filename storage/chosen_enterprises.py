"""The enterprise that each person with several has chosen."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, select, update
from sqlalchemy.orm import Session

from storage.engine.inserts import insert_if_missing
from storage.models import ChoiceRow

_ROWS: Any = ChoiceRow.__table__
_CHOSEN: Select[int] = select(_ROWS.c.enterprise_id).where(_ROWS.c.person_id == bindparam("person"))


def choose(session: Session, person_id: str, enterprise_id: int, now: datetime) -> None:
    """Store a person's choice."""
    values = {"enterprise_id": enterprise_id, "since": now}
    if insert_if_missing(session, ChoiceRow, person_id=person_id, **values) is None:
        session.execute(update(ChoiceRow).where(ChoiceRow.person_id == person_id).values(**values))


def chosen(session: Session, person_id: str) -> int | None:
    """Return the enterprise that a person has chosen. The caller checks whether the person still has rights to it."""
    return session.scalar(_CHOSEN, {"person": person_id})


def forget_all(session: Session, enterprise_id: int) -> None:
    """Delete all choices of an enterprise."""
    session.execute(delete(ChoiceRow).where(ChoiceRow.enterprise_id == enterprise_id))
