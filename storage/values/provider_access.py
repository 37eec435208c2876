"""The access that the bot has to Webex, as values: what Webex refuses, and the tokens of an integration, as kept."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class AccessSubject(StrEnum):
    """A part of the bot's access to Webex that can be refused by itself: a token, or a scope of the admin token."""

    ADMIN = "admin token"
    ENTERPRISES = "enterprises"
    SYNCS = "syncs"
    LICENSE_HOLDERS = "license holders"
    BOT = "bot token"


@dataclass(frozen=True, slots=True)
class AccessRefusal:
    """One part of the access that Webex refuses, or refused until `restored_at`, and Webex's words for it."""

    subject: AccessSubject
    refused_at: datetime
    restored_at: datetime | None
    reason: str
    tracking_id: str | None


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which Webex refused the provider's access; `ended_at` is None while it lasts."""

    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeptTokens:
    """The tokens of an integration as they are kept: sealed. `ProviderTokenRow` says what each field means."""

    refresh_token: str = field(repr=False)
    access_token: str | None = field(repr=False)
    access_ends_at: datetime | None
    refresh_ends_at: datetime | None
    scopes: str
    environment_digest: str | None
    replaced_token: str | None = field(repr=False)
    renewed_at: datetime | None
    version: int
    told_days: int | None
