"""The queues of syncs: one per cluster, first come, first served.

The first sync of a queue is marked as its `head`. Only the head is due; the transaction that ends it marks the next
one. A head that Webex refuses to start gives way to the next. A sync that has waited too long becomes due without being
the head, so that it can be ended.
"""

from datetime import datetime, timedelta
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
"""How many overdue syncs one transaction makes due, so that it stays short."""

_ROWS: Any = SyncRow.__table__
_NOW = bindparam("now", type_=UTCDateTime)
_first: Any = _ROWS.alias("first")
_head: Any = _ROWS.alias("head_of")
_CLUSTERS: Any = ClusterRow.__table__


def _promote_statement(cluster: Any) -> Any:
    """Return the statement that marks the first queued sync of a cluster as head, unless there is a head."""
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


_PROMOTE = _promote_statement(bindparam("cluster"))
_ended: Any = _ROWS.alias("ended")
_PROMOTE_AFTER = _promote_statement(
    select(_ended.c.cluster_id).where(_ended.c.id == bindparam("ended")).scalar_subquery()
)


def promote(session: Session, cluster_id: int, now: datetime) -> Sync | None:
    """Mark the first queued sync of a cluster as head, unless there is a head. Return the marked sync.

    The cluster must be locked.
    """
    return _promote(session, _PROMOTE, {"cluster": cluster_id, "now": now})


def promote_after(session: Session, sync_id: int, now: datetime) -> Sync | None:
    """Do the same for the cluster of a sync that has ended."""
    return _promote(session, _PROMOTE_AFTER, {"ended": sync_id, "now": now})


def give_way(session: Session, sync: Sync, now: datetime, untried: timedelta, tried: timedelta) -> Sync | None:
    """Let the next queued sync of the cluster be the head in place of this one. Return it; None if there is no other.

    The queue goes round: after its last sync comes the first. The new head is due after `untried`, and after `tried` if
    Webex has refused to start it, too. The cluster must be locked.
    """
    others = (_ROWS.c.cluster_id == sync.cluster_id, state_in(_ROWS.c.state, SyncState.QUEUED), ~_ROWS.c.head)
    after, first = session.execute(
        select(func.min(case((_ROWS.c.id > sync.id, _ROWS.c.id))), func.min(_ROWS.c.id)).where(*others)
    ).one()
    if first is None:
        return None
    session.execute(update(_ROWS).where(_ROWS.c.id == sync.id).values(head=False, due_at=None))
    due_at = case((_ROWS.c.waits_for == WaitsFor.ACCESS.value, now + tried), else_=now + untried)
    named = update(_ROWS).where(_ROWS.c.id == (after or first)).values(head=True, due_at=due_at).returning(*_ROWS.c)
    wake(session, KIND)
    return to_sync(session.execute(named).one())


def _promote(session: Session, statement: Any, parameters: dict[str, Any]) -> Sync | None:
    marked = session.execute(statement, parameters).one_or_none()
    if marked is None:
        return None
    wake(session, KIND)
    return to_sync(marked)


def requeue_overdue(session: Session, before: datetime, now: datetime) -> bool:
    """Make syncs due that were asked for before `before` and never became head. Return whether there were any."""
    overdue = (
        select(SyncRow.id)
        .where(state_in(SyncRow.state, SyncState.QUEUED), SyncRow.due_at.is_(None), SyncRow.asked_at < before)
        .limit(_PORTION)
        .with_for_update(skip_locked=True)
    )
    make_due = update(_ROWS).where(_ROWS.c.id.in_(overdue.scalar_subquery())).values(due_at=now).returning(_ROWS.c.id)
    made_due = session.scalars(make_due).all()
    if made_due:
        wake(session, KIND)
    return bool(made_due)


def place(session: Session, sync: Sync) -> int:
    """Return a sync's place in its queue. The sync that runs, or starts next, has place 1."""
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
