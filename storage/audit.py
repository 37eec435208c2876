"""The audit: who asked for what, from where, and how it went; rows are only ever added."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, exists, func, select
from sqlalchemy.orm import Session

from storage.engine.inserts import insert_row
from storage.models import AuditRow, OperatorRow
from storage.models.columns import UTCDateTime
from storage.values.records import FILE, TOO_FAST, AuditEntry

TOLD, REPORTED, GREETED = "told", "reported", "greeted"
_NOT_TYPED = (TOO_FAST, REPORTED, GREETED)

_ROWS: Any = AuditRow.__table__
_OPERATORS: Any = OperatorRow.__table__
_SINCE = _ROWS.c.at > bindparam("since", type_=UTCDateTime)
_OF_PERSON = _ROWS.c.person_id == bindparam("person")
_BY_OPERATOR = exists().where(_OPERATORS.c.person_id == _ROWS.c.person_id)
_NEWEST = (_ROWS.c.at.desc(), _ROWS.c.id.desc())


def add(session: Session, row: AuditEntry) -> None:
    """Add a row."""
    insert_row(session, AuditRow, **{field.name: getattr(row, field.name) for field in fields(AuditEntry)})


_COMMANDS = (
    select(_ROWS.c.at)
    .where(_OF_PERSON, _SINCE, _ROWS.c.outcome.not_in(_NOT_TYPED), _ROWS.c.command != FILE)
    .order_by(*_NEWEST)
    .limit(1)
    .offset(bindparam("before"))
)
_EXPORTS = (
    select(_ROWS.c.at)
    .where(_ROWS.c.enterprise_id == bindparam("enterprise"), _SINCE, _ROWS.c.file.is_not(None))
    .where(_ROWS.c.command.in_(bindparam("commands", expanding=True)), _ROWS.c.outcome != TOLD, ~_BY_OPERATOR)
    .order_by(*_NEWEST)
    .limit(1)
    .offset(bindparam("before"))
)
_OUTCOME = select(_ROWS.c.id).where(_OF_PERSON, _SINCE, _ROWS.c.outcome == bindparam("outcome")).limit(1)
_LISTED: Select[Any] = select(*(_ROWS.c[field.name] for field in fields(AuditEntry))).order_by(*_NEWEST)
_LAST = (
    _LISTED.where(_OF_PERSON, _SINCE, _ROWS.c.room_id == bindparam("room"), _ROWS.c.command != FILE)
    .where(_ROWS.c.outcome.not_in((REPORTED, GREETED)))
    .limit(1)
)


def nth_command(session: Session, person_id: str, nth: int, since: datetime) -> datetime | None:
    """When somebody's nth command was, counted from the last back; None where there were fewer since then."""
    found: datetime | None = session.scalar(_COMMANDS, {"person": person_id, "since": since, "before": nth - 1})
    return found


def nth_export(
    session: Session, enterprise_id: int, commands: Sequence[str], nth: int, since: datetime
) -> datetime | None:
    """When the nth file was made for an enterprise's people by these commands, counted from the last back."""
    values = {"enterprise": enterprise_id, "since": since, "before": nth - 1, "commands": list(commands)}
    found: datetime | None = session.scalar(_EXPORTS, values)
    return found


def has_outcome(session: Session, person_id: str, outcome: str, since: datetime) -> bool:
    """Whether something somebody asked for has ended so since then."""
    return session.scalar(_OUTCOME, {"person": person_id, "since": since, "outcome": outcome}) is not None


def last_command(session: Session, person_id: str, room_id: str, since: datetime) -> AuditEntry | None:
    """Somebody's last command in a space; None where there was none since then."""
    row = session.execute(_LAST, {"person": person_id, "room": room_id, "since": since}).one_or_none()
    return None if row is None else AuditEntry(*row)


def entries(
    session: Session, since: datetime, enterprise_id: int | None, *, limit: int | None = None
) -> Iterator[AuditEntry]:
    """What happened since then, newest first: of one enterprise, or with None of all."""
    query = _LISTED.where(*_of(since, enterprise_id)).limit(limit)
    for row in session.execute(query, execution_options={"yield_per": 2000}):
        yield AuditEntry(*row)


def count(session: Session, since: datetime, enterprise_id: int | None) -> int:
    """How many rows that are."""
    return session.scalar(select(func.count()).select_from(_ROWS).where(*_of(since, enterprise_id))) or 0


def _of(since: datetime, enterprise_id: int | None) -> list[Any]:
    newer = _ROWS.c.at > since
    return [newer] if enterprise_id is None else [newer, _ROWS.c.enterprise_id == enterprise_id]
