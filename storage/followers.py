"""Who asked for a sync and who joined it, and where."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from storage.admins import Team
from storage.engine.inserts import insert_if_missing
from storage.models import FollowerRow
from storage.values.records import Follower, Identity


def follow(session: Session, sync_id: int, follower: Follower, now: datetime) -> bool:
    """Have somebody told of a sync's end in their thread; False where they follow it already, there or elsewhere."""
    added = insert_if_missing(
        session,
        FollowerRow,
        sync_id=sync_id,
        person_id=follower.person_id,
        email=follower.email,
        room_id=follower.room_id,
        direct=follower.direct,
        thread=follower.thread,
        since=now,
    )
    return added is not None


def unfollow(session: Session, sync_id: int, person_id: str) -> bool:
    """Have somebody follow a sync no more; False where they did not."""
    gone = session.scalar(
        delete(FollowerRow)
        .where(FollowerRow.sync_id == sync_id, FollowerRow.person_id == person_id)
        .returning(FollowerRow.id)
    )
    return gone is not None


def of_sync(session: Session, sync_id: int) -> list[Follower]:
    """Who asked for a sync and who joined it, in that order."""
    return [Follower(*row) for row in session.execute(_OF, {"sync": sync_id})]


_ROWS: Any = FollowerRow.__table__
_OF = (
    select(*(_ROWS.c[field.name] for field in fields(Follower)))
    .where(_ROWS.c.sync_id == bindparam("sync"))
    .order_by(_ROWS.c.id)
)


def with_rights(session: Session, sync_id: int, team: Team) -> list[Follower]:
    """Those of them who may act for its enterprise still."""
    return [one for one in of_sync(session, sync_id) if team.includes(Identity(one.person_id, one.email))]
