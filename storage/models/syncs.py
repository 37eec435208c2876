"""The syncs and their followers."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Row, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, query_expression

from storage.models.base import Claimable, Table, partial_index
from storage.models.columns import Id
from storage.values.records import Cause, Sync, SyncState, WaitsFor


class SyncRow(Claimable, Table):
    """One request to synchronize, from the request to its end. The row is queue, lock, history and audit at once."""

    __tablename__ = "syncs"
    __table_args__ = (
        partial_index(
            "uq_syncs_active", "enterprise_id", where="state IN ('queued', 'starting', 'running')", unique=True
        ),
        partial_index("uq_syncs_on_cluster", "cluster_id", where="state IN ('starting', 'running')", unique=True),
        partial_index("uq_syncs_head", "cluster_id", where="head", unique=True),
        partial_index("ix_syncs_due", "due_at", "id", where="due_at IS NOT NULL"),
        partial_index("ix_syncs_queue", "cluster_id", "queue_order", where="state = 'queued' AND NOT head"),
        Index("ix_syncs_history", "enterprise_id", "id"),
        partial_index("ix_syncs_asked", "asked_at", where="state = 'queued' AND due_at IS NULL"),
        partial_index("ix_syncs_completed", "cluster_id", "id", where="state = 'completed'"),
    )

    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    cluster_id: Mapped[int] = mapped_column(ForeignKey("clusters.id"))
    state: Mapped[str]
    head: Mapped[bool]
    waits_for: Mapped[str | None]
    asked_at: Mapped[datetime]
    asker_email: Mapped[str]
    starts: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    starting_at: Mapped[datetime | None]
    before_started_at: Mapped[datetime | None]
    before_tracking_id: Mapped[str | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    seconds: Mapped[float | None]
    tracking_id: Mapped[str | None]
    webex_status: Mapped[str | None]
    counts: Mapped[dict[str, Any]]
    errors: Mapped[list[Any]]
    cause: Mapped[str | None]
    reason: Mapped[str | None]
    status_outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"))
    roster_id: Mapped[int | None] = mapped_column(Id)
    polls: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None]
    queue_order: Mapped[int] = mapped_column(Id, default=0, server_default=text("0"))
    """The order in which the queued syncs of a cluster are tried; a sync that gives way gets the greatest number."""
    rests_until: Mapped[datetime | None]
    """Until when a queued sync is not tried again, because its own enterprise kept it from starting."""
    webex_id: Mapped[str | None] = query_expression()
    """The enterprise's id at the time of the claim; not a column."""


class FollowerRow(Table):
    """A person who asked for a sync or joined it, and in which space."""

    __tablename__ = "sync_followers"
    __table_args__ = (UniqueConstraint("sync_id", "person_id", name="uq_sync_followers"),)

    sync_id: Mapped[int] = mapped_column(ForeignKey("syncs.id"))
    person_id: Mapped[str]
    email: Mapped[str]
    room_id: Mapped[str]
    direct: Mapped[bool]
    thread: Mapped[str | None]
    since: Mapped[datetime]


_SYNC_FIELDS = tuple(field.name for field in fields(Sync))


def to_sync(row: SyncRow | Row[Any]) -> Sync:
    """Convert a row into the value that storage returns."""
    converted = {
        "state": SyncState(row.state),
        "waits_for": None if row.waits_for is None else WaitsFor(row.waits_for),
        "counts": dict(row.counts),
        "errors": to_errors(row.errors),
        "cause": None if row.cause is None else Cause(row.cause),
    }
    return Sync(**{name: getattr(row, name) for name in _SYNC_FIELDS} | converted)


def to_errors(stored: list[Any]) -> tuple[tuple[int, str], ...]:
    """Convert the errors stored in a row into pairs of code and description."""
    return tuple((int(code), str(description)) for code, description in stored)
