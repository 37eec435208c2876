"""The syncs that have ended."""

from typing import Any

from sqlalchemy import bindparam, literal, select, union_all
from sqlalchemy.orm import Session

from storage.engine.conditions import state_in
from storage.models import SyncRow
from storage.models.syncs import to_sync
from storage.values.records import Sync, SyncState

END_STATES = (SyncState.COMPLETED, SyncState.FAILED, SyncState.CANCELLED)
ATTEMPT_STATES = (SyncState.COMPLETED, SyncState.FAILED)

_ROWS: Any = SyncRow.__table__
_MAX_DURATIONS = 20
"""The estimate is the median of this many: enough to level out odd runs, few enough to follow a change."""


def _seconds(*, own: bool) -> Any:
    is_asked_for = (
        _ROWS.c.enterprise_id == bindparam("enterprise") if own else _ROWS.c.cluster_id == bindparam("cluster")
    )
    newest = (
        select(literal(own).label("own"), _ROWS.c.seconds)
        .where(is_asked_for, state_in(_ROWS.c.state, SyncState.COMPLETED), _ROWS.c.seconds.is_not(None))
        .order_by(_ROWS.c.id.desc())
        .limit(_MAX_DURATIONS)
    )
    return select(newest.subquery())


_DURATIONS = union_all(_seconds(own=True), _seconds(own=False))
"""Both in one statement: most enterprises have no sync yet, and each status message of one asks for this."""


def ended(session: Session, enterprise_id: int, limit: int, *states: SyncState) -> list[Sync]:
    """Return the newest syncs of an enterprise that ended in one of these states, newest first."""
    rows = session.execute(
        select(_ROWS)
        .where(_ROWS.c.enterprise_id == enterprise_id, state_in(_ROWS.c.state, *states))
        .order_by(_ROWS.c.id.desc())
        .limit(limit)
    )
    return [to_sync(row) for row in rows]


def last(session: Session, enterprise_id: int, *states: SyncState) -> Sync | None:
    """Return the newest sync of an enterprise that ended in one of these states."""
    return next(iter(ended(session, enterprise_id, 1, *states)), None)


def past_durations(session: Session, enterprise_id: int, cluster_id: int) -> tuple[list[float], list[float]]:
    """Return how many seconds the enterprise's last 20 completed syncs took and, if it has none, its cluster's."""
    found = session.execute(_DURATIONS, {"enterprise": enterprise_id, "cluster": cluster_id}).all()
    own = [row.seconds for row in found if row.own]
    return own, [] if own else [row.seconds for row in found]
