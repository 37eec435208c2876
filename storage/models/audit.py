"""The audit, and the leases of tasks that only one process may do."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Table
from storage.models.columns import UTCDateTime


class AuditRow(Table):
    """Who asked for what, in which space, and how it ended. `file` is the name of the CSV file made for it."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_person", "person_id", "at"),
        Index("ix_audit_enterprise", "enterprise_id", "at"),
    )

    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprises.id"))
    person_id: Mapped[str]
    email: Mapped[str]
    room_id: Mapped[str]
    command: Mapped[str]
    arguments: Mapped[str]
    outcome: Mapped[str]
    detail: Mapped[str]
    file: Mapped[str | None]


class LeaseRow(Table):
    """A task that only one process may do at a time, and which process has it now."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(100), unique=True)
    holder: Mapped[str]
    until: Mapped[datetime]
