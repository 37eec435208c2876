"""How messages reach the bot: the state of its webhooks, and how far it has looked back in each space."""

from datetime import datetime

from sqlalchemy import Text, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Table


class WebhookRow(Table):
    """One of the bot's webhooks, as last seen.

    `target_url` is where this installation wants it. `right_at` is when it was last seen right. `told` is what
    happened to it last, and `told_at` is when operators were told of that; None if they are still to be told.
    `taken_by` is the address of another installation that has it, `silent_looks` how often in a row that installation
    gave no answer, and `taken_back_from` the one that it was taken back from because it gave none.
    """

    __tablename__ = "webhooks"

    name: Mapped[str] = mapped_column(Text, unique=True)
    target_url: Mapped[str]
    right_at: Mapped[datetime | None]
    told: Mapped[str | None]
    told_at: Mapped[datetime | None]
    taken_by: Mapped[str | None]
    silent_looks: Mapped[int] = mapped_column(server_default=text("0"))
    taken_back_from: Mapped[str | None]


class SpaceLookRow(Table):
    """Until when the messages of a space have been looked at, by Webex's clock. The row without a space is for all.

    Only that row has the other columns. `not_before` is when the bot began to look back: what is older is never
    answered. `next_look_at` is when the next look is due, and `requested_at` when a process last asked for one at once,
    both by the clock of the process that wrote them.
    """

    __tablename__ = "space_looks"

    room_id: Mapped[str] = mapped_column(Text, unique=True)
    looked_until: Mapped[datetime]
    not_before: Mapped[datetime | None]
    next_look_at: Mapped[datetime | None]
    requested_at: Mapped[datetime | None]
