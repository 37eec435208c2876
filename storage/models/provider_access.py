"""How the provider gives the bot access to Webex: the renewed tokens, and which access Webex refuses now."""

from datetime import datetime

from sqlalchemy import Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Table


class ProviderTokenRow(Table):
    """The tokens of one integration, encrypted, and when each ends.

    `environment_digest` is the SHA-256 of the refresh token in the environment that was taken over last; one that
    differs is taken over next. `replaced_token` is the refresh token before it, until Webex has accepted the new one.
    `version` grows with each renewal. `told_days` is the last reminder that operators got
    before the refresh token ends, in days.
    """

    __tablename__ = "provider_tokens"

    client_id: Mapped[str] = mapped_column(Text, unique=True)
    access_token: Mapped[str | None]
    refresh_token: Mapped[str]
    access_ends_at: Mapped[datetime | None]
    refresh_ends_at: Mapped[datetime | None]
    scopes: Mapped[str] = mapped_column(Text, server_default=text("''"))
    environment_digest: Mapped[str | None]
    replaced_token: Mapped[str | None]
    renewed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=0)
    told_days: Mapped[int | None]


class AccessRefusalRow(Table):
    """One part of the access that Webex refuses, or refused before: since when, why, and when it worked again.

    `told_refused` says what operators were told last, and `told_at` when they were last told of a refusal.
    """

    __tablename__ = "access_refusals"

    subject: Mapped[str] = mapped_column(Text, unique=True)
    refused_at: Mapped[datetime | None]
    restored_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, server_default=text("''"))
    tracking_id: Mapped[str | None]
    told_refused: Mapped[bool] = mapped_column(default=False, server_default=false())
    told_at: Mapped[datetime | None]
