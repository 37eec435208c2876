"""The tokens that a process may send, and how they are sealed for the database."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.integration.seal import Seal, Unreadable
from storage.values.provider_access import KeptTokens


@dataclass(frozen=True, slots=True)
class OpenedTokens:
    """The tokens that this process may send. `version` is that of the row they are from.

    `replaced_token` is the refresh token before this one, if Webex has not accepted this one yet.
    """

    refresh_token: str = field(repr=False)
    access_token: str | None = field(repr=False)
    access_ends_at: datetime | None
    renewed_at: datetime | None
    version: int
    replaced_token: str | None = field(default=None, repr=False)


def opened_tokens(seal: Seal, kept: KeptTokens) -> OpenedTokens:
    """Return the tokens that are kept. Raise Unreadable if no key opens them."""
    return OpenedTokens(
        refresh_token=seal.opened(kept.refresh_token),
        access_token=None if kept.access_token is None else seal.opened(kept.access_token),
        access_ends_at=kept.access_ends_at,
        renewed_at=kept.renewed_at,
        version=kept.version,
        replaced_token=replaced_token(seal, kept),
    )


def replaced_token(seal: Seal, kept: KeptTokens) -> str | None:
    """Return the refresh token before this one; None if there is none, or no key opens it."""
    try:
        return kept.replaced_token and seal.opened(kept.replaced_token)
    except Unreadable:
        return None


def sealed_tokens(seal: Seal, refresh_token: str, access_token: str | None) -> dict[str, str | None]:
    """Return the columns of the tokens, sealed with the first key."""
    return {
        "refresh_token": seal.sealed(refresh_token),
        "access_token": None if access_token is None else seal.sealed(access_token),
    }
