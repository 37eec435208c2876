"""The customer companies."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from storage import chosen_enterprises, clusters, spaces
from storage.models import ClusterRow, EnterpriseRow
from storage.values.records import Enterprise


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
    """Add an enterprise; a key or id that was ever used is a unique violation."""
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
    """Change what is given; a new `sp_enterprise_id` forgets the Webex id that belonged to the old one."""
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
    """Take an enterprise out of use: groups and people speak for it no more; its history stays."""
    spaces.forget_all(session, enterprise_id)
    chosen_enterprises.forget_all(session, enterprise_id)
    session.get_one(EnterpriseRow, enterprise_id).removed_at = now
    session.flush()


def learn_webex_id(session: Session, enterprise_id: int, asked: str, webex_id: str, org_id: str | None) -> bool:
    """Remember by which id Webex knows the enterprise, and its organization where that is told.

    `asked` is the sp_enterprise_id by which it was found; False where that is another by now, and this of no account.
    """
    known = {"webex_id": webex_id} | ({} if org_id is None else {"org_id": org_id})
    learned = session.scalar(
        update(EnterpriseRow)
        .where(EnterpriseRow.id == enterprise_id, EnterpriseRow.sp_enterprise_id == asked)
        .values(**known)
        .returning(EnterpriseRow.id)
        .execution_options(synchronize_session=False)
    )
    return learned is not None


def forget_webex_id(session: Session, enterprise_id: int) -> None:
    """Webex does not know the enterprise by that id any more: it is asked for anew; its organization is the same."""
    session.execute(update(EnterpriseRow).where(EnterpriseRow.id == enterprise_id).values(webex_id=None))


def lock(session: Session, enterprise_id: int) -> Enterprise:
    """Lock an enterprise's row and read it again; rows that refer to it can be written meanwhile."""
    which = {"enterprise": enterprise_id}
    # Whoever waited while it moved to another cluster has the lock, but finds it joined to neither.
    return Enterprise(*(session.execute(_LOCKING, which).first() or session.execute(_LOCKING, which).one()))


def lock_queue(session: Session, enterprise_id: int, cluster_id: int) -> int:
    """Lock an enterprise's row, then that of a cluster, in one statement: until the transaction ends its queue is ours.

    The cluster is that of a sync, which keeps it though the enterprise may have moved to another. Returns how many
    times in a row it was busy.
    """
    pauses: int = session.execute(_LOCKING_BOTH, {"enterprise": enterprise_id, "cluster": cluster_id}).scalar_one()
    return pauses


def get(session: Session, enterprise_id: int) -> Enterprise:
    """One enterprise, removed or not."""
    return Enterprise(*session.execute(_GETTING, {"enterprise": enterprise_id}).one())


def org_id_of(session: Session, enterprise_id: int) -> str | None:
    """An enterprise's Webex organization, if Webex has told it."""
    org_id: str | None = session.scalar(select(_ROWS.c.org_id).where(_ROWS.c.id == enterprise_id))
    return org_id


def by_key(session: Session, key: str) -> Enterprise | None:
    """The enterprise in use that has this key."""
    row = session.execute(_ALL.where(EnterpriseRow.key == key, EnterpriseRow.removed_at.is_(None))).first()
    return None if row is None else Enterprise(*row)


def any_was_added(session: Session) -> bool:
    """Whether there is or ever was an enterprise."""
    return session.scalar(select(EnterpriseRow.id).limit(1)) is not None


def in_use(session: Session, ids: Iterable[int] | None = None) -> list[Enterprise]:
    """The enterprises in use, by key; only those of `ids` where given."""
    query = _ALL.where(EnterpriseRow.removed_at.is_(None)).order_by(EnterpriseRow.key)
    if ids is not None:
        query = query.where(EnterpriseRow.id.in_(list(ids)))
    return [Enterprise(*row) for row in session.execute(query)]


def keys_by_id(session: Session) -> dict[int, str]:
    """The keys of all enterprises by id, removed or not."""
    return {row.id: row.key for row in session.execute(select(_ROWS.c.id, _ROWS.c.key))}


def by_ids(session: Session, ids: Iterable[int]) -> dict[int, Enterprise]:
    """These enterprises by id, removed or not."""
    found = session.execute(_ALL.where(EnterpriseRow.id.in_(list(ids))))
    return {enterprise.id: enterprise for enterprise in (Enterprise(*row) for row in found)}


_ROWS: Any = EnterpriseRow.__table__
_CLUSTERS: Any = ClusterRow.__table__
_FIELDS = (
    _ROWS.c.id,
    _ROWS.c.key,
    _ROWS.c.name,
    _ROWS.c.sp_enterprise_id,
    _CLUSTERS.c.name.label("cluster"),
    _ROWS.c.timezone,
    _ROWS.c.cluster_id,
    _ROWS.c.webex_id,
    _ROWS.c.created_at,
)
"""In the order of `Enterprise`."""

_ALL = select(*_FIELDS).join(_CLUSTERS, _CLUSTERS.c.id == _ROWS.c.cluster_id)
_GETTING = _ALL.where(_ROWS.c.id == bindparam("enterprise"))
_LOCKING = _GETTING.with_for_update(of=_ROWS, key_share=True)
_LOCKING_BOTH = (
    select(_CLUSTERS.c.pauses)
    .select_from(_ROWS.join(_CLUSTERS, _CLUSTERS.c.id == bindparam("cluster")))
    .where(_ROWS.c.id == bindparam("enterprise"))
    .with_for_update(of=[_ROWS, _CLUSTERS], key_share=True)
)
