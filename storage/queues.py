"""The queues, one per cluster, first come first served.

The first sync of a queue carries the mark `head`; only that one is ever due, unless it has waited for too long, and
whoever ends it marks the next.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, exists, func, null, select, update
from sqlalchemy.orm import Session

from storage.engine.conditions import state_in
from storage.engine.database import wake
from storage.models import ClusterRow, SyncRow
from storage.models.columns import UTCDateTime
from storage.models.syncs import to_sync
from storage.values.records import Sync, SyncState, WaitsFor

KIND = "syncs"

_PORTION = 100

_ROWS: Any = SyncRow.__table__
_NOW = bindparam("now", type_=UTCDateTime)
_first: Any = _ROWS.alias("first")
_head: Any = _ROWS.alias("head_of")
_CLUSTERS: Any = ClusterRow.__table__


def _promoting(cluster: Any) -> Any:
    """Mark the first queued sync of a cluster as head, unless there is a head."""
    paused_until = select(_CLUSTERS.c.paused_until).where(_CLUSTERS.c.id == cluster).scalar_subquery()
    waiting = (_first.c.cluster_id == cluster, state_in(_first.c.state, SyncState.QUEUED), ~_first.c.head)
    return (
        update(_ROWS)
        .where(
            _ROWS.c.id == select(func.min(_first.c.id)).where(*waiting).scalar_subquery(),
            ~exists().where(_head.c.cluster_id == cluster, _head.c.head),
        )
        .values(
            head=True,
            due_at=case((paused_until > _NOW, paused_until), else_=_NOW),
            waits_for=case((paused_until > _NOW, WaitsFor.CLUSTER.value), else_=null()),
        )
        .returning(*_ROWS.c)
    )


_PROMOTING = _promoting(bindparam("cluster"))
_ended: Any = _ROWS.alias("ended")
_PROMOTING_AFTER = _promoting(select(_ended.c.cluster_id).where(_ended.c.id == bindparam("ended")).scalar_subquery())


def promote(session: Session, cluster_id: int, now: datetime) -> Sync | None:
    """Mark the first queued sync of a locked cluster as head, unless there is a head; which one was marked."""
    return _promoted(session, _PROMOTING, {"cluster": cluster_id, "now": now})


def promote_after(session: Session, sync_id: int, now: datetime) -> Sync | None:
    """The same of the cluster of a sync that has ended."""
    return _promoted(session, _PROMOTING_AFTER, {"ended": sync_id, "now": now})


def _promoted(session: Session, promoting: Any, which: dict[str, Any]) -> Sync | None:
    marked = session.execute(promoting, which).one_or_none()
    if marked is None:
        return None
    wake(session, KIND)
    return to_sync(marked)


def requeue_overdue(session: Session, before: datetime, now: datetime) -> bool:
    """Make due some queued syncs that were asked for before then and have not come up; whether there were any."""
    overdue = (
        select(SyncRow.id)
        .where(state_in(SyncRow.state, SyncState.QUEUED), SyncRow.due_at.is_(None), SyncRow.asked_at < before)
        .limit(_PORTION)
        .with_for_update(skip_locked=True)
    )
    called = session.scalars(
        update(SyncRow)
        .where(SyncRow.id.in_(overdue.scalar_subquery()))
        .values(due_at=now)
        .returning(SyncRow.id)
        .execution_options(synchronize_session=False)
    ).all()
    if called:
        wake(session, KIND)
    return bool(called)


def place(session: Session, sync: Sync) -> int:
    """A sync's place in its cluster's queue; the first is the one that runs or is about to."""
    if sync.head:
        return 1
    before = session.scalar(
        select(func.count()).where(
            SyncRow.cluster_id == sync.cluster_id,
            state_in(SyncRow.state, SyncState.QUEUED),
            ~SyncRow.head,
            SyncRow.id < sync.id,
        )
    )
    return 2 + (before or 0)
