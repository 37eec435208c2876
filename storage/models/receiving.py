"""How messages reach the bot: the state of its webhooks, and how far it has looked back in each space."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Table


class WebhookRow(Table):
    """One of the bot's webhooks, as last seen.

    `target_url` is where this installation wants it. `right_at` is when it was last seen right. `told` is the fault
    that operators were told of, and `told_at` when. `taken_by` is the address of another installation that has it.
    """

    __tablename__ = "webhooks"

    name: Mapped[str] = mapped_column(Text, unique=True)
    target_url: Mapped[str]
    right_at: Mapped[datetime | None]
    told: Mapped[str | None]
    told_at: Mapped[datetime | None]
    taken_by: Mapped[str | None]


class SpaceLookRow(Table):
    """Until when the messages of a space have been looked at, by Webex's clock. The row without a space is for all."""

    __tablename__ = "space_looks"

    room_id: Mapped[str] = mapped_column(Text, unique=True)
    looked_until: Mapped[datetime]
