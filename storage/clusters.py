"""Clusters: the rows under whose lock a queue is changed, and their pauses."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from storage.engine.inserts import insert_if_missing
from storage.models import ClusterRow, EnterpriseRow

_ROWS: Any = ClusterRow.__table__
_UNPAUSING = (
    update(_ROWS).where(_ROWS.c.id == bindparam("cluster"), _ROWS.c.pauses > 0).values(paused_until=None, pauses=0)
)


def ensure(session: Session, name: str) -> int:
    """The cluster of that name, made where it is new."""
    insert_if_missing(session, ClusterRow, name=name, pauses=0)
    made: int = session.scalars(select(ClusterRow.id).where(ClusterRow.name == name)).one()
    return made


def size(session: Session, cluster_id: int) -> int:
    """How many enterprises in use are on a cluster."""
    on_it = select(func.count()).where(EnterpriseRow.cluster_id == cluster_id, EnterpriseRow.removed_at.is_(None))
    return session.scalar(on_it) or 0


def lock(session: Session, cluster_id: int) -> ClusterRow:
    """Lock a cluster's row: until the transaction ends its queue is ours."""
    return session.scalars(
        select(ClusterRow)
        .where(ClusterRow.id == cluster_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def pause(session: Session, cluster_id: int, until: datetime) -> None:
    """Start nothing on a cluster that is busy until then."""
    session.execute(
        update(ClusterRow).where(ClusterRow.id == cluster_id).values(paused_until=until, pauses=ClusterRow.pauses + 1)
    )


def unpause(session: Session, cluster_id: int) -> None:
    """The cluster has taken a sync: forget that it was busy."""
    session.execute(_UNPAUSING, {"cluster": cluster_id})


def paused(session: Session, now: datetime) -> dict[str, datetime]:
    """The clusters that are left alone just now, by name, and until when."""
    rows = session.execute(select(ClusterRow.name, ClusterRow.paused_until).where(ClusterRow.paused_until > now))
    return {name: until for name, until in rows if until is not None}
