"""What Webex says of an enterprise's directory syncs, and the runs it began by itself."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Claimable, Table, partial_index


class ReadingRow(Claimable, Table):
    """Webex's account of an enterprise's last sync, as last read; due while a fresher one is wanted."""

    __tablename__ = "readings"
    __table_args__ = (partial_index("ix_readings_due", "due_at", "id", where="due_at IS NOT NULL"),)

    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), unique=True)
    read_at: Mapped[datetime | None]
    enabled: Mapped[bool | None]
    status: Mapped[str | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    succeeded_at: Mapped[datetime | None]
    tracking_id: Mapped[str | None]


class WebexRunRow(Table):
    """A run that nobody asked for through the bot: Webex's own, or begun in Partner Hub."""

    __tablename__ = "webex_runs"
    __table_args__ = (Index("ix_webex_runs_history", "enterprise_id", "id"),)

    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    seen_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    tracking_id: Mapped[str | None]
    status: Mapped[str | None]
    counts: Mapped[dict[str, Any]]
    errors: Mapped[list[Any]]
