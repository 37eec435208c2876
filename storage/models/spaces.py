"""The group spaces that hear of an enterprise's syncs, and the people who do not want to."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Table


class SpaceRow(Table):
    """A group space and its enterprise; `notify` makes it one of that enterprise's notification spaces."""

    __tablename__ = "spaces"

    room_id: Mapped[str] = mapped_column(Text, unique=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    notify: Mapped[bool]
    since: Mapped[datetime]


class MutedRow(Table):
    """Somebody who has turned notices off for themselves."""

    __tablename__ = "muted"

    person_id: Mapped[str] = mapped_column(Text, unique=True)
    since: Mapped[datetime]
