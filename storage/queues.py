"""The queues of syncs: one per cluster. Their syncs take turns, in the order of `queue_order`.

The sync that is tried first is marked as the `head` of its queue. Only the head is due; the transaction that ends it
marks the next one. A head that cannot start now gives way: it goes to the end of its queue and rests, and the first
sync that does not rest is the next head. If all rest, the head is the one whose rest ends first. A sync that has waited
too long becomes due without being the head, so that it can be ended.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage import queue_statements
from storage.engine import claims
from storage.engine.conditions import state_in
from storage.engine.database import wake
from storage.models import SyncRow
from storage.models.syncs import to_sync
from storage.values.records import Claim, Sync, SyncState

KIND = "syncs"

_PORTION = 100
"""How many overdue syncs one transaction makes due, so that it stays short."""

_ROWS: Any = SyncRow.__table__


def append(session: Session, cluster_id: int, now: datetime, values: Mapping[str, Any]) -> Sync:
    """Put a new sync with these values at the end of a queue. Return it.

    It is the head if there is none, or if the head rests: a worker that holds that sync loses its claim. The cluster
    must be locked.
    """
    where = {"cluster": cluster_id, "now": now}
    session.execute(queue_statements.UNMARK_RESTING, where)
    added = session.execute(queue_statements.APPEND, {**where, **values}).one()
    if added.head:
        wake(session, KIND)
    return to_sync(added)


def promote(session: Session, cluster_id: int, now: datetime) -> Sync | None:
    """Mark the first queued sync of a cluster as head, unless there is a head. Return the marked sync.

    The cluster must be locked.
    """
    return _promote(session, queue_statements.PROMOTE, {"cluster": cluster_id, "now": now})


def promote_after(session: Session, sync_id: int, now: datetime) -> Sync | None:
    """Do the same for the cluster of a sync that has ended."""
    return _promote(session, queue_statements.PROMOTE_AFTER, {"ended": sync_id, "now": now})


def give_way(session: Session, sync: Sync, now: datetime, next_try: datetime, next_refused: datetime) -> Sync | None:
    """Put the head of a queue at its end. Return the new head, which is the same sync if it is the only one.

    Another sync is not tried before `next_try`, or before `next_refused` if Webex has refused the access for it, too.
    The sync that gives way must be queued, with the end of its rest, and the cluster must be locked.
    """
    head = {"cluster": sync.cluster_id, "gives_way": sync.id}
    session.execute(queue_statements.GO_TO_END, head)
    times = {"now": now, "next_try": next_try, "next_refused": next_refused}
    return _promote(session, queue_statements.PROMOTE_OTHER, {**head, **times})


def _promote(session: Session, statement: Any, parameters: dict[str, Any]) -> Sync | None:
    marked = session.execute(statement, parameters).one_or_none()
    if marked is None:
        return None
    wake(session, KIND)
    return to_sync(marked)


def requeue_overdue(session: Session, before: datetime, now: datetime) -> bool:
    """Make syncs due that were asked for before `before` and never became head. Return whether there were any."""
    overdue = (
        select(SyncRow.id)
        .where(state_in(SyncRow.state, SyncState.QUEUED), SyncRow.due_at.is_(None), SyncRow.asked_at < before)
        .limit(_PORTION)
        .with_for_update(skip_locked=True)
    )
    make_due = update(_ROWS).where(_ROWS.c.id.in_(overdue.scalar_subquery())).values(due_at=now).returning(_ROWS.c.id)
    made_due = session.scalars(make_due).all()
    if made_due:
        wake(session, KIND)
    return bool(made_due)


def wait_for_turn(session: Session, claim: Claim) -> None:
    """End the claim on a queued sync that is not the head, so that it waits for its turn.

    If the sync has become the head meanwhile, it stays due: nobody else would make it due again.
    """
    claims.settle(session, SyncRow, claim)  # from here on the row is locked, so nobody marks it as head
    session.execute(queue_statements.WAIT_FOR_TURN, {"waits": claim.id})


def place(session: Session, sync: Sync) -> int:
    """Return a sync's place in its queue. The sync that runs, or is tried next, has place 1."""
    if sync.head:
        return 1
    before = session.scalar(
        queue_statements.COUNT_BEFORE, {"cluster": sync.cluster_id, "queue_order": sync.queue_order}
    )
    return 2 + (before or 0)
