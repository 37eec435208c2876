"""The integration's tokens in memory: whether they work, and whether they are to be renewed."""

import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.integration.failed_renewal import FailedRenewal
from bot.integration.opened_tokens import OpenedTokens
from bot.integration.seal import Unreadable
from bot.integration.token_store import TokenStore
from bot.webex.errors import TokenRefused
from bot.webex.tokens import Tokens

log = logging.getLogger(__name__)

_MAX_REFUSED, _REFUSED_WITHIN = 3, timedelta(minutes=1)
"""How many refused tokens are renewed in this time. If Webex goes on to refuse new ones, more of them do not help."""


class KnownTokens:
    """What one process knows of the tokens: only `read` and `keep` use the database, and only one thread may at a time.

    `tokens` is None before they are read.
    """

    def __init__(self, store: TokenStore, now: Callable[[], datetime]) -> None:
        self.tokens: OpenedTokens | None = None
        self._store, self._now = store, now
        self._unkept: tuple[OpenedTokens, Tokens, datetime] | None = None
        self._problem: str | None = None
        self._failure: FailedRenewal | None = None
        self._refused_at: deque[datetime] = deque(maxlen=_MAX_REFUSED)

    def read(self) -> bool:
        """Take over the tokens of the database. Return False if they cannot be read, but the known ones still work.

        An answer of Webex that could not be kept before is kept first: until then, it is only here.
        """
        if self._unkept is not None:
            self._keep(*self._unkept)
        try:
            found = self._store.read()
            problem = "the database has no tokens of the integration any more: run `python -m bot authorize`"
        except Unreadable as unreadable:
            found, problem = None, str(unreadable)
        if found is None:
            if not self.working():
                raise TokenRefused(problem)
            if problem != self._problem:
                log.error("the provider's access works until its token in memory ends: %s", problem)
            self._problem = problem
            return False
        self._problem = None
        if self.tokens is None or found.version != self.tokens.version:
            self.tokens = found
        return True

    def keep(self, tokens: OpenedTokens, answer: Tokens, *, is_forced: bool) -> bool:
        """Keep what Webex answered to a renewal of these tokens. Return False if others have replaced them.

        If the database fails now, the answer is used all the same, and kept later. `is_forced` says that the token was
        renewed because Webex had refused it.
        """
        now = self._now()
        refresh_token = answer.refresh_token or tokens.refresh_token
        self.tokens = OpenedTokens(refresh_token, answer.access_token, answer.access_ends_at, now, tokens.version)
        if is_forced:
            self._refused_at.append(now)
        self._unkept = (tokens, answer, now)
        return self._keep(tokens, answer, now)

    def _keep(self, tokens: OpenedTokens, answer: Tokens, at: datetime) -> bool:
        kept = self._store.keep_renewed(tokens.version, tokens.refresh_token, answer, at)
        self._unkept = None
        if kept is None:
            log.info("the integration's tokens were replaced during their renewal")
            return False
        self.tokens = kept
        log.info(
            "renewed the provider's access token: it ends at %s, the refresh token at %s",
            *(
                end.isoformat(timespec="seconds") if end else "an unknown time"
                for end in (answer.access_ends_at, answer.refresh_ends_at)
            ),
        )
        return True

    def working(self, refused: str | None = None) -> str | None:
        """Return the access token, if it has not ended and is not the refused one."""
        tokens = self.tokens
        if tokens is None or tokens.access_token == refused:
            return None
        has_ended = tokens.access_ends_at is not None and tokens.access_ends_at <= self._now()
        return None if has_ended else tokens.access_token

    def is_due(self) -> bool:
        """Return whether the token is to be renewed now: when a quarter of its life is left."""
        tokens, now = self.tokens, self._now()
        if tokens is None or tokens.access_ends_at is None:
            return False
        life = tokens.access_ends_at - (tokens.renewed_at or tokens.access_ends_at)
        if now < tokens.access_ends_at - life / 4:
            return False
        failure = self.failure
        return failure is None or not failure.lasts(now, tokens.access_ends_at)

    @property
    def failure(self) -> FailedRenewal | None:
        """The failed renewal of these tokens, if the last one failed."""
        failure, tokens = self._failure, self.tokens
        return failure if failure and tokens and failure.version == tokens.version else None

    def set_failure(self, failure: FailedRenewal) -> None:
        """Take note of a renewal that failed."""
        self._failure = failure

    def has_refused_too_many(self) -> bool:
        """Return whether Webex refuses tokens that were renewed just now."""
        latest = self._refused_at
        return len(latest) == _MAX_REFUSED and latest[0] <= self._now() < latest[0] + _REFUSED_WITHIN
