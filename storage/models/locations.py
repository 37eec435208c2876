"""Where license holders are, as their admins say."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Table
from storage.models.columns import FoldedText


class LocationRow(Table):
    """A Service ID and its location, which outlives every roster."""

    __tablename__ = "locations"
    __table_args__ = (UniqueConstraint("enterprise_id", "service_id_folded", name="uq_locations_service_id"),)

    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    service_id: Mapped[str]
    service_id_folded: Mapped[str] = mapped_column(FoldedText)
    location: Mapped[str]
    set_at: Mapped[datetime]
