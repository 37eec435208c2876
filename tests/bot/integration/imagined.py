"""An imagined token endpoint and an imagined time, for what keeps and renews tokens."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography.fernet import Fernet

from bot.integration.renewed_token import RenewedToken
from bot.integration.token_store import TokenStore
from bot.webex.errors import WebexFailure
from bot.webex.tokens import Tokens
from storage.engine.database import Database

CLIENT_ID = "C0ffee"
KEY, OTHER_KEY, THIRD_KEY = (Fernet.generate_key().decode() for _ in range(3))
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
LIFE, REFRESH_LIFE = timedelta(days=14), timedelta(days=90)


class Time:
    """A time that moves when a test says so."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, length: timedelta) -> None:
        self.now += length


def answer(
    access_token: str, refresh_token: str | None = None, *, at: datetime = NOW, refresh_life: timedelta | None = None
) -> Tokens:
    """What Webex answers at a time."""
    ends_at = None if refresh_life is None else at + refresh_life
    return Tokens(access_token, at + LIFE, refresh_token, ends_at, "spark:people_read")


@dataclass
class ImaginedEndpoint:
    """Gives `access-1`, `access-2` and so on; `trouble` raises instead, `before` runs first, `asked` is what came."""

    time: Time
    life: timedelta | None = LIFE
    new_refresh_token: str | None = None
    trouble: Callable[[str], WebexFailure | None] = lambda _refresh_token: None
    before: Callable[[], object] = lambda: None
    asked: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def renew(self, refresh_token: str) -> Tokens:
        with self._lock:
            self.asked.append(refresh_token)
            number = len(self.asked)
        self.before()
        if failure := self.trouble(refresh_token):
            raise failure
        now = self.time()
        ends_at = None if self.life is None else now + self.life
        return Tokens(f"access-{number}", ends_at, self.new_refresh_token, now + REFRESH_LIFE, "spark:people_read")


def store(database: Database, *keys: str, given: str | None = None) -> TokenStore:
    """The tokens as one process sees them, with these keys and this refresh token in its environment."""
    return TokenStore(database, CLIENT_ID, keys or (KEY,), environment_token=given)


def renewed_token(database: Database, endpoint: ImaginedEndpoint, *, given: str | None = "given") -> RenewedToken:
    """The access token of one process that has just begun."""
    kept = store(database, given=given)
    kept.prepare()
    return RenewedToken(kept, endpoint, endpoint.time)
