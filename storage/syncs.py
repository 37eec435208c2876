"""The syncs: requested, queued per cluster, and moved from state to state.

To change a queue, lock the enterprise, then the cluster, and then read again.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.orm import Session

from storage import queues
from storage.engine import claims
from storage.engine.conditions import state_in
from storage.engine.database import wake
from storage.models import ClusterRow, EnterpriseRow, SyncRow
from storage.models.columns import UTCDateTime
from storage.models.syncs import to_sync
from storage.values.records import ACTIVE, Cause, Claim, Enterprise, Sync, SyncState

KIND = queues.KIND

_ROWS: Any = SyncRow.__table__
_ENTERPRISES: Any = EnterpriseRow.__table__
_NOW = bindparam("now", type_=UTCDateTime)
# In RETURNING, SQLite gets no table names, so no table in this subquery may have a column `enterprise_id`.
_EXTRA = (
    select(_ENTERPRISES.c.webex_id)
    .where(_ENTERPRISES.c.id == _ROWS.c.enterprise_id)
    .scalar_subquery()
    .label("webex_id"),
)
_GET = select(_ROWS).where(_ROWS.c.id == bindparam("sync"))
_ACTIVE = select(_ROWS).where(_ROWS.c.enterprise_id == bindparam("enterprise"), state_in(_ROWS.c.state, *ACTIVE))
_SET_STATUS_MESSAGE = update(_ROWS).where(_ROWS.c.id == bindparam("sync")).values(status_outbox_id=bindparam("message"))
_RESUME = (
    update(_ROWS)
    .where(
        _ROWS.c.enterprise_id == bindparam("enterprise"),  # redundant, but it has an index
        _ROWS.c.roster_id == bindparam("roster"),
        _ROWS.c.due_at.is_not(None),
    )
    .values(due_at=_NOW)
    .returning(_ROWS.c.id)
)
_QUEUES = (
    select(_ROWS, ClusterRow.name.label("cluster"))
    .join(ClusterRow, ClusterRow.id == _ROWS.c.cluster_id)
    .where(state_in(_ROWS.c.state, *ACTIVE))
    .order_by(ClusterRow.name, _ROWS.c.head.desc(), _ROWS.c.queue_order)
)


def accept(session: Session, enterprise: Enterprise, asker_email: str, now: datetime) -> Sync:
    """Queue a sync. The enterprise and its cluster must be locked, and the enterprise must have no active sync."""
    asked = {"enterprise_id": enterprise.id, "asked_at": now, "asker_email": asker_email, "counts": {}, "errors": []}
    return queues.append(session, enterprise.cluster_id, now, asked)


def show_status(session: Session, sync_id: int, outbox_id: int) -> None:
    """Store which message shows the state of the sync."""
    session.execute(_SET_STATUS_MESSAGE, {"sync": sync_id, "message": outbox_id})


claim = claims.claimer(SyncRow, extra=_EXTRA)
next_due = claims.next_due_of(SyncRow)


def move(
    session: Session | Connection, claim: Claim, now: datetime, *, keep_claim: bool = False, **values: Any
) -> None:
    """Write a sync's next state. With `keep_claim`, the claim is renewed, because another step follows at once."""
    if keep_claim:
        claims.save_progress(session, SyncRow, claim, now, **values)
    else:
        claims.settle(session, SyncRow, claim, **values)


def end(session: Session, claim: Claim, now: datetime, state: SyncState, **values: Any) -> Sync | None:
    """End a claimed sync and return the new head of its queue. The enterprise and its cluster must be locked.

    The sync is due again to tell people: now, or at `due_at` if given.
    """
    final: dict[str, Any] = {"state": state, "head": False, "waits_for": None, "due_at": now, "failures": 0}
    move(session, claim, now, **final | values)
    return queues.promote_after(session, claim.id, now)


def cancel(session: Session, sync: Sync, cause: Cause, now: datetime) -> Sync | None:
    """Cancel a queued sync and return the new head of its queue. A worker that holds the sync loses its claim.

    The enterprise and its cluster must be locked.
    """
    session.execute(
        update(_ROWS)
        .where(_ROWS.c.id == sync.id, state_in(_ROWS.c.state, SyncState.QUEUED))
        .values(
            state=SyncState.CANCELLED,
            cause=cause,
            ended_at=now,
            head=False,
            waits_for=None,
            due_at=now,
            lease_until=None,
            attempt=_ROWS.c.attempt + 1,
        )
    )
    wake(session, KIND)
    return queues.promote(session, sync.cluster_id, now)


def resume(session: Session, enterprise_id: int, roster_id: int, now: datetime) -> None:
    """Make the ended syncs due that wait for this roster before people are told."""
    if session.execute(_RESUME, {"enterprise": enterprise_id, "roster": roster_id, "now": now}).first() is not None:
        wake(session, KIND)


def mark_told(session: Session, claim: Claim, now: datetime) -> None:
    """End the work on a sync after everybody concerned was told."""
    claims.settle(session, SyncRow, claim, due_at=None, told_at=now)


def get(session: Session, sync_id: int) -> Sync:
    """Return a sync."""
    return to_sync(session.execute(_GET, {"sync": sync_id}).one())


def active(session: Session, enterprise_id: int) -> Sync | None:
    """Return the sync of an enterprise that is queued, starting or running."""
    row = session.execute(_ACTIVE, {"enterprise": enterprise_id}).one_or_none()
    return None if row is None else to_sync(row)


def has_unfinished(session: Session, enterprise_id: int) -> bool:
    """Return whether an enterprise has a sync that has not ended, or whose end was not told yet."""
    row = select(SyncRow.id).where(SyncRow.enterprise_id == enterprise_id, SyncRow.told_at.is_(None)).limit(1)
    return session.scalar(row) is not None


def by_cluster(session: Session) -> dict[str, list[Sync]]:
    """Return the active syncs by name of their cluster, in the order of the queue."""
    found: dict[str, list[Sync]] = {}
    for row in session.execute(_QUEUES):
        found.setdefault(row.cluster, []).append(to_sync(row))
    return found
