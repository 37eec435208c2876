"""The tokens of the integration in the database: they are sealed there, and opened here."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.integration.opened_tokens import OpenedTokens, opened_tokens, replaced_token, sealed_tokens
from bot.integration.seal import Seal, Unreadable
from bot.webex.tokens import MAX_CALL_SECONDS, Tokens
from storage import provider_tokens
from storage.engine import leases
from storage.engine.database import Database
from storage.values.provider_access import KeptTokens

log = logging.getLogger(__name__)

RENEWAL_LEASE = timedelta(seconds=MAX_CALL_SECONDS + 2)
"""How long one process alone may renew: a little longer than one call. After a crash, others wait no longer."""

_LEASE_NAME = "provider token"
_SAME_END = timedelta(minutes=10)
"""Two ends this close are the same: each is counted from the time of an answer."""


_NO_KEY_OPENS = (
    "No key of BOT_SECRET_KEY opens the tokens in the database: set the key that they were written with, "
    "or run `python -m bot authorize`"
)


class NoRefreshToken(Exception):
    """There is no refresh token to begin with; the message says what to do."""


class TokenStore:
    """The row of one integration."""

    def __init__(
        self, database: Database, client_id: str, keys: Sequence[str], *, environment_token: str | None
    ) -> None:
        """Take the keys of BOT_SECRET_KEY, and WEBEX_ADMIN_REFRESH_TOKEN if that is set."""
        self.environment_token = environment_token
        self._database, self._client_id = database, client_id
        self._seal = Seal(keys)

    def prepare(self) -> None:
        """Take over a refresh token that is new in the environment, and seal the tokens with the first key.

        Raise NoRefreshToken if there is none, neither in the environment nor in the database.
        """
        given = self.environment_token
        with self._database.write() as session:
            kept = provider_tokens.lock(session, self._client_id)
            if kept is None and given is None:
                raise NoRefreshToken(
                    "The integration has no refresh token: run `python -m bot authorize`, "
                    "or set WEBEX_ADMIN_REFRESH_TOKEN."
                )
            if kept is not None:
                try:
                    self._seal_again(session, kept)
                except Unreadable:
                    if given is None:
                        raise NoRefreshToken(f"{_NO_KEY_OPENS}, or set WEBEX_ADMIN_REFRESH_TOKEN.") from None
                    log.error("%s. Until then the bot uses WEBEX_ADMIN_REFRESH_TOKEN", _NO_KEY_OPENS)
                    self._take_over(session, given, kept)
                    return
            if given is not None and (kept is None or kept.environment_digest != _digest(given)):
                self._take_over(session, given, provider_tokens.lock(session, self._client_id))
                log.info("begins with the refresh token of WEBEX_ADMIN_REFRESH_TOKEN")

    def read(self) -> OpenedTokens | None:
        """Return the tokens, None if there are none. Raise Unreadable if no key opens them."""
        with self._database.quick_read() as session:
            kept = provider_tokens.find(session, self._client_id)
        return None if kept is None else opened_tokens(self._seal, kept)

    def lease(self, now: datetime) -> bool:
        """Take the right to renew, or take it longer. Return False while another process has it."""
        with self._database.write() as session:
            return leases.take(session, _LEASE_NAME, self._database.name, now, RENEWAL_LEASE)

    def end_lease(self, now: datetime) -> None:
        """Let other processes renew."""
        with self._database.write() as session:
            leases.give_back(session, _LEASE_NAME, self._database.name, now)

    def keep_renewed(self, version: int, refresh_token: str, answer: Tokens, now: datetime) -> OpenedTokens | None:
        """Keep what Webex answered to a renewal with this refresh token, and return it.

        Return None if the row has another version by now: then it has other tokens.
        """
        with self._database.write() as session:
            kept = provider_tokens.lock(session, self._client_id)
            if kept is None or kept.version != version:
                return None
            return self._replace(session, kept, refresh_token, answer, now)

    def keep_authorized(self, answer: Tokens, now: datetime) -> None:
        """Keep the tokens that an admin has just authorized; they win over those of the environment.

        Raise ValueError if the answer has no refresh token.
        """
        if answer.refresh_token is None:
            raise ValueError("Webex gave no refresh token")
        with self._database.write() as session:
            provider_tokens.add(session, self._client_id, self._seal.sealed(answer.refresh_token))
            kept = provider_tokens.lock(session, self._client_id)
            if kept is None:
                raise LookupError("the tokens were deleted meanwhile")
            digest = _digest(self.environment_token) if self.environment_token else kept.environment_digest
            kept = replace(kept, environment_digest=digest, refresh_ends_at=None)
            self._replace(session, kept, answer.refresh_token, answer, now)

    def _take_over(self, session: Session, refresh_token: str, kept: KeptTokens | None) -> None:
        """Begin with a refresh token: the access token, and when each ends, come with the first renewal.

        Until then the refresh token before it stays: Webex may refuse the new one, which may be mistyped.
        """
        sealed = sealed_tokens(self._seal, refresh_token, None)
        provider_tokens.add(session, self._client_id, self._seal.sealed(refresh_token))
        unknown = dict.fromkeys(("access_ends_at", "refresh_ends_at", "renewed_at", "told_days"))
        provider_tokens.replace(
            session,
            self._client_id,
            **sealed,
            **unknown,
            scopes="",
            environment_digest=_digest(refresh_token),
            replaced_token=kept and (kept.replaced_token or kept.refresh_token),
        )

    def _seal_again(self, session: Session, kept: KeptTokens) -> None:
        """Seal the tokens with the first key, unless they are. Raise Unreadable if no key opens them.

        If a key opens only the refresh token before these, go back to that one.
        """
        try:
            opened = opened_tokens(self._seal, kept)
        except Unreadable:
            replaced = replaced_token(self._seal, kept)
            if replaced is None:
                raise
            self._take_over(session, replaced, None)
            return
        if not self._seal.has_first_key(kept.refresh_token):
            sealed = sealed_tokens(self._seal, opened.refresh_token, opened.access_token)
            if opened.replaced_token:
                sealed["replaced_token"] = self._seal.sealed(opened.replaced_token)
            provider_tokens.seal_again(session, self._client_id, **sealed)
            log.info("encrypted the integration's tokens with the first key of BOT_SECRET_KEY")

    def _replace(
        self, session: Session, kept: KeptTokens, refresh_token: str, answer: Tokens, now: datetime
    ) -> OpenedTokens:
        """Keep an answer of Webex in place of these tokens. What the answer does not tell stays as it is known."""
        refresh_token = answer.refresh_token or refresh_token
        ends_at = answer.refresh_ends_at or kept.refresh_ends_at
        is_longer = ends_at is None or kept.refresh_ends_at is None or ends_at > kept.refresh_ends_at + _SAME_END
        provider_tokens.replace(
            session,
            self._client_id,
            **sealed_tokens(self._seal, refresh_token, answer.access_token),
            access_ends_at=answer.access_ends_at,
            refresh_ends_at=ends_at,
            scopes=answer.scopes or kept.scopes,
            environment_digest=kept.environment_digest,
            replaced_token=None,
            renewed_at=now,
            told_days=None if is_longer else kept.told_days,
        )
        return OpenedTokens(refresh_token, answer.access_token, answer.access_ends_at, now, kept.version + 1)


def _digest(refresh_token: str) -> str:
    return hashlib.sha256(refresh_token.encode()).hexdigest()
