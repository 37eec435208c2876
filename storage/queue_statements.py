"""The statements that change or count a queue of syncs. They are built once."""

from typing import Any

from sqlalchemy import (
    BindParameter,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal_column,
    null,
    or_,
    select,
    update,
)

from storage.engine.conditions import state_in
from storage.models import ClusterRow, SyncRow
from storage.models.columns import UTCDateTime
from storage.values.records import SyncState, WaitsFor

_ROWS: Any = SyncRow.__table__
_CLUSTERS: Any = ClusterRow.__table__
_NOW = bindparam("now", type_=UTCDateTime)
_CLUSTER: BindParameter[int] = bindparam("cluster")


def _is_head(rows: Any) -> Any:
    """Write the condition as the indexes over heads have it: SQLite uses them for the same words only."""
    return literal_column(f"{rows.name}.head")


def _is_not_head(rows: Any) -> Any:
    return literal_column(f"NOT {rows.name}.head")


def _is_waiting(rows: Any, cluster: Any) -> tuple[Any, ...]:
    return rows.c.cluster_id == cluster, state_in(rows.c.state, SyncState.QUEUED), _is_not_head(rows)


def _paused_until(cluster: Any) -> Any:
    return select(_CLUSTERS.c.paused_until).where(_CLUSTERS.c.id == cluster).scalar_subquery()


def _head_exists(cluster: Any) -> Any:
    head: Any = _ROWS.alias("head_of")
    return exists().where(head.c.cluster_id == cluster, _is_head(head))


def _last_order(cluster: Any, of_head: Any) -> Any:
    """Return the greatest order in a queue, from the order of its head and those of the syncs that wait."""
    waits: Any = _ROWS.alias("waits")
    last = func.coalesce(select(func.max(waits.c.queue_order)).where(*_is_waiting(waits, cluster)).scalar_subquery(), 0)
    return case((of_head > last, of_head), else_=last)


def _first(cluster: Any) -> Any:
    """Return the id of the first waiting sync that does not rest; if all rest, of the one whose rest ends first."""
    ready: Any = _ROWS.alias("ready")
    resting: Any = _ROWS.alias("resting")

    def waiting(rows: Any) -> Any:
        return select(rows.c.id).where(*_is_waiting(rows, cluster)).limit(1)

    rested = or_(ready.c.rests_until.is_(None), ready.c.rests_until <= _NOW)
    return func.coalesce(
        waiting(ready).where(rested).order_by(ready.c.queue_order).scalar_subquery(),
        waiting(resting).order_by(resting.c.rests_until, resting.c.queue_order).scalar_subquery(),
    )


def _promote_statement(cluster: Any, earliest: Any = _NOW, rests: Any = None) -> Any:
    """Return the statement that marks the first sync of a cluster as head, unless there is a head.

    The marked sync is due at `earliest`, or when the pause of the cluster and its own rest are over. If the condition
    `rests` is true for it, it rests until then, so that a new sync can take its place.
    """
    paused_until = _paused_until(cluster)
    after_pause = case((paused_until > earliest, paused_until), else_=earliest)
    due_at = case((_ROWS.c.rests_until > after_pause, _ROWS.c.rests_until), else_=after_pause)
    resting = {} if rests is None else {"rests_until": case((rests, due_at), else_=_ROWS.c.rests_until)}
    return (
        update(_ROWS)
        .where(_ROWS.c.id == _first(cluster), ~_head_exists(cluster))
        .values(head=True, due_at=due_at, **resting)
        .returning(*_ROWS.c)
    )


PROMOTE = _promote_statement(_CLUSTER)
"""Marks the first sync of a queue as head."""

_ended: Any = _ROWS.alias("ended")
PROMOTE_AFTER = _promote_statement(
    select(_ended.c.cluster_id).where(_ended.c.id == bindparam("ended")).scalar_subquery()
)
"""Does the same for the queue of a sync that has ended."""

_GIVES_WAY: BindParameter[int] = bindparam("gives_way")
GO_TO_END = (
    update(_ROWS)
    .where(_ROWS.c.id == _GIVES_WAY)
    .values(head=False, due_at=null(), queue_order=_last_order(_CLUSTER, _ROWS.c.queue_order) + 1)
)
"""Puts the head of a queue at its end."""

_is_refused = and_(_ROWS.c.waits_for == WaitsFor.ACCESS.value, _ROWS.c.id != _GIVES_WAY)
PROMOTE_OTHER = _promote_statement(
    _CLUSTER,
    case(
        (_ROWS.c.id == _GIVES_WAY, _NOW),
        (_is_refused, bindparam("next_refused", type_=UTCDateTime)),
        else_=bindparam("next_try", type_=UTCDateTime),
    ),
    rests=_is_refused,
)
"""Marks the next head after that: only the same sync may be tried at once. One that was refused rests again."""

UNMARK_RESTING = (
    update(_ROWS)
    .where(_ROWS.c.cluster_id == _CLUSTER, _is_head(_ROWS), state_in(_ROWS.c.state, SyncState.QUEUED))
    .where(_ROWS.c.rests_until > _NOW)
    .values(head=False, due_at=null(), lease_until=null(), attempt=_ROWS.c.attempt + 1)
)
"""Takes the mark from a head that rests, and its claim from the worker that may hold it."""

_head: Any = _ROWS.alias("head")
_head_order = select(_head.c.queue_order).where(_head.c.cluster_id == _CLUSTER, _is_head(_head)).scalar_subquery()
_is_behind = _head_exists(_CLUSTER)
_pause = _paused_until(_CLUSTER)
APPEND = (
    insert(_ROWS)
    .values(
        cluster_id=_CLUSTER,
        state=SyncState.QUEUED.value,
        queue_order=_last_order(_CLUSTER, _head_order) + 1,
        head=~_is_behind,
        due_at=case((_is_behind, null()), (_pause > _NOW, _pause), else_=_NOW),
    )
    .returning(*_ROWS.c)
)
"""Adds a sync at the end of a queue. It is the head if there is none."""

COUNT_BEFORE = (
    select(func.count()).where(*_is_waiting(_ROWS, _CLUSTER)).where(_ROWS.c.queue_order < bindparam("queue_order"))
)
"""Counts the waiting syncs that are tried before one with this order."""

WAIT_FOR_TURN = update(_ROWS).where(_ROWS.c.id == bindparam("waits"), _is_not_head(_ROWS)).values(due_at=null())
"""Makes a sync not due, unless it is the head."""
