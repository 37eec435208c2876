"""Rows as the values that storage hands out."""

from typing import Any

from sqlalchemy import Row

from storage.models import SyncRow
from storage.records import Cause, Sync, SyncState, WaitsFor


def sync(row: SyncRow | Row[Any]) -> Sync:
    """A sync."""
    return Sync(
        id=row.id,
        enterprise_id=row.enterprise_id,
        cluster_id=row.cluster_id,
        state=SyncState(row.state),
        head=row.head,
        waits_for=None if row.waits_for is None else WaitsFor(row.waits_for),
        asked_at=row.asked_at,
        asker_email=row.asker_email,
        starts=row.starts,
        starting_at=row.starting_at,
        before_started_at=row.before_started_at,
        before_tracking_id=row.before_tracking_id,
        started_at=row.started_at,
        ended_at=row.ended_at,
        seconds=row.seconds,
        tracking_id=row.tracking_id,
        webex_status=row.webex_status,
        counts=dict(row.counts),
        errors=errors(row.errors),
        cause=None if row.cause is None else Cause(row.cause),
        reason=row.reason,
        status_outbox_id=row.status_outbox_id,
        roster_id=row.roster_id,
        polls=row.polls,
    )


def errors(kept: list[Any]) -> tuple[tuple[int, str], ...]:
    """Webex's errors as they are kept in a row: codes and descriptions."""
    return tuple((int(code), str(description)) for code, description in kept)
