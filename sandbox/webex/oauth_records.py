"""Records of OAuth: clients, what people allowed them, codes and refreshes."""

from dataclasses import dataclass, field
from datetime import datetime

from sandbox.webex.people import Person


@dataclass(slots=True)
class Integration:
    """A registered client."""

    client_id: str
    client_secret: str
    redirect_uris: set[str]
    scopes: set[str]


@dataclass(slots=True)
class Grant:
    """What one person allowed one client. `refresh_tokens` are those that are accepted, the newest last."""

    client_id: str
    person: Person
    scopes: frozenset[str]
    refresh_ends_at: float
    refresh_tokens: list[str] = field(default_factory=list)
    access_tokens: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Renewal:
    """One refresh that was asked for. `error` is None if it was answered with a token."""

    client_id: str
    at: datetime
    error: str | None


@dataclass(frozen=True, slots=True)
class Code:
    """A code that was not used yet, and what it was issued for."""

    client_id: str
    person: Person
    redirect_uri: str
    scopes: frozenset[str]
    challenge: str | None
    ends_at: float
