"""The enterprises, removed ones included: their keys and ids are never given to another."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.orm import Session

from storage import chosen_enterprises, clusters, spaces
from storage.models import ClusterRow, EnterpriseRow
from storage.values.records import Enterprise

_ROWS: Any = EnterpriseRow.__table__
_CLUSTERS: Any = ClusterRow.__table__
_CLUSTER = _CLUSTERS.c.name.label("cluster")
_COLUMNS = [_CLUSTER if field.name == "cluster" else _ROWS.c[field.name] for field in fields(Enterprise)]
_ALL = select(*_COLUMNS).join(_CLUSTERS, _CLUSTERS.c.id == _ROWS.c.cluster_id)
_GET = _ALL.where(_ROWS.c.id == bindparam("enterprise"))
_LOCK = _GET.with_for_update(of=_ROWS, key_share=True)
_LOCK_QUEUE: Select[int] = (
    select(_CLUSTERS.c.pauses)
    .select_from(_ROWS.join(_CLUSTERS, _CLUSTERS.c.id == bindparam("cluster")))
    .where(_ROWS.c.id == bindparam("enterprise"))
    .with_for_update(of=[_ROWS, _CLUSTERS], key_share=True)
)


def add(
    session: Session,
    *,
    key: str,
    name: str,
    sp_enterprise_id: str,
    cluster: str,
    timezone: str,
    now: datetime,
) -> Enterprise:
    """Add an enterprise. A key or id that was ever used raises IntegrityError."""
    row = EnterpriseRow(
        key=key,
        name=name,
        sp_enterprise_id=sp_enterprise_id,
        cluster_id=clusters.ensure(session, cluster),
        timezone=timezone,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return get(session, row.id)


def change(
    session: Session,
    enterprise_id: int,
    *,
    name: str | None = None,
    sp_enterprise_id: str | None = None,
    cluster: str | None = None,
    timezone: str | None = None,
) -> None:
    """Change the given fields. A new `sp_enterprise_id` clears the Webex ids, which belong to the old one."""
    row = session.get_one(EnterpriseRow, enterprise_id)
    if name is not None:
        row.name = name
    if timezone is not None:
        row.timezone = timezone
    if cluster is not None:
        row.cluster_id = clusters.ensure(session, cluster)
    if sp_enterprise_id is not None and sp_enterprise_id != row.sp_enterprise_id:
        row.sp_enterprise_id = sp_enterprise_id
        row.webex_id = row.org_id = None
    session.flush()


def remove(session: Session, enterprise_id: int, now: datetime) -> None:
    """Take an enterprise out of use. Its spaces and choices are deleted, its history stays."""
    spaces.forget_all(session, enterprise_id)
    chosen_enterprises.forget_all(session, enterprise_id)
    session.get_one(EnterpriseRow, enterprise_id).removed_at = now
    session.flush()


def learn_webex_id(
    session: Session, enterprise_id: int, sp_enterprise_id: str, webex_id: str, org_id: str | None
) -> bool:
    """Store the id that Webex uses for the enterprise, and its organization if Webex tells it.

    Return False, and store nothing, if the enterprise has another `sp_enterprise_id` now than Webex was asked about.
    """
    values = {"webex_id": webex_id} | ({} if org_id is None else {"org_id": org_id})
    asked = update(_ROWS).where(_ROWS.c.id == enterprise_id, _ROWS.c.sp_enterprise_id == sp_enterprise_id)
    return session.scalar(asked.values(**values).returning(_ROWS.c.id)) is not None


def forget_webex_id(session: Session, enterprise_id: int) -> None:
    """Clear the Webex id that Webex no longer knows, so that it is asked for again. The organization stays."""
    session.execute(update(EnterpriseRow).where(EnterpriseRow.id == enterprise_id).values(webex_id=None))


def lock(session: Session, enterprise_id: int) -> Enterprise:
    """Lock an enterprise and return it as it is now. Others can still add rows that refer to it."""
    parameters = {"enterprise": enterprise_id}
    # If the enterprise moved to another cluster while we waited for the lock, the join finds no row: ask again.
    return Enterprise(*(session.execute(_LOCK, parameters).first() or session.execute(_LOCK, parameters).one()))


def lock_queue(session: Session, enterprise_id: int, cluster_id: int) -> int:
    """Lock an enterprise and a cluster in one statement: until the transaction ends, nobody else changes the queue.

    `cluster_id` comes from the sync, because the enterprise may have moved to another cluster since. Return how many
    times in a row the cluster was busy.
    """
    return session.scalars(_LOCK_QUEUE, {"enterprise": enterprise_id, "cluster": cluster_id}).one()


def get(session: Session, enterprise_id: int) -> Enterprise:
    """Return an enterprise, removed or not."""
    return Enterprise(*session.execute(_GET, {"enterprise": enterprise_id}).one())


def org_id_of(session: Session, enterprise_id: int) -> str | None:
    """Return an enterprise's Webex organization, if it is known."""
    return session.scalar(select(EnterpriseRow.org_id).where(EnterpriseRow.id == enterprise_id))


def by_key(session: Session, key: str) -> Enterprise | None:
    """Return the enterprise in use with this key."""
    row = session.execute(_ALL.where(EnterpriseRow.key == key, EnterpriseRow.removed_at.is_(None))).first()
    return None if row is None else Enterprise(*row)


def any_was_added(session: Session) -> bool:
    """Return whether any enterprise was ever added."""
    return session.scalar(select(EnterpriseRow.id).limit(1)) is not None


def in_use(session: Session, ids: Iterable[int] | None = None) -> list[Enterprise]:
    """Return the enterprises in use, in order of key; only those of `ids` if given."""
    query = _ALL.where(EnterpriseRow.removed_at.is_(None)).order_by(EnterpriseRow.key)
    if ids is not None:
        query = query.where(EnterpriseRow.id.in_(list(ids)))
    return [Enterprise(*row) for row in session.execute(query)]


def keys_by_id(session: Session) -> dict[int, str]:
    """Return the keys of all enterprises, removed ones included, by id."""
    return {row.id: row.key for row in session.execute(select(_ROWS.c.id, _ROWS.c.key))}


def by_ids(session: Session, ids: Iterable[int]) -> dict[int, Enterprise]:
    """Return these enterprises, removed ones included, by id."""
    return {row.id: Enterprise(*row) for row in session.execute(_ALL.where(_ROWS.c.id.in_(list(ids))))}
