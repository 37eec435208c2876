"""Which of their enterprises people have chosen to speak for."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from storage.engine.inserts import insert_if_missing
from storage.models import ChoiceRow

_ROWS: Any = ChoiceRow.__table__
_CHOSEN = select(_ROWS.c.enterprise_id).where(_ROWS.c.person_id == bindparam("person"))


def choose(session: Session, person_id: str, enterprise_id: int, now: datetime) -> None:
    """Have somebody speak for this enterprise from now on."""
    values = {"enterprise_id": enterprise_id, "since": now}
    if insert_if_missing(session, ChoiceRow, person_id=person_id, **values) is None:
        session.execute(update(ChoiceRow).where(ChoiceRow.person_id == person_id).values(**values))


def chosen(session: Session, person_id: str) -> int | None:
    """The enterprise that somebody has chosen; whether they may speak for it still is for others to say."""
    found: int | None = session.scalar(_CHOSEN, {"person": person_id})
    return found


def forget_all(session: Session, enterprise_id: int) -> None:
    """Have nobody speak for an enterprise any more."""
    session.execute(delete(ChoiceRow).where(ChoiceRow.enterprise_id == enterprise_id))
