"""What Webex says about an enterprise's syncs: its last sync status, and the runs that were not started by the bot."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Text, bindparam, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage import inbox
from storage.engine import claims
from storage.engine.conditions import state_in
from storage.engine.database import wake
from storage.engine.inserts import insert_if_missing
from storage.models import ReadingRow, SyncRow, WebexRunRow
from storage.models.columns import UTCDateTime
from storage.models.syncs import to_errors
from storage.values.records import Claim, SyncState, WebexRun, WebexSyncStatus

KIND = "readings"

_ROWS: Any = ReadingRow.__table__
_SYNCS: Any = SyncRow.__table__
_RUNS: Any = WebexRunRow.__table__
_STATUS_COLUMNS = ("enabled", "status", "started_at", "ended_at", "succeeded_at", "tracking_id")
_ENTERPRISE: Any = bindparam("enterprise")
_STARTED_AT = bindparam("started_at", type_=UTCDateTime)
_TRACKING_ID = bindparam("tracking_id", type_=Text)
_LAST_STATUS = select(_ROWS.c.read_at, *(_ROWS.c[name] for name in _STATUS_COLUMNS)).where(
    _ROWS.c.enterprise_id == _ENTERPRISE, _ROWS.c.read_at.is_not(None)
)
_LOCKED = select(ReadingRow).where(ReadingRow.enterprise_id == _ENTERPRISE).with_for_update()


def _storing(insert: Any) -> Any:
    row = insert(_ROWS)
    is_newer = or_(_ROWS.c.read_at.is_(None), _ROWS.c.read_at <= row.excluded.read_at)
    values = {name: row.excluded[name] for name in ("read_at", *_STATUS_COLUMNS)}
    upsert = row.on_conflict_do_update(index_elements=[_ROWS.c.enterprise_id], set_=values, where=is_newer)
    return upsert.returning(_ROWS.c.id)


_STORE = {"sqlite": _storing(sqlite.insert), "postgresql": _storing(postgresql.insert)}


def _is_same_run(table: Any) -> Any:
    return or_(table.c.started_at == _STARTED_AT, table.c.tracking_id == _TRACKING_ID)


_SYNC_OF_BOT = (
    select(_SYNCS.c.id)
    .where(
        _SYNCS.c.enterprise_id == _ENTERPRISE,
        or_(
            _is_same_run(_SYNCS),
            state_in(_SYNCS.c.state, SyncState.STARTING, SyncState.RUNNING)
            & or_(
                _SYNCS.c.before_started_at.is_distinct_from(_STARTED_AT),
                _TRACKING_ID.is_not(None) & _SYNCS.c.before_tracking_id.is_distinct_from(_TRACKING_ID),
            ),
        ),
    )
    .order_by(_SYNCS.c.id.desc())
    .limit(1)
)
"""A sync of the bot that started this run, or that may have started it: it is under way and the run is new."""

_KNOWN_RUN = (
    select(WebexRunRow)
    .where(WebexRunRow.enterprise_id == _ENTERPRISE, _is_same_run(_RUNS))
    .order_by(WebexRunRow.id.desc())
    .limit(1)
)


def request(session: Session, enterprise_id: int, now: datetime) -> int:
    """Request a read of the enterprise's sync status, unless one is due already. Return the id of the reading.

    The row stays locked until the transaction ends, so the read cannot end before those who wait for it are recorded.
    """
    insert_if_missing(session, ReadingRow, enterprise_id=enterprise_id, attempt=0, failures=0)
    row = session.scalars(_LOCKED, {"enterprise": enterprise_id}, execution_options={"populate_existing": True}).one()
    if row.due_at is None:
        row.due_at = now
        session.flush()
    wake(session, KIND)
    return row.id


claim = claims.claimer(ReadingRow)
next_due = claims.next_due_of(ReadingRow)


def done(session: Session, claim: Claim, now: datetime, *, error: str | None = None) -> None:
    """End a requested read, successful or with an error, and resume the events that waited for it."""
    claims.settle(session, ReadingRow, claim, due_at=None, error=error)
    inbox.resume(session, now, reading_id=claim.id)


def get(session: Session, enterprise_id: int) -> WebexSyncStatus | None:
    """Return the last sync status of an enterprise; None if it was never read."""
    row = session.execute(_LAST_STATUS, {"enterprise": enterprise_id}).one_or_none()
    return None if row is None else WebexSyncStatus(**row._mapping)


def store(session: Session, enterprise_id: int, status: WebexSyncStatus, now: datetime) -> None:
    """Store a sync status, and its run if the bot did not start that. Ignore a status older than the stored one.

    The caller must have locked the enterprise: that keeps two statuses from being stored at once, and the enterprise's
    syncs from starting or ending meanwhile.
    """
    values = {name: getattr(status, name) for name in _STATUS_COLUMNS}
    values |= {"enterprise_id": enterprise_id, "read_at": now, "attempt": 0, "failures": 0}
    if session.scalar(_STORE[session.get_bind().dialect.name], values) is None:
        return
    run = {"enterprise": enterprise_id, "started_at": status.started_at, "tracking_id": status.tracking_id}
    if status.started_at is not None and session.scalar(_SYNC_OF_BOT, run) is None:
        _keep_run(session, run, status, now)


def _keep_run(session: Session, run: dict[str, Any], status: WebexSyncStatus, now: datetime) -> None:
    row = session.scalar(_KNOWN_RUN, run) or WebexRunRow(enterprise_id=run["enterprise"], seen_at=now)
    session.add(row)
    row.started_at = status.started_at
    row.ended_at = _run_end(status)
    row.tracking_id = status.tracking_id or row.tracking_id
    row.status = status.status
    row.counts = status.counts
    row.errors = list(status.errors)
    session.flush()


def _run_end(status: WebexSyncStatus) -> datetime | None:
    """Return when the run ended; an end before the run's start belongs to the run before it."""
    if status.started_at is None or status.ended_at is None or status.ended_at < status.started_at:
        return None
    return status.ended_at


def runs(session: Session, enterprise_id: int, limit: int) -> list[WebexRun]:
    """Return the newest runs that the bot did not start, newest first."""
    rows = session.execute(
        select(*(_RUNS.c[field.name] for field in fields(WebexRun)))
        .where(_RUNS.c.enterprise_id == enterprise_id)
        .order_by(_RUNS.c.id.desc())
        .limit(limit)
    )
    return [WebexRun(**{**row._mapping, "errors": to_errors(row.errors)}) for row in rows]
