"""The clusters. A queue is changed under the lock on its cluster's row; a busy cluster is paused."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from storage.engine.inserts import insert_if_missing
from storage.models import ClusterRow, EnterpriseRow

_ROWS: Any = ClusterRow.__table__
_UNPAUSE = (
    update(_ROWS).where(_ROWS.c.id == bindparam("cluster"), _ROWS.c.pauses > 0).values(paused_until=None, pauses=0)
)


def ensure(session: Session, name: str) -> int:
    """Return the id of the cluster with this name; add the cluster if it is new."""
    insert_if_missing(session, ClusterRow, name=name, pauses=0)
    return session.scalars(select(ClusterRow.id).where(ClusterRow.name == name)).one()


def size(session: Session, cluster_id: int) -> int:
    """Count the enterprises in use on a cluster."""
    query = select(func.count()).where(EnterpriseRow.cluster_id == cluster_id, EnterpriseRow.removed_at.is_(None))
    return session.scalar(query) or 0


def lock(session: Session, cluster_id: int) -> ClusterRow:
    """Lock a cluster: until the transaction ends, nobody else changes its queue."""
    return session.get_one(ClusterRow, cluster_id, with_for_update=True, populate_existing=True)


def pause(session: Session, cluster_id: int, until: datetime) -> None:
    """Start no sync on a busy cluster until this time."""
    paused = update(ClusterRow).where(ClusterRow.id == cluster_id)
    session.execute(paused.values(paused_until=until, pauses=ClusterRow.pauses + 1))


def unpause(session: Session, cluster_id: int) -> None:
    """End the pause of a cluster that has accepted a sync."""
    session.execute(_UNPAUSE, {"cluster": cluster_id})


def paused(session: Session, now: datetime) -> dict[str, datetime]:
    """Return the names of the clusters that are paused now, with the end of each pause."""
    rows = session.execute(select(ClusterRow.name, ClusterRow.paused_until).where(ClusterRow.paused_until > now))
    return {name: until for name, until in rows if until is not None}
