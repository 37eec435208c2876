"""The inbox: one row for each event from Webex. The events of a space are processed one at a time, oldest first."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.engine import claims
from storage.engine.conditions import none_exists, state_in
from storage.engine.database import wake
from storage.engine.parking import is_line_long, is_not_parked, let_next_in
from storage.engine.turn_claims import turn_claimer
from storage.models import AdminRow, DenialRow, InboxRow, OperatorRow
from storage.models.columns import UTCDateTime
from storage.values.messages import Event
from storage.values.records import Claim
from storage.values.turns import OPERATORS, OTHERS, SILENT

KIND = "inbox"
OPEN, DONE, DROPPED, FAILED = "open", "done", "dropped", "failed"

_ROWS: Any = InboxRow.__table__
_ADMINS: Any = AdminRow.__table__
_OPERATORS: Any = OperatorRow.__table__
_DENIALS: Any = DenialRow.__table__
_WHO: Any = bindparam("who")
_OF_OPERATOR = select(literal(OPERATORS)).where(_OPERATORS.c.person_id == _WHO).limit(1)
# The enterprise that had them first: another one could add them to let them wait behind its own messages.
_OF_ADMIN = (
    select(_ADMINS.c.enterprise_id)
    .where(_ADMINS.c.person_id == _WHO, _ADMINS.c.kept_out_at.is_(None))
    .order_by(_ADMINS.c.id)
    .limit(1)
)
_OF_SILENT = (
    select(literal(SILENT))
    .where(_DENIALS.c.person_id == _WHO, _DENIALS.c.silent_until > bindparam("at", type_=UTCDateTime))
    .limit(1)
)
_TURN = func.coalesce(*(of_person.scalar_subquery() for of_person in (_OF_OPERATOR, _OF_ADMIN, _OF_SILENT)), OTHERS)
_IS_PARKED = is_line_long(InboxRow, "room_id", "id", "status_outbox_id")
_LET_NEXT_IN = let_next_in(InboxRow, "room_id", "id")
_RECORD = {
    dialect: insert(_ROWS).values(turn=_TURN, parked=_IS_PARKED).on_conflict_do_nothing().returning(_ROWS.c.id)
    for dialect, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
_other: Any = _ROWS.alias("other")
_IS_NEW_CLAIM = _ROWS.c.lease_until.is_(None)
_IS_SPACE_FREE = and_(
    none_exists(
        _IS_NEW_CLAIM,
        _other.c.room_id == _ROWS.c.room_id,
        _other.c.id < _ROWS.c.id,
        _other.c.due_at.is_not(None),
        _other.c.status_outbox_id.is_(None),
    ),
    none_exists(_IS_NEW_CLAIM, _other.c.room_id == _ROWS.c.room_id, _other.c.lease_until.is_not(None)),
)
_KNOWN: Select[str] = select(_ROWS.c.data_id).where(
    _ROWS.c.resource == "messages",
    _ROWS.c.event == "created",
    _ROWS.c.data_id.in_(bindparam("messages", expanding=True)),
    _ROWS.c.data_created == "",
)
_COUNT_MISSED = select(func.count()).where(_ROWS.c.received_at > bindparam("since", type_=UTCDateTime), _ROWS.c.missed)
_RESUME = (
    update(_ROWS)
    .where(
        or_(_ROWS.c.roster_id == bindparam("roster"), _ROWS.c.reading_id == bindparam("reading")),
        _ROWS.c.due_at.is_not(None),
    )
    .values(due_at=bindparam("now", type_=UTCDateTime), roster_id=None, reading_id=None)
    .returning(_ROWS.c.status_outbox_id)
)


def record(connection: Connection, events: Sequence[Event], now: datetime, *, missed: bool = False) -> bool:
    """Add events, in one statement. Return False if all of them were there already.

    `missed`: looking back found them, and a webhook should have told of them by now.
    """
    rows = [
        {
            "resource": event.resource,
            "event": event.event,
            "data_id": event.data_id,
            # A message's id never comes back, and a webhook and a list may write its time in different ways.
            "data_created": "" if event.resource == "messages" else event.data_created,
            "room_id": event.room_id,
            "person_id": event.person_id,
            "actor_id": event.actor_id,
            "state": OPEN,
            "received_at": now,
            "due_at": now,
            "missed": missed,
            "line": event.room_id,
            "at": now,
            "who": event.actor_id or event.person_id,
        }
        for event in events
    ]
    statement = _RECORD[connection.dialect.name]
    # SQLAlchemy builds a statement for a list of rows each time; for one row that can be saved.
    return connection.execute(statement, rows if len(rows) > 1 else rows[0]).first() is not None


def unknown_messages(session: Session, message_ids: Collection[str]) -> set[str]:
    """Return those of the messages that were never recorded."""
    return set(message_ids) - set(session.scalars(_KNOWN, {"messages": list(message_ids)}))


def count_missed(session: Session, since: datetime) -> int:
    """Count the messages that looking back has found since then and that no webhook told of."""
    return session.scalar(_COUNT_MISSED, {"since": since}) or 0


claim = turn_claimer(InboxRow, _IS_SPACE_FREE)
"""Claim the oldest due event of a space in which no other event is claimed, in turns.

Raises IntegrityError if another worker claims an event of the same space at the same time.
"""
next_due = claims.next_due_of(InboxRow, is_not_parked(_ROWS))


def end(session: Session, claim: Claim, state: str, *, error: str | None = None) -> None:
    """End an event as done, dropped or failed. The next event of its space can be claimed then."""
    claims.settle(session, InboxRow, claim, state=state, due_at=None, roster_id=None, reading_id=None, error=error)
    session.execute(_LET_NEXT_IN, {"of": claim.id})


def put_off(connection: Connection, claim: Claim, until: datetime) -> None:
    """Have an event come back at this time, as it is. Later events of its space wait for it."""
    claims.settle(connection, InboxRow, claim, due_at=until)


def wait(
    session: Session,
    claim: Claim,
    until: datetime,
    enterprise_id: int,
    *,
    roster_id: int | None = None,
    reading_id: int | None = None,
    status_outbox_id: int | None = None,
) -> None:
    """Let an event wait until this roster or this reading of an enterprise is there, at most until this time.

    If a status message tells the person so, later events of the space do not wait for this one.
    """
    values = {"roster_id": roster_id, "reading_id": reading_id, "status_outbox_id": status_outbox_id}
    claims.settle(session, InboxRow, claim, due_at=until, waited=True, enterprise_id=enterprise_id, **values)
    if status_outbox_id is not None:
        session.execute(_LET_NEXT_IN, {"of": claim.id})


def status_messages(session: Session, roster_id: int) -> list[int]:
    """Return the outbox rows that told people that their roster takes a while."""
    query = select(_ROWS.c.status_outbox_id).where(
        _ROWS.c.roster_id == roster_id, _ROWS.c.due_at.is_not(None), _ROWS.c.status_outbox_id.is_not(None)
    )
    return list(session.scalars(query.order_by(_ROWS.c.id)))


def resume(
    session: Session, now: datetime, *, roster_id: int | None = None, reading_id: int | None = None
) -> list[int]:
    """Make the events due that wait for this roster or reading. Return their status messages."""
    resumed = session.execute(_RESUME, {"roster": roster_id, "reading": reading_id, "now": now}).all()
    if resumed:
        wake(session, KIND)
    return [row.status_outbox_id for row in resumed if row.status_outbox_id is not None]


def count_failed(session: Session) -> int:
    """Count the events that were given up after repeated failures."""
    return session.scalar(select(func.count()).where(state_in(InboxRow.state, FAILED))) or 0
