"""OAuth for integrations: a person consents, a code becomes tokens, and a refresh token brings new access tokens.

Webex answered refreshes in different ways, so the attributes of `OAuth` choose. Tests change them.
"""

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Iterable
from threading import RLock
from typing import Literal

from sandbox.webex.access_tokens import AccessTokens
from sandbox.webex.json_shapes import Json
from sandbox.webex.oauth_records import Code, Grant, Integration, Renewal
from sandbox.webex.oauth_refusals import (
    ACCESS_DENIED,
    INVALID_CLIENT,
    INVALID_GRANT,
    INVALID_SCOPE,
    OAuthError,
    Refusal,
)
from sandbox.webex.people import Person
from sandbox.webex.times import now


class OAuth:
    """Integrations and what people allowed them. `clock` returns seconds.

    Attributes:
        access_seconds, refresh_seconds, code_seconds: lives of what is issued next.
        refresh_answer: the refresh token in the answer to a refresh: the same, none, or a new one. With a new one,
            the old one is accepted until the new one has been used.
        is_refresh_life_restarted: whether each refresh starts the life of the refresh token again.
        is_refresh_life_named, is_scope_named: whether answers have `refresh_token_expires_in` and `scope`.
        refusal_when_ended: the answer to a refresh token that is unknown, revoked or at its end.
        left_out_scopes: scopes that nobody gets, although the client is registered for them.
        consenting: the person who is asked at /authorize.
        is_consent_denied: whether that person says no.
        renewals: every refresh that was asked for.
    """

    def __init__(self, lock: RLock, tokens: AccessTokens, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock = lock
        self._tokens = tokens
        self._clock = clock
        self._integrations: dict[str, Integration] = {}
        self._codes: dict[str, Code] = {}
        self._grants: list[Grant] = []
        self._refusal: Refusal | None = None
        self._refusals_left: int | None = 0
        self.access_seconds = 1_209_599.0
        self.refresh_seconds = 7_775_999.0
        self.code_seconds = 60.0
        self.refresh_answer: Literal["same", "none", "new"] = "same"
        self.is_refresh_life_restarted = True
        self.is_refresh_life_named = True
        self.is_scope_named = True
        self.refusal_when_ended = INVALID_GRANT
        self.left_out_scopes: set[str] = set()
        self.consenting: Person | None = None
        self.is_consent_denied = False
        self.renewals: list[Renewal] = []

    def register(
        self, client_id: str, client_secret: str, redirect_uris: Iterable[str], scopes: Iterable[str]
    ) -> Integration:
        """Register an integration. Its addresses and scopes can be changed later."""
        integration = Integration(client_id, client_secret, set(redirect_uris), set(scopes))
        self._integrations[client_id] = integration
        return integration

    def integration(self, client_id: str) -> Integration:
        """Return the integration with that id. Raise KeyError if there is none."""
        return self._integrations[client_id]

    def authorize(self, client_id: str, redirect_uri: str, scopes: frozenset[str], challenge: str | None) -> str:
        """Return a code for a registered client, or raise why the person or the client gets none."""
        with self._lock:
            if not scopes or not scopes <= self._integrations[client_id].scopes:
                raise OAuthError(INVALID_SCOPE)
            if self.is_consent_denied or self.consenting is None:
                raise OAuthError(ACCESS_DENIED)
            code = secrets.token_urlsafe(32)
            ends_at = self._clock() + self.code_seconds
            self._codes[code] = Code(client_id, self.consenting, redirect_uri, scopes, challenge, ends_at)
            return code

    def check_client(self, client_id: str, client_secret: str) -> None:
        """Raise invalid_client unless the client exists and this is its secret."""
        known = self._integrations.get(client_id)
        if known is None or not hmac.compare_digest(known.client_secret.encode(), client_secret.encode()):
            raise OAuthError(INVALID_CLIENT)

    def exchange(self, client_id: str, code: str, redirect_uri: str, verifier: str | None) -> Json:
        """Return the tokens for a code. A code is good for one attempt, also a failed one."""
        with self._lock:
            issued = self._codes.pop(code, None)
            if (
                issued is None
                or issued.client_id != client_id
                or issued.redirect_uri != redirect_uri
                or self._clock() >= issued.ends_at
                or not _proves(verifier, issued.challenge)
            ):
                raise OAuthError(INVALID_GRANT)
            return self.grant(client_id, issued.person, issued.scopes)

    def grant(self, client_id: str, person: Person, scopes: Iterable[str] | None = None) -> Json:
        """Return tokens as if the person had consented, by default to all scopes of the client."""
        with self._lock:
            wanted = frozenset(self._integrations[client_id].scopes if scopes is None else scopes)
            granted = wanted - self.left_out_scopes
            grant = Grant(client_id, person, granted, self._clock() + self.refresh_seconds)
            grant.refresh_tokens.append(secrets.token_urlsafe(48))
            self._grants.append(grant)
            return self._answer(grant, grant.refresh_tokens[-1])

    def refresh(self, client_id: str, refresh_token: str) -> Json:
        """Return a new access token for a refresh token. Record the attempt."""
        with self._lock:
            try:
                answer = self._refresh(client_id, refresh_token)
            except OAuthError as error:
                self.renewals.append(Renewal(client_id, now(), error.refusal.error or error.refusal.description))
                raise
            self.renewals.append(Renewal(client_id, now(), None))
            return answer

    def refuse_refreshes(self, refusal: Refusal, times: int | None = 1) -> None:
        """Refuse the next refreshes; None refuses all until `accept_refreshes`."""
        with self._lock:
            self._refusal, self._refusals_left = refusal, times

    def accept_refreshes(self) -> None:
        """Answer refreshes again."""
        self._refusal = None

    def revoke_grants(self, person: Person | None = None) -> None:
        """End what a person (None: everybody) allowed, with all tokens: the admin left, or blocked the client."""
        with self._lock:
            for grant in self._grants:
                if person in (None, grant.person):
                    grant.refresh_tokens.clear()
                    for token in grant.access_tokens:
                        self._tokens.refuse(token)

    def _refresh(self, client_id: str, refresh_token: str) -> Json:
        if self._refusal is not None and self._refusals_left != 0:
            if self._refusals_left is not None:
                self._refusals_left -= 1
            raise OAuthError(self._refusal)
        found = (one for one in self._grants if one.client_id == client_id and refresh_token in one.refresh_tokens)
        grant = next(found, None)
        if grant is None or self._clock() >= grant.refresh_ends_at:
            raise OAuthError(self.refusal_when_ended)
        del grant.refresh_tokens[: grant.refresh_tokens.index(refresh_token)]
        if self.is_refresh_life_restarted:
            grant.refresh_ends_at = self._clock() + self.refresh_seconds
        if self.refresh_answer == "new":
            grant.refresh_tokens.append(secrets.token_urlsafe(48))
            return self._answer(grant, grant.refresh_tokens[-1])
        return self._answer(grant, refresh_token if self.refresh_answer == "same" else None)

    def _answer(self, grant: Grant, refresh_token: str | None) -> Json:
        token = self._tokens.issue(grant.person, grant.scopes, self.access_seconds)
        grant.access_tokens.append(token)
        answer: Json = {"access_token": token, "expires_in": round(self.access_seconds), "token_type": "Bearer"}
        if refresh_token is not None:
            answer["refresh_token"] = refresh_token
        if self.is_refresh_life_named:
            answer["refresh_token_expires_in"] = max(0, round(grant.refresh_ends_at - self._clock()))
        if self.is_scope_named:
            answer["scope"] = " ".join(sorted(grant.scopes))
        return answer


def _proves(verifier: str | None, challenge: str | None) -> bool:
    """Return whether a code verifier belongs to a challenge (PKCE, S256)."""
    if challenge is None:
        return True
    if not verifier:
        return False
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(digest, challenge.encode())
