"""The rosters and their license holders."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, query_expression

from storage.models.base import Claimable, Table, partial_index
from storage.models.columns import FoldedText
from storage.values.license_table import LICENSE_COLUMNS

INDEXED_SERVICE_IDS = "length(service_id_folded) <= 500"
"""Which license holders are found by Service ID. PostgreSQL cannot index a longer one, and a mapping has none."""


class RosterRow(Claimable, Table):
    """An enterprise's license holders, read from Webex once: from the request until the next roster replaces it."""

    __tablename__ = "rosters"
    __table_args__ = (
        partial_index("uq_rosters_wanted", "enterprise_id", where="state = 'wanted'", unique=True),
        partial_index("uq_rosters_current", "enterprise_id", where="state = 'current'", unique=True),
        partial_index("ix_rosters_due", "due_at", "id", where="due_at IS NOT NULL"),
    )

    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    state: Mapped[str]
    asked_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    size: Mapped[int] = mapped_column(default=0)
    whole: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether to read all license holders, not only the changed ones."""
    begun_at: Mapped[datetime | None]
    """When the last read of its license holders began, all or changed ones."""
    whole_at: Mapped[datetime | None]
    """When the last read of all its license holders began."""
    sp_enterprise_id: Mapped[str] = query_expression()
    """The enterprise's id at the time of the claim; not a column."""


class LicenseHolderRow(Table):
    """A license holder of one roster: nine cells, each also in a `_folded` form to filter and a `_sort` form to sort.

    `group_id` is the location that Webex sends. It is shown if the mapping has no location for the Service ID.
    """

    __tablename__ = "license_holders"
    __table_args__ = (UniqueConstraint("roster_id", "position", name="uq_license_holders_position"),)

    roster_id: Mapped[int] = mapped_column(ForeignKey("rosters.id"))
    position: Mapped[int]
    subscriber_id: Mapped[str]
    group_id: Mapped[str] = mapped_column(server_default=text("''"))
    location: Mapped[str]
    license_type: Mapped[str]
    service_id: Mapped[str]
    ext: Mapped[str]
    first_name: Mapped[str]
    last_name: Mapped[str]
    email: Mapped[str]
    status: Mapped[str]
    activation: Mapped[str]


for _form in ("folded", "sort"):
    for _column in LICENSE_COLUMNS:
        setattr(LicenseHolderRow, f"{_column}_{_form}", mapped_column(FoldedText, nullable=False))

Index(
    "ix_license_holders_service_id",
    LicenseHolderRow.__table__.c.roster_id,
    LicenseHolderRow.__table__.c.service_id_folded,
    sqlite_where=text(INDEXED_SERVICE_IDS),
    postgresql_where=text(INDEXED_SERVICE_IDS),
)
