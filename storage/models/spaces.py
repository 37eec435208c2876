"""Group spaces and their enterprises, the enterprise each person has chosen, and who turned notices off."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Table


class SpaceRow(Table):
    """A group space and its enterprise.

    `linked`: commands typed there are for that enterprise. `notify`: it is a notification space of the enterprise.
    `trusted`: an operator allows the enterprise's personal data there.
    """

    __tablename__ = "spaces"

    room_id: Mapped[str] = mapped_column(Text, unique=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    notify: Mapped[bool]
    linked: Mapped[bool] = mapped_column(default=False, server_default=false())
    trusted: Mapped[bool] = mapped_column(default=False, server_default=false())
    since: Mapped[datetime]


class ChoiceRow(Table):
    """The enterprise that a person with several has chosen."""

    __tablename__ = "choices"

    person_id: Mapped[str] = mapped_column(Text, unique=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    since: Mapped[datetime]


class MutedRow(Table):
    """A person who turned notices off."""

    __tablename__ = "muted"

    person_id: Mapped[str] = mapped_column(Text, unique=True)
    since: Mapped[datetime]
