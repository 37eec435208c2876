"""The locations that admins set for license holders."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Table
from storage.models.columns import FoldedText


class LocationRow(Table):
    """The location of a Service ID; it stays when rosters are replaced."""

    __tablename__ = "locations"
    __table_args__ = (UniqueConstraint("enterprise_id", "service_id_folded", name="uq_locations_service_id"),)

    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    service_id: Mapped[str]
    service_id_folded: Mapped[str] = mapped_column(FoldedText)
    location: Mapped[str]
    set_at: Mapped[datetime]
