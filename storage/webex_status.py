"""What Webex says of an enterprise's syncs: the account last read, and the runs it began without being asked here."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, bindparam, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage import inbox
from storage.engine import claims
from storage.engine.conditions import among
from storage.engine.database import wake
from storage.engine.inserts import insert_unless_there
from storage.models import ReadingRow, SyncRow, WebexRunRow
from storage.models.columns import UTCDateTime
from storage.models.syncs import to_errors
from storage.values.records import Claim, SyncState, WebexRun, WebexSyncStatus

KIND = "readings"


def request(session: Session, enterprise_id: int, now: datetime) -> int:
    """Have Webex asked how the enterprise stands, unless that is wanted already; the reading's id.

    Its row is locked until the transaction ends, so that those who wait are written down before it is there.
    """
    insert_unless_there(session, ReadingRow, enterprise_id=enterprise_id, attempt=0, failures=0)
    row = session.scalars(
        select(ReadingRow)
        .where(ReadingRow.enterprise_id == enterprise_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if row.due_at is None:
        row.due_at = now
        session.flush()
    wake(session, KIND)
    return row.id


def claim(connection: Connection, now: datetime) -> ReadingRow | None:
    """Take a reading that is wanted."""
    return claims.claim(connection, ReadingRow, now)


def next_due(session: Session, now: datetime) -> datetime | None:
    """When the readings have to be looked at again."""
    return claims.next_due(session, ReadingRow, now)


def done(session: Session, claim: Claim, now: datetime, *, error: str | None = None) -> None:
    """A wanted reading is there, or could not be had: answer those who waited."""
    claims.settle(session, ReadingRow, claim, due_at=None, error=error)
    inbox.resume(session, now, reading_id=claim.id)


def get(session: Session, enterprise_id: int) -> WebexSyncStatus | None:
    """What Webex said last of an enterprise; None where it was never asked."""
    row = session.execute(_GETTING, {"enterprise": enterprise_id}).one_or_none()
    return None if row is None else WebexSyncStatus(**row._mapping)


def keep(session: Session, enterprise_id: int, reading: WebexSyncStatus, now: datetime) -> None:
    """Remember what Webex said, and the run it told of unless that is one of ours. The enterprise is locked."""
    kept = {name: getattr(reading, name) for name in _KEPT} | {"read_at": now}
    said = kept | {"enterprise_id": enterprise_id, "attempt": 0, "failures": 0}
    which: dict[str, Any] = {
        "enterprise": enterprise_id,
        "started": reading.started_at,
        "tracking": reading.tracking_id,
    }
    newest = session.execute(_KEEPING[session.get_bind().dialect.name], said | which).one_or_none()
    if newest is not None and reading.started_at is not None and newest.ours is None:
        _keep_run(session, which, reading, now)


_ROWS: Any = ReadingRow.__table__
_KEPT = ("read_at", "enabled", "status", "started_at", "ended_at", "succeeded_at", "tracking_id")
_GETTING = select(*(_ROWS.c[name] for name in _KEPT)).where(
    _ROWS.c.enterprise_id == bindparam("enterprise"), _ROWS.c.read_at.is_not(None)
)

_STARTED = bindparam("started", type_=UTCDateTime)
_TRACKING = bindparam("tracking", type_=Text)


def _same_run(table: Any) -> Any:
    return or_(table.c.started_at == _STARTED, table.c.tracking_id == _TRACKING)


_SYNCS: Any = SyncRow.__table__
_OURS = (
    select(_SYNCS.c.id)
    .where(
        _SYNCS.c.enterprise_id == bindparam("enterprise"),
        or_(
            _same_run(_SYNCS),
            among(_SYNCS.c.state, SyncState.STARTING, SyncState.RUNNING)
            & or_(
                _SYNCS.c.before_started_at.is_distinct_from(_STARTED),
                _TRACKING.is_not(None) & _SYNCS.c.before_tracking_id.is_distinct_from(_TRACKING),
            ),
        ),
    )
    .order_by(_SYNCS.c.id.desc())
    .limit(1)
)
"""One of our syncs has this run, or may yet turn out to have begun it."""


def _upsert(insert: Any) -> Any:
    trying = insert(_ROWS)
    read = {name: trying.excluded[name] for name in _KEPT}
    newer = or_(_ROWS.c.read_at.is_(None), _ROWS.c.read_at <= trying.excluded.read_at)
    keeping = trying.on_conflict_do_update(index_elements=[_ROWS.c.enterprise_id], set_=read, where=newer)
    return keeping.returning(_OURS.scalar_subquery().label("ours"))


_KEEPING = {"sqlite": _upsert(sqlite.insert), "postgresql": _upsert(postgresql.insert)}

_RUNS: Any = WebexRunRow.__table__
_RUN = (
    select(WebexRunRow)
    .where(WebexRunRow.enterprise_id == bindparam("enterprise"), _same_run(_RUNS))
    .order_by(WebexRunRow.id.desc())
    .limit(1)
)


def _keep_run(session: Session, which: dict[str, Any], reading: WebexSyncStatus, now: datetime) -> None:
    row = session.scalar(_RUN, which)
    if row is None:
        row = WebexRunRow(enterprise_id=which["enterprise"], seen_at=now)
        session.add(row)
    row.started_at = reading.started_at
    row.ended_at = _end(reading)
    row.tracking_id = reading.tracking_id or row.tracking_id
    row.status = reading.status
    row.counts = reading.counts
    row.errors = list(reading.errors)
    session.flush()


def _end(reading: WebexSyncStatus) -> datetime | None:
    """When the run ended: an end before its start belongs to the run before."""
    if reading.started_at is None or reading.ended_at is None or reading.ended_at < reading.started_at:
        return None
    return reading.ended_at


def runs(session: Session, enterprise_id: int, limit: int) -> list[WebexRun]:
    """The newest runs of Webex's own, newest first."""
    rows = session.execute(
        select(*(_RUNS.c[field.name] for field in fields(WebexRun)))
        .where(_RUNS.c.enterprise_id == enterprise_id)
        .order_by(_RUNS.c.id.desc())
        .limit(limit)
    )
    return [WebexRun(**{**row._mapping, "errors": to_errors(row.errors)}) for row in rows]
