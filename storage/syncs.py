"""Syncs: asked for, queued per cluster, moved one state at a time.

Whoever changes a queue locks the enterprise's row, then the cluster's, then reads again. The first sync of a
cluster's queue carries the mark `head`; only that one is ever due, and whoever ends it marks the next.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from storage import claims, clusters
from storage.database import wake
from storage.inserting import insert_unless_there
from storage.models import FollowerRow, SyncRow
from storage.records import ACTIVE, Claim, Enterprise, Follower, Sync, SyncState

KIND = "syncs"


def accept(session: Session, enterprise: Enterprise, asker_email: str, now: datetime) -> Sync:
    """Queue a sync; the enterprise and its cluster are locked and nothing is active."""
    row = SyncRow(
        enterprise_id=enterprise.id,
        cluster_id=enterprise.cluster_id,
        state=SyncState.QUEUED,
        head=False,
        asked_at=now,
        asker_email=asker_email,
        counts={},
        errors=[],
    )
    session.add(row)
    session.flush()
    promote(session, enterprise.cluster_id, now)
    return get(session, row.id)


def promote(session: Session, cluster_id: int, now: datetime) -> None:
    """Mark the first queued sync of a locked cluster as head, unless there is a head."""
    if session.scalar(select(SyncRow.id).where(SyncRow.cluster_id == cluster_id, SyncRow.head)) is not None:
        return
    first = session.scalar(
        select(func.min(SyncRow.id)).where(
            SyncRow.cluster_id == cluster_id, SyncRow.state == SyncState.QUEUED, ~SyncRow.head
        )
    )
    if first is None:
        return
    paused_until = clusters.lock(session, cluster_id).paused_until
    session.execute(
        update(SyncRow)
        .where(SyncRow.id == first)
        .values(head=True, due_at=max(now, paused_until or now))
        .execution_options(synchronize_session=False)
    )
    wake(session, KIND)


def follow(session: Session, sync_id: int, follower: Follower, now: datetime) -> bool:
    """Have somebody told of a sync's end in their thread; False where they follow it already, there or elsewhere."""
    added = insert_unless_there(
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


def followers(session: Session, sync_id: int) -> list[Follower]:
    """Who asked for a sync and who joined it, in that order."""
    rows = session.scalars(select(FollowerRow).where(FollowerRow.sync_id == sync_id).order_by(FollowerRow.id))
    return [Follower(row.person_id, row.email, row.room_id, row.direct, row.thread) for row in rows]


def show_status(session: Session, sync_id: int, outbox_id: int) -> None:
    """Remember which message shows how the sync stands."""
    session.execute(update(SyncRow).where(SyncRow.id == sync_id).values(status_outbox_id=outbox_id))


def claim(session: Session, now: datetime) -> SyncRow | None:
    """Take a sync that has something to do."""
    return claims.claim(session, SyncRow, now)


def next_due(session: Session, now: datetime) -> datetime | None:
    """When the syncs have to be looked at again."""
    return claims.next_due(session, SyncRow, now)


def move(session: Session, claim: Claim, now: datetime, *, hold: bool = False, **values: Any) -> None:
    """Write a sync's next state; `hold` keeps the claim for the step that follows at once."""
    if hold:
        claims.keep(session, SyncRow, claim, now, **values)
    else:
        claims.settle(session, SyncRow, claim, **values)


def end(session: Session, claim: Claim, now: datetime, state: SyncState, **values: Any) -> None:
    """End a sync; its people are told by the next move. The enterprise and its cluster are locked."""
    cluster_id = session.scalars(select(SyncRow.cluster_id).where(SyncRow.id == claim.id)).one()
    move(session, claim, now, state=state, head=False, due_at=now, failures=0, **values)
    session.flush()
    promote(session, cluster_id, now)


def resume(session: Session, roster_id: int, now: datetime) -> None:
    """Bring back the syncs whose end was to be told with a roster."""
    session.execute(
        update(SyncRow)
        .where(SyncRow.roster_id == roster_id, SyncRow.due_at.is_not(None))
        .values(due_at=now)
        .execution_options(synchronize_session=False)
    )
    wake(session, KIND)


def told(session: Session, claim: Claim, now: datetime) -> None:
    """Everybody concerned has been told: nothing is left to do."""
    claims.settle(session, SyncRow, claim, due_at=None, told_at=now)


def get(session: Session, sync_id: int) -> Sync:
    """One sync."""
    return record(session.scalars(_fresh().where(SyncRow.id == sync_id)).one())


def active(session: Session, enterprise_id: int) -> Sync | None:
    """The sync of an enterprise that is queued, starting or running."""
    row = session.scalar(_fresh().where(SyncRow.enterprise_id == enterprise_id, SyncRow.state.in_(ACTIVE)))
    return None if row is None else record(row)


def last_ended(session: Session, enterprise_id: int, *states: SyncState) -> Sync | None:
    """The newest sync of an enterprise that ended in one of these states."""
    row = session.scalar(
        _fresh()
        .where(SyncRow.enterprise_id == enterprise_id, SyncRow.state.in_(states))
        .order_by(SyncRow.id.desc())
        .limit(1)
    )
    return None if row is None else record(row)


def place(session: Session, sync: Sync) -> int:
    """A sync's place in its cluster's queue; the first is the one that runs or is about to."""
    count = session.scalar(
        select(func.count()).where(
            SyncRow.cluster_id == sync.cluster_id, SyncRow.state.in_(ACTIVE), SyncRow.id <= sync.id
        )
    )
    return count or 1


def past_durations(session: Session, enterprise_id: int, cluster_id: int) -> tuple[list[float], list[float]]:
    """How many seconds past syncs took: those of an enterprise, and those of its cluster."""
    return durations(session, enterprise_id=enterprise_id), durations(session, cluster_id=cluster_id)


def durations(session: Session, *, enterprise_id: int | None = None, cluster_id: int | None = None) -> list[float]:
    """How many seconds the last 20 completed syncs took, of an enterprise or of a cluster."""
    query = select(SyncRow.seconds).where(SyncRow.state == SyncState.COMPLETED, SyncRow.seconds.is_not(None))
    if enterprise_id is not None:
        query = query.where(SyncRow.enterprise_id == enterprise_id)
    if cluster_id is not None:
        query = query.where(SyncRow.cluster_id == cluster_id)
    return [seconds for seconds in session.scalars(query.order_by(SyncRow.id.desc()).limit(20)) if seconds is not None]


def _fresh() -> Select[SyncRow]:
    return select(SyncRow).execution_options(populate_existing=True)


def record(row: SyncRow) -> Sync:
    """A sync as a value."""
    return Sync(
        id=row.id,
        enterprise_id=row.enterprise_id,
        cluster_id=row.cluster_id,
        state=SyncState(row.state),
        asked_at=row.asked_at,
        asker_email=row.asker_email,
        starting_at=row.starting_at,
        before_started_at=row.before_started_at,
        before_tracking_id=row.before_tracking_id,
        started_at=row.started_at,
        ended_at=row.ended_at,
        seconds=row.seconds,
        tracking_id=row.tracking_id,
        webex_status=row.webex_status,
        counts=dict(row.counts),
        errors=tuple((int(code), str(description)) for code, description in row.errors),
        reason=row.reason,
        status_outbox_id=row.status_outbox_id,
        roster_id=row.roster_id,
        polls=row.polls,
    )
