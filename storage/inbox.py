"""The inbox: one row per event from Webex; those of one space are worked one at a time, oldest first."""

from datetime import datetime

from sqlalchemy import Connection, Executable, bindparam, exists, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from storage import claims
from storage.database import CHANNEL, wake
from storage.models import InboxRow
from storage.records import Claim, Event

KIND = "inbox"
OPEN, DONE, DROPPED, FAILED = "open", "done", "dropped", "failed"

# Statements are built once, since to build one costs more than to run it.
_GIVEN = {
    name: bindparam(f"given_{name}", type_=InboxRow.__table__.c[name].type)
    for name in ("resource", "event", "data_id", "data_created", "room_id", "person_id", "received_at", "due_at")
}
_NEW = {**_GIVEN, "state": OPEN, "attempt": 0, "failures": 0, "waited": False}
_RECORD: dict[str, Executable] = {
    "sqlite": sqlite.insert(InboxRow).values(_NEW).on_conflict_do_nothing().returning(InboxRow.id),
    "postgresql": select(func.pg_notify(CHANNEL, KIND)).select_from(
        postgresql.insert(InboxRow).values(_NEW).on_conflict_do_nothing().returning(literal(1).label("one")).cte("new")
    ),
}
_other = aliased(InboxRow)
_FREE = or_(
    InboxRow.lease_until.is_not(None),
    ~exists().where(
        _other.room_id == InboxRow.room_id,
        _other.due_at.is_not(None),
        _other.id != InboxRow.id,
        or_(_other.id < InboxRow.id, _other.lease_until.is_not(None)),
    ),
)


def record(connection: Connection, event: Event, now: datetime) -> bool:
    """Keep an event in one statement; False where it was known already."""
    values = {
        "given_resource": event.resource,
        "given_event": event.event,
        "given_data_id": event.data_id,
        "given_data_created": event.data_created,
        "given_room_id": event.room_id,
        "given_person_id": event.person_id,
        "given_received_at": now,
        "given_due_at": now,
    }
    return connection.execute(_RECORD[connection.dialect.name], values).first() is not None


def claim(session: Session, now: datetime) -> InboxRow | None:
    """Take the oldest due event of a space in which none is being worked on."""
    return claims.claim(session, InboxRow, now, _FREE)


def next_due(session: Session, now: datetime) -> datetime | None:
    """When the inbox has to be looked at again."""
    return claims.next_due(session, InboxRow, now)


def end(session: Session, claim: Claim, state: str, *, error: str | None = None) -> None:
    """End an event: done, dropped or failed; the next of its space may go on."""
    claims.settle(session, InboxRow, claim, state=state, due_at=None, roster_id=None, error=error)


def retry(session: Session, claim: Claim, at: datetime, *, failures: int, error: str) -> None:
    """Have an event worked again later."""
    claims.settle(session, InboxRow, claim, due_at=at, failures=failures, error=error)


def wait(session: Session, claim: Claim, until: datetime, roster_id: int) -> None:
    """Set an event aside until that roster is read, or until that time."""
    claims.settle(session, InboxRow, claim, due_at=until, roster_id=roster_id, waited=True)


def resume(session: Session, roster_id: int, now: datetime) -> None:
    """Bring back the events that waited for a roster."""
    session.execute(
        update(InboxRow)
        .where(InboxRow.roster_id == roster_id, InboxRow.due_at.is_not(None))
        .values(due_at=now, roster_id=None)
        .execution_options(synchronize_session=False)
    )
    wake(session, KIND)


def failed(session: Session) -> int:
    """How many events were set aside because they failed again and again."""
    count = session.scalar(select(func.count()).where(InboxRow.state == FAILED))
    return count or 0
