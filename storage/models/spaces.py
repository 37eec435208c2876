"""Group spaces and their enterprises, which enterprise people have chosen, and who does not want to hear of syncs."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Table


class SpaceRow(Table):
    """A group space and its enterprise.

    `linked`: what is typed there is for that enterprise; `notify`: it is one of its notification spaces; `trusted`: an
    operator says that what is personal to it may be read there.
    """

    __tablename__ = "spaces"

    room_id: Mapped[str] = mapped_column(Text, unique=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    notify: Mapped[bool]
    linked: Mapped[bool] = mapped_column(default=False, server_default=false())
    trusted: Mapped[bool] = mapped_column(default=False, server_default=false())
    since: Mapped[datetime]


class ChoiceRow(Table):
    """The enterprise that somebody with several has chosen to speak for."""

    __tablename__ = "choices"

    person_id: Mapped[str] = mapped_column(Text, unique=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    since: Mapped[datetime]


class MutedRow(Table):
    """Somebody who has turned notices off for themselves."""

    __tablename__ = "muted"

    person_id: Mapped[str] = mapped_column(Text, unique=True)
    since: Mapped[datetime]
