"""The followers of a sync: who asked for it and who joined it, and in which thread."""

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from storage.engine.inserts import insert_if_missing
from storage.models import FollowerRow
from storage.teams import Team
from storage.values.records import Follower, Identity

_ROWS: Any = FollowerRow.__table__
_OF_SYNC = (
    select(*(_ROWS.c[field.name] for field in fields(Follower)))
    .where(_ROWS.c.sync_id == bindparam("sync"))
    .order_by(_ROWS.c.id)
)


def follow(session: Session, sync_id: int, follower: Follower, now: datetime) -> bool:
    """Add a follower, who will be told in this thread how the sync ended. Return False if the person is one already."""
    return insert_if_missing(session, FollowerRow, sync_id=sync_id, since=now, **asdict(follower)) is not None


def unfollow(session: Session, sync_id: int, person_id: str) -> bool:
    """Remove a follower. Return False if the person was not one."""
    is_follower = (_ROWS.c.sync_id == sync_id, _ROWS.c.person_id == person_id)
    return session.scalar(delete(_ROWS).where(*is_follower).returning(_ROWS.c.id)) is not None


def of_sync(session: Session, sync_id: int) -> list[Follower]:
    """Return the followers of a sync; the one who asked for it comes first."""
    return [Follower(*row) for row in session.execute(_OF_SYNC, {"sync": sync_id})]


def with_rights(session: Session, sync_id: int, team: Team) -> list[Follower]:
    """Return the followers who may still act for the enterprise."""
    everybody = of_sync(session, sync_id)
    return [follower for follower in everybody if team.includes(Identity(follower.person_id, follower.email))]
