"""The sync status that Webex reports, and the runs that the bot did not start."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Claimable, Table, partial_index


class ReadingRow(Claimable, Table):
    """An enterprise's sync status as last read from Webex. The row is due while a newer read is requested."""

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
    """A run that the bot did not start: a weekly one of Webex, or one started in Partner Hub."""

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
