"""The inbox: one row per event from Webex; those of one space are worked one at a time, oldest first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.engine import claims
from storage.engine.conditions import state_in
from storage.engine.database import wake
from storage.models import InboxRow
from storage.models.columns import UTCDateTime
from storage.values.messages import Event
from storage.values.records import Claim

KIND = "inbox"
OPEN, DONE, DROPPED, FAILED = "open", "done", "dropped", "failed"

_ROWS: Any = InboxRow.__table__
_RECORDING = {
    dialect: insert(_ROWS).on_conflict_do_nothing().returning(_ROWS.c.id)
    for dialect, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
_other: Any = _ROWS.alias("other")
_FREE = or_(
    _ROWS.c.lease_until.is_not(None),
    ~exists().where(
        _other.c.room_id == _ROWS.c.room_id,
        _other.c.due_at.is_not(None),
        _other.c.id != _ROWS.c.id,
        or_(
            and_(_other.c.id < _ROWS.c.id, _other.c.status_outbox_id.is_(None)),
            _other.c.lease_until.is_not(None),
        ),
    ),
)


def record(connection: Connection, events: Sequence[Event], now: datetime) -> bool:
    """Keep events, in one statement; False where all of them were known already."""
    rows = [
        {
            "resource": event.resource,
            "event": event.event,
            "data_id": event.data_id,
            "data_created": event.data_created,
            "room_id": event.room_id,
            "person_id": event.person_id,
            "actor_id": event.actor_id,
            "state": OPEN,
            "received_at": now,
            "due_at": now,
        }
        for event in events
    ]
    recording = _RECORDING[connection.dialect.name]
    # A statement for many rows is put together anew each time, which one row need not pay for.
    return connection.execute(recording, rows if len(rows) > 1 else rows[0]).first() is not None


def claim(connection: Connection, now: datetime) -> InboxRow | None:
    """Take the oldest due event of a space in which none is being worked on; a race for a space that is lost is an
    IntegrityError.
    """
    return claims.claim(connection, InboxRow, now, _FREE)


def next_due(session: Session, now: datetime) -> datetime | None:
    """When the inbox has to be looked at again."""
    return claims.next_due(session, InboxRow, now)


def end(session: Session, claim: Claim, state: str, *, error: str | None = None) -> None:
    """End an event: done, dropped or failed; the next of its space may go on."""
    claims.settle(session, InboxRow, claim, state=state, due_at=None, roster_id=None, reading_id=None, error=error)


def retry(session: Session, claim: Claim, at: datetime, *, failures: int, error: str) -> None:
    """Have an event worked again later."""
    claims.settle(session, InboxRow, claim, due_at=at, failures=failures, error=error)


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
    """Set an event aside until that roster or reading of an enterprise is there, or until that time.

    With a status message, the later events of its space go on meanwhile.
    """
    values = {"roster_id": roster_id, "reading_id": reading_id, "status_outbox_id": status_outbox_id}
    claims.settle(session, InboxRow, claim, due_at=until, waited=True, enterprise_id=enterprise_id, **values)


def status_messages(session: Session, roster_id: int) -> list[int]:
    """The outbox rows that told those who wait for a roster that it takes a while."""
    query = select(_ROWS.c.status_outbox_id).where(
        _ROWS.c.roster_id == roster_id, _ROWS.c.due_at.is_not(None), _ROWS.c.status_outbox_id.is_not(None)
    )
    return list(session.scalars(query.order_by(_ROWS.c.id)))


def resume(
    session: Session, now: datetime, *, roster_id: int | None = None, reading_id: int | None = None
) -> list[int]:
    """Bring back the events that waited for a roster or a reading; the status messages there were meanwhile."""
    resumed = session.execute(_RESUMING, {"roster": roster_id, "reading": reading_id, "now": now}).all()
    if resumed:
        wake(session, KIND)
    return [row.status_outbox_id for row in resumed if row.status_outbox_id is not None]


_RESUMING = (
    update(_ROWS)
    .where(
        or_(_ROWS.c.roster_id == bindparam("roster"), _ROWS.c.reading_id == bindparam("reading")),
        _ROWS.c.due_at.is_not(None),
    )
    .values(due_at=bindparam("now", type_=UTCDateTime), roster_id=None, reading_id=None)
    .returning(_ROWS.c.status_outbox_id)
)


def count_failed(session: Session) -> int:
    """How many events were set aside because they failed again and again."""
    count = session.scalar(select(func.count()).where(state_in(InboxRow.state, FAILED)))
    return count or 0
