"""The customer companies."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from storage import clusters
from storage.models import ClusterRow, EnterpriseRow
from storage.records import Enterprise


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
    """Take an enterprise out of use; its history stays."""
    session.get_one(EnterpriseRow, enterprise_id).removed_at = now
    session.flush()


def learn_webex_id(session: Session, enterprise_id: int, webex_id: str, org_id: str | None) -> None:
    """Remember by which id Webex knows the enterprise."""
    session.execute(
        update(EnterpriseRow).where(EnterpriseRow.id == enterprise_id).values(webex_id=webex_id, org_id=org_id)
    )


def forget_webex_id(session: Session, enterprise_id: int) -> None:
    """Webex does not know the enterprise by that id any more: it is asked for anew."""
    session.execute(update(EnterpriseRow).where(EnterpriseRow.id == enterprise_id).values(webex_id=None, org_id=None))


def lock(session: Session, enterprise_id: int) -> Enterprise:
    """Lock an enterprise's row and read it again."""
    session.execute(select(EnterpriseRow.id).where(EnterpriseRow.id == enterprise_id).with_for_update())
    return get(session, enterprise_id)


def get(session: Session, enterprise_id: int) -> Enterprise:
    """One enterprise, removed or not."""
    return _record(session.execute(_all().where(EnterpriseRow.id == enterprise_id)).one())


def by_key(session: Session, key: str) -> Enterprise | None:
    """The enterprise in use that has this key."""
    row = session.execute(_all().where(EnterpriseRow.key == key, EnterpriseRow.removed_at.is_(None))).first()
    return None if row is None else _record(row)


def ever(session: Session) -> bool:
    """Whether there is or ever was an enterprise."""
    return session.scalar(select(EnterpriseRow.id).limit(1)) is not None


def all_of(session: Session, ids: Iterable[int] | None = None) -> list[Enterprise]:
    """The enterprises in use, by key; only those of `ids` where given."""
    query = _all().where(EnterpriseRow.removed_at.is_(None)).order_by(EnterpriseRow.key)
    if ids is not None:
        query = query.where(EnterpriseRow.id.in_(list(ids)))
    return [_record(row) for row in session.execute(query)]


def _all() -> Select[EnterpriseRow, str]:
    return (
        select(EnterpriseRow, ClusterRow.name)
        .join(ClusterRow, ClusterRow.id == EnterpriseRow.cluster_id)
        .execution_options(populate_existing=True)
    )


def _record(found: tuple[EnterpriseRow, str]) -> Enterprise:
    row, cluster = found
    return Enterprise(
        id=row.id,
        key=row.key,
        name=row.name,
        sp_enterprise_id=row.sp_enterprise_id,
        cluster=cluster,
        timezone=row.timezone,
        cluster_id=row.cluster_id,
        webex_id=row.webex_id,
    )
