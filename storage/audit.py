"""The audit: who asked for what, from where, and how it went; rows are only ever added."""

from datetime import datetime

from sqlalchemy.orm import Session

from storage.inserting import insert_row
from storage.models import AuditRow


def add(
    session: Session,
    *,
    now: datetime,
    enterprise_id: int | None,
    person_id: str,
    email: str,
    room_id: str,
    command: str,
    arguments: str,
    outcome: str,
    detail: str = "",
) -> None:
    """Add a row."""
    insert_row(
        session,
        AuditRow,
        at=now,
        enterprise_id=enterprise_id,
        person_id=person_id,
        email=email,
        room_id=room_id,
        command=command,
        arguments=arguments,
        outcome=outcome,
        detail=detail,
    )
