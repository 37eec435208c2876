"""Clusters: the rows under whose lock a queue is changed, and their pauses."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage.inserting import insert_unless_there
from storage.models import ClusterRow


def ensure(session: Session, name: str) -> int:
    """The cluster of that name, made where it is new."""
    insert_unless_there(session, ClusterRow, name=name, pauses=0)
    made: int = session.scalars(select(ClusterRow.id).where(ClusterRow.name == name)).one()
    return made


def lock(session: Session, cluster_id: int) -> ClusterRow:
    """Lock a cluster's row: until the transaction ends its queue is ours."""
    return session.scalars(
        select(ClusterRow)
        .where(ClusterRow.id == cluster_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def pauses(session: Session, cluster_id: int) -> int:
    """How many times in a row the cluster was busy."""
    return session.scalars(select(ClusterRow.pauses).where(ClusterRow.id == cluster_id)).one()


def pause(session: Session, cluster_id: int, until: datetime) -> None:
    """Start nothing on a cluster that is busy until then."""
    session.execute(
        update(ClusterRow).where(ClusterRow.id == cluster_id).values(paused_until=until, pauses=ClusterRow.pauses + 1)
    )


def unpause(session: Session, cluster_id: int) -> None:
    """The cluster has taken a sync: forget that it was busy."""
    session.execute(update(ClusterRow).where(ClusterRow.id == cluster_id).values(paused_until=None, pauses=0))
