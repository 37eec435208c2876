"""The access token of the integration: kept in memory, and renewed in time by one process for all.

`current` costs nothing until the token nears its end. Then one thread looks at the database. If no other process has
renewed the token, this one takes the lease, asks Webex and keeps the answer; meanwhile the token still works for all
others. Only after its end, or after a 401, they wait for the new one.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.integration.failed_renewal import FailedRenewal
from bot.integration.seal import Unreadable
from bot.integration.token_store import OpenedTokens, TokenStore
from bot.webex.errors import TokenRefused, Unavailable, WebexFailure
from bot.webex.tokens import Tokens

log = logging.getLogger(__name__)

MAX_WAIT_SECONDS = 5.0
"""How long a call waits for another process to renew the token. Then it fails, and its job tries it again."""

_MAX_TURN_SECONDS = 15.0
"""How long a call waits for another thread to renew the token: longer than that thread waits for Webex."""

_LOOK_SECONDS = 0.1

_MAX_REFUSED, _REFUSED_WITHIN = 3, timedelta(minutes=1)
"""How many refused tokens are renewed in this time. If Webex goes on to refuse new ones, more of them do not help."""


class Endpoint(Protocol):
    """What gives new tokens."""

    def renew(self, refresh_token: str) -> Tokens:
        """Return new tokens. Raise TokenRefused for a refusal, another WebexFailure if none can be had now."""


class RenewedToken:
    """The access token of an integration, for any thread."""

    def __init__(self, store: TokenStore, endpoint: Endpoint, now: Callable[[], datetime]) -> None:
        self._store, self._endpoint, self._now = store, endpoint, now
        self._turn = threading.Lock()
        self._tokens: OpenedTokens | None = None
        self._failure: FailedRenewal | None = None
        self._refused_at: deque[datetime] = deque(maxlen=_MAX_REFUSED)

    def current(self) -> str:
        """Return the token to send now. Raise WebexFailure if it has ended and cannot be renewed."""
        token = self._living()
        if token is not None and not self._is_due():
            return token
        with self._my_turn(0 if token else _MAX_TURN_SECONDS) as is_mine:
            if is_mine:
                return self._look_or_renew()
        if token is None:
            raise Unavailable("the provider's access token is being renewed, which takes long")
        return token

    def renewed(self, refused: str) -> str | None:
        """Return another token than the one that Webex has refused. Return None if it has refused many just now."""
        if token := self._living(refused):
            return token
        with self._my_turn(_MAX_TURN_SECONDS) as is_mine:
            if not is_mine:
                raise Unavailable("the provider's access token is being renewed, which takes long")
            try:
                return self._look_or_renew(refused)
            except _TooManyRefused:
                return None

    def look(self) -> None:
        """Take over what other processes have kept."""
        with self._my_turn(0) as is_mine:
            if is_mine:
                self._read()

    @property
    def refusal(self) -> TokenRefused | None:
        """Why Webex will not renew the token, while it still works; None if it will, or if nobody has asked."""
        failure = self._failure_of_version()
        return failure.error if failure and isinstance(failure.error, TokenRefused) and self._living() else None

    @contextmanager
    def _my_turn(self, seconds: float) -> Iterator[bool]:
        """Be the only thread that looks at the database and asks Webex. Yield False if that takes longer to come."""
        is_mine = self._turn.acquire(timeout=seconds)
        try:
            yield is_mine
        finally:
            if is_mine:
                self._turn.release()

    def _look_or_renew(self, refused: str | None = None) -> str:
        deadline = time.monotonic() + MAX_WAIT_SECONDS
        while (token := self._fresh(refused)) is None:
            if refused is not None:
                self._raise_if_too_many_refused()
            if self._store.lease(self._now()):
                try:  # another process may have renewed it just before this one got the lease
                    return self._fresh(refused) or self._renew(refused)
                finally:
                    self._store.end_lease(self._now())
            if token := self._living(refused):
                return token
            if time.monotonic() > deadline:
                raise Unavailable("another process renews the provider's access token, which takes long")
            time.sleep(_LOOK_SECONDS)
        return token

    def _fresh(self, refused: str | None) -> str | None:
        """Return the token if it need not be renewed, or cannot be; None if Webex is to be asked."""
        is_readable = self._read()
        token = self._living(refused)
        if token is not None:
            return None if is_readable and self._is_due() else token
        failure = self._failure_of_version()
        if failure is not None and failure.lasts(self._now(), None):
            raise failure.error.with_traceback(None)
        return None

    def _read(self) -> bool:
        """Take over the tokens of the database. Return False if they cannot be read, but the known ones still work.

        Tokens of the version that is known are left alone: if an answer of Webex could not be kept, it is only here.
        """
        try:
            found = self._store.read()
            problem = "the database has no tokens of the integration any more: run `python -m bot authorize`"
        except Unreadable as unreadable:
            found, problem = None, str(unreadable)
        if found is None:
            if self._living():
                return False
            raise TokenRefused(problem)
        if self._tokens is None or found.version != self._tokens.version:
            self._tokens = found
        return True

    def _renew(self, refused: str | None) -> str:
        """Ask Webex for new tokens and keep them. The caller has the lease."""
        tokens = self._tokens
        if tokens is None:
            raise TokenRefused("there is no refresh token")
        refusal: TokenRefused | None = None
        for refresh_token in dict.fromkeys(filter(None, (tokens.refresh_token, self._store.environment_token))):
            if refusal is not None:
                self._store.lease(self._now())  # each call takes nearly as long as the lease
            try:
                answer = self._endpoint.renew(refresh_token)
            except TokenRefused as error:
                refusal = refusal or error
            except WebexFailure as error:
                return self._failed(error, tokens, refused)
            else:
                return self._keep(replace(tokens, refresh_token=refresh_token), answer, refused)
        return self._failed(refusal or TokenRefused("there is no refresh token"), tokens, refused)

    def _keep(self, tokens: OpenedTokens, answer: Tokens, refused: str | None) -> str:
        now = self._now()
        refresh_token = answer.refresh_token or tokens.refresh_token
        # If the database fails now, the answer is at least known here.
        self._tokens = OpenedTokens(refresh_token, answer.access_token, answer.access_ends_at, now, tokens.version)
        if refused is not None:
            self._refused_at.append(now)
        kept = self._store.keep_renewed(tokens.version, tokens.refresh_token, answer, now)
        if kept is None:
            log.info("the integration's tokens were replaced during their renewal")
            return self._fresh(refused) or answer.access_token
        self._tokens = kept
        log.info(
            "renewed the provider's access token: it ends at %s, the refresh token at %s",
            *(
                end.isoformat(timespec="seconds") if end else "an unknown time"
                for end in (answer.access_ends_at, answer.refresh_ends_at)
            ),
        )
        return answer.access_token

    def _failed(self, error: WebexFailure, tokens: OpenedTokens, refused: str | None) -> str:
        """Return the token that still works; raise the error if there is none."""
        self._failure = FailedRenewal(error, tokens.version, self._now())
        token = self._living(refused)
        if token is None:
            raise error
        if not isinstance(error, TokenRefused):
            log.warning("the provider's access token is not renewed yet: %s", error)
        return token

    def _living(self, refused: str | None = None) -> str | None:
        """Return the known token, if it has not ended and is not the refused one."""
        tokens = self._tokens
        if tokens is None or tokens.access_token == refused:
            return None
        has_ended = tokens.access_ends_at is not None and tokens.access_ends_at <= self._now()
        return None if has_ended else tokens.access_token

    def _is_due(self) -> bool:
        """Return whether the token is to be renewed now: when a quarter of its life is left."""
        tokens, now = self._tokens, self._now()
        if tokens is None or tokens.access_ends_at is None:
            return False
        life = tokens.access_ends_at - (tokens.renewed_at or tokens.access_ends_at)
        if now < tokens.access_ends_at - life / 4:
            return False
        failure = self._failure_of_version()
        return failure is None or not failure.lasts(now, tokens.access_ends_at)

    def _failure_of_version(self) -> FailedRenewal | None:
        """Return the failed renewal of the known tokens, if the last one failed."""
        failure, tokens = self._failure, self._tokens
        return failure if failure and tokens and failure.version == tokens.version else None

    def _raise_if_too_many_refused(self) -> None:
        latest = self._refused_at
        if len(latest) == _MAX_REFUSED and self._now() < latest[0] + _REFUSED_WITHIN:
            raise _TooManyRefused


class _TooManyRefused(Exception):
    """Webex refuses tokens that were renewed just now."""
