"""Tokens of an integration by OAuth 2.0: Authlib asks Webex for them.

Seen with Webex: an access token lives 14 days, a refresh token 90. The answer to a renewal need not have a refresh
token, and does not always begin the 90 days again. A refusal has OAuth's shape (`error`, `error_description`) or that
of the rest of the API (`message`, `errors`, `trackingId`).
"""

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import requests
from authlib.integrations.requests_client import OAuth2Session

from bot.webex.access_token import fits_header
from bot.webex.deadline import within
from bot.webex.error_responses import listed_errors, load_json, redacted, retry_after
from bot.webex.errors import AnswerLost, RateLimited, TokenRefused, Unavailable, WebexFailure
from bot.webex.json_fields import Item, as_int, storable

MAX_CALL_SECONDS = 10.0
"""Time for a whole call: a lease that is a little longer keeps other processes from the same call."""

_CONNECT_SECONDS, _READ_SECONDS = 5.0, 8.0
_MAX_BODY_BYTES = 64 * 1024
_MAX_LIFE = timedelta(days=3660)
_CALL = "POST access_token"
_IN_THE_FORM = "client_secret_post"
"""Where Webex expects the client id and the secret."""
_REFUSED = (400, 401, 403)
_OWN_TROUBLE = ("server_error", "temporarily_unavailable")
"""Errors of OAuth that say nothing about the token."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What Webex answered. It need not say when a token ends, nor send a refresh token."""

    access_token: str = field(repr=False)
    access_ends_at: datetime | None
    refresh_token: str | None = field(repr=False)
    refresh_ends_at: datetime | None
    scopes: str


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """What a person is asked for: the address to open, and what belongs to the answer."""

    address: str
    redirect_uri: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)


class TokenEndpoint:
    """The place where Webex gives tokens to an integration or a service app."""

    def __init__(self, client_id: str, client_secret: str, api_url: str, now: Callable[[], datetime]) -> None:
        """Take the base of the Webex API, which ends in a slash."""
        self._client_id, self._client_secret = client_id, client_secret
        self._url, self._consent_url = f"{api_url}access_token", f"{api_url}authorize"
        self._now = now

    def renew(self, refresh_token: str) -> Tokens:
        """Return new tokens. Raise TokenRefused if Webex refuses the refresh token, the client id or the secret."""
        return self._ask(
            lambda session, options: session.refresh_token(self._url, refresh_token=refresh_token, **options),
            (refresh_token, self._client_secret),
        )

    def exchange(self, code: str, redirect_uri: str, code_verifier: str) -> Tokens:
        """Return the first tokens, for the code that Webex sent. Raise TokenRefused if Webex refuses it."""
        asked = {"grant_type": "authorization_code", "code": code}
        asked |= {"redirect_uri": redirect_uri, "code_verifier": code_verifier}
        return self._ask(
            lambda session, options: session.fetch_token(self._url, **asked, **options),
            (code, code_verifier, self._client_secret),
        )

    def consent_request(self, redirect_uri: str, scopes: Sequence[str]) -> ConsentRequest:
        """Return a new question to a person, with a state and a PKCE challenge of its own."""
        state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
        with OAuth2Session(
            self._client_id, scope=" ".join(scopes), redirect_uri=redirect_uri, code_challenge_method="S256"
        ) as session:
            address, _ = session.create_authorization_url(self._consent_url, state=state, code_verifier=verifier)
        # A space as %20 means the same to everybody; every real plus sign is %2B here.
        return ConsentRequest(address.replace("+", "%20"), redirect_uri, state, verifier)

    def _ask(self, grant: Callable[[OAuth2Session, dict[str, object]], object], secrets: tuple[str, ...]) -> Tokens:
        """Return the tokens that a grant gets. No text of an error has one of the secrets."""
        answered: list[Item] = []

        def check(response: requests.Response) -> requests.Response:
            answer = _checked(response, secrets, self._now())
            answered.append(answer)
            # Authlib would fail on a life that is no number; this module reads the lives by itself.
            kept = {name: value for name, value in answer.items() if name not in ("expires_in", "expires_at")}
            response._content = json.dumps(kept).encode()
            return response

        def call() -> None:
            with OAuth2Session(self._client_id, self._client_secret, _IN_THE_FORM) as session:
                for hook in ("access_token_response", "refresh_token_response"):
                    session.register_compliance_hook(hook, check)
                timeout = (_CONNECT_SECONDS, _READ_SECONDS)
                grant(session, {"timeout": timeout, "stream": True, "allow_redirects": False})

        asked_at = self._now()
        try:
            within(MAX_CALL_SECONDS, call, "tokens")
        except (requests.RequestException, TimeoutError) as error:
            reason = _shown(f"{type(error).__name__}: {error}", secrets)
            raise AnswerLost(f"no answer from Webex to {_CALL}: {reason}") from None
        return _tokens(answered[0], asked_at)


def _checked(response: requests.Response, secrets: tuple[str, ...], now: datetime) -> Item:
    """Return the JSON object of a success with an access token; raise the error of any other answer."""
    body = b""
    for chunk in response.iter_content(4096):
        body += chunk
        if len(body) > _MAX_BODY_BYTES:
            raise Unavailable(f"Webex's answer to {_CALL} is longer than {_MAX_BODY_BYTES:,} bytes")
    try:
        content = load_json(body)
    except ValueError:
        content = None  # the page of a proxy, for example, which cannot refuse a token
    answer: Item = content if isinstance(content, dict) else {}
    tracking_id = _shown(response.headers.get("TrackingID") or answer.get("trackingId"), secrets) or None
    if content is None and response.status_code in _REFUSED:
        raise Unavailable(f"{response.status_code} came for {_CALL}, and no words of Webex", tracking_id=tracking_id)
    if response.status_code >= 300 or "error" in answer:
        raise _failure(response, answer, secrets, now, tracking_id)
    token = answer.get("access_token")
    if not isinstance(token, str) or not fits_header(token):
        raise Unavailable(f"Webex's answer to {_CALL} has no access token", tracking_id=tracking_id)
    return answer


def _failure(
    response: requests.Response, answer: Item, secrets: tuple[str, ...], now: datetime, tracking_id: str | None
) -> WebexFailure:
    status, error = response.status_code, answer.get("error")
    said = (
        error,
        answer.get("error_description"),
        answer.get("message"),
        *(each.get("description") for each in listed_errors(answer)),
    )
    sentences = [sentence for each in said if (sentence := _shown(each, secrets))]
    summary = ": ".join((f"Webex answered {status} to {_CALL}", *dict.fromkeys(sentences)))
    if status in (423, 429):
        pause = retry_after(response.headers.get("Retry-After"), now)
        return RateLimited(summary, retry_after=pause, tracking_id=tracking_id)
    is_refused = status in _REFUSED or (status < 300 and isinstance(error, str))
    if is_refused and error not in _OWN_TROUBLE:
        return TokenRefused(summary, tracking_id=tracking_id)
    return Unavailable(summary, tracking_id=tracking_id)


def _tokens(answer: Item, asked_at: datetime) -> Tokens:
    refresh_token, scope = answer.get("refresh_token"), answer.get("scope")
    return Tokens(
        access_token=str(answer["access_token"]),
        access_ends_at=_end(answer.get("expires_in"), asked_at),
        refresh_token=refresh_token if isinstance(refresh_token, str) and fits_header(refresh_token) else None,
        refresh_ends_at=_end(answer.get("refresh_token_expires_in"), asked_at),
        scopes=" ".join(storable(scope).split()) if isinstance(scope, str) else "",
    )


def _end(seconds: object, asked_at: datetime) -> datetime | None:
    """Return when a token ends, counted from before the call; None for a life that is no number of seconds."""
    life = as_int(seconds)
    return asked_at + min(timedelta(seconds=life), _MAX_LIFE) if life is not None and 0 < life < 2**31 else None


def _shown(value: object, secrets: tuple[str, ...]) -> str:
    """Return a text for an error, on one line and without the secrets; an empty text if it is none."""
    first, *others = secrets
    for secret in others:
        value = value.replace(secret, "[token]") if isinstance(value, str) else None
    return redacted(value, first)
