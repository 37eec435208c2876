"""The access token of the integration: kept in memory, and renewed in time by one process for all.

`current` costs nothing until the token nears its end. Then one thread looks at the database. If no other process has
renewed the token, this one takes the lease, asks Webex and keeps the answer; meanwhile the token still works for all
others. Only after its end, or after a 401, they wait for the new one.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NoReturn, Protocol

from bot.integration.failed_renewal import FailedRenewal
from bot.integration.known_tokens import KnownTokens
from bot.integration.opened_tokens import OpenedTokens
from bot.integration.token_store import TokenStore
from bot.webex.errors import TokenRefused, TokenUnavailable, WebexFailure
from bot.webex.tokens import Tokens

log = logging.getLogger(__name__)

MAX_WAIT_SECONDS = 5.0
"""How long a call waits for another process to renew the token. Then it fails, and its job tries it again."""

_MAX_TURN_SECONDS = 15.0
"""How long a call waits for another thread to renew the token: longer than that thread waits for Webex."""

_LOOK_SECONDS = 0.1

_WARN_EVERY = timedelta(minutes=5)
"""How often the log says that the token cannot be renewed: the calls that wait for it say nothing."""


class Endpoint(Protocol):
    """What gives new tokens."""

    def renew(self, refresh_token: str) -> Tokens:
        """Return new tokens. Raise TokenRefused for a refusal, another WebexFailure if none can be had now."""


class RenewedToken:
    """The access token of an integration, for any thread."""

    def __init__(self, store: TokenStore, endpoint: Endpoint, now: Callable[[], datetime]) -> None:
        self._store, self._endpoint, self._now = store, endpoint, now
        self._turn = threading.Lock()
        self._known = KnownTokens(store, now)
        self._warned: tuple[bool, datetime] | None = None

    def current(self) -> str:
        """Return the token to send now. Raise TokenRefused or TokenUnavailable if it has ended and is not renewed."""
        token = self._known.working()
        if token is not None and not self._known.is_due():
            return token
        with self._my_turn(0 if token else _MAX_TURN_SECONDS) as is_mine:
            if is_mine:
                return self._look_or_renew()
        return token or _raise_renewed_elsewhere("thread")

    def renewed(self, refused: str) -> str | None:
        """Return another token than the one that Webex has refused. Return None if it has refused many just now."""
        if token := self._known.working(refused):
            return token
        with self._my_turn(_MAX_TURN_SECONDS) as is_mine:
            if not is_mine:
                _raise_renewed_elsewhere("thread")
            try:
                return self._look_or_renew(refused)
            except _TooManyRefused:
                return None

    def look(self) -> None:
        """Take over what other processes have kept, and keep an answer of Webex that could not be kept before."""
        with self._my_turn(0) as is_mine:
            if is_mine:
                self._known.read()

    @property
    def refusal(self) -> TokenRefused | None:
        """Why Webex will not renew the token, while it still works; None if it will, or if nobody has asked."""
        failure = self._known.failure
        return failure.refusal if failure and self._known.working() else None

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
            if refused is not None and self._known.has_refused_too_many():
                raise _TooManyRefused
            if self._store.lease(self._now()):
                try:  # another process may have renewed it just before this one got the lease
                    return self._fresh(refused) or self._renew(refused)
                finally:
                    self._store.end_lease(self._now())
            if token := self._known.working(refused):
                return token
            if time.monotonic() > deadline:
                _raise_renewed_elsewhere("process")
            time.sleep(_LOOK_SECONDS)
        return token

    def _fresh(self, refused: str | None) -> str | None:
        """Return the token if it need not be renewed, or cannot be; None if Webex is to be asked."""
        is_readable = self._known.read()
        token = self._known.working(refused)
        if token is not None:
            return None if is_readable and self._known.is_due() else token
        failure = self._known.failure
        if failure is not None and failure.lasts(self._now(), None):
            raise failure.to_raise()
        return None

    def _renew(self, refused: str | None) -> str:
        """Ask Webex for new tokens and keep them. The caller has the lease."""
        tokens = self._known.tokens
        if tokens is None:
            raise TokenRefused("there is no refresh token")
        refusal: TokenRefused | None = None
        candidates = (tokens.refresh_token, tokens.replaced_token, self._store.environment_token)
        for refresh_token in dict.fromkeys(filter(None, candidates)):
            try:
                answer = self._endpoint.renew(refresh_token)
            except TokenRefused as error:
                refusal = refusal or error
                if self._has_lost_lease(tokens):  # then the refresh token may have been used up by another process
                    return self._known.working(refused) or _raise_renewed_elsewhere("process")
            except WebexFailure as error:
                return self._failed(error, tokens, refused)
            else:
                if refusal is not None and tokens.refresh_token == self._store.environment_token:
                    log.error("WEBEX_ADMIN_REFRESH_TOKEN is refused, so the one before goes on: unset it. %s", refusal)
                renewed = replace(tokens, refresh_token=refresh_token)
                is_kept = self._known.keep(renewed, answer, is_forced=refused is not None)
                return answer.access_token if is_kept else self._fresh(refused) or answer.access_token
        return self._failed(refusal or TokenRefused("there is no refresh token"), tokens, refused)

    def _has_lost_lease(self, tokens: OpenedTokens) -> bool:
        """Return whether another process renews these tokens, or has done so. Else take the lease for another call."""
        has_lease = self._store.lease(self._now())
        self._known.read()
        return not has_lease or self._known.tokens is None or self._known.tokens.version != tokens.version

    def _failed(self, error: WebexFailure, tokens: OpenedTokens, refused: str | None) -> str:
        """Return the token that still works; raise why there is none."""
        failure = FailedRenewal(error, tokens.version, self._now())
        self._known.set_failure(failure)
        token = self._known.working(refused)
        if failure.refusal is None:  # a refusal is told to the operators
            self._warn(error, has_token=token is not None)
        if token is None:
            raise failure.to_raise()
        return token

    def _warn(self, error: WebexFailure, *, has_token: bool) -> None:
        """Log that the token is not renewed: once, again when it has ended, and then every _WARN_EVERY."""
        now = self._now()
        if self._warned is not None:
            had_token, at = self._warned
            if had_token == has_token and at <= now < at + _WARN_EVERY:
                return
        self._warned = (has_token, now)
        consequence = "the one before still works" if has_token else "the provider's calls wait for it"
        log.warning("the provider's access token cannot be renewed yet, and %s: %s", consequence, error)


def _raise_renewed_elsewhere(where: str) -> NoReturn:
    raise TokenUnavailable(f"another {where} renews the provider's access token, which takes long")


class _TooManyRefused(Exception):
    """Webex refuses tokens that were renewed just now."""
