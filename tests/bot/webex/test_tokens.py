"""What becomes of a renewal, whatever Webex's token endpoint answers."""

import base64
import logging
import threading
import time
import traceback
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from bot.webex import tokens
from bot.webex.errors import AnswerLost, RateLimited, TokenRefused, Unavailable, WebexFailure
from bot.webex.tokens import TokenEndpoint, Tokens
from tests.bot.webex.scripted import Answer, Drop, Raw, Scripted, Stall, Step

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN = "C0ffee", "a-very-secret-client-secret", "a-very-secret-refresh-token"
ACCESS_TOKEN = "a-very-secret-access-token"
WHOLE = {
    "access_token": ACCESS_TOKEN,
    "expires_in": 1209599,
    "refresh_token": "another-refresh-token",
    "refresh_token_expires_in": 6223532,
    "token_type": "Bearer",
    "scope": "spark:people_read spark-admin:broadworks_enterprises_read",
}


def endpoint(server: Scripted) -> TokenEndpoint:
    return TokenEndpoint(CLIENT_ID, CLIENT_SECRET, server.url, lambda: NOW)


def renewed(server: Scripted, content: object) -> Tokens:
    server.script(Answer(content=content))
    return endpoint(server).renew(REFRESH_TOKEN)


def failure(server: Scripted, step: Step) -> WebexFailure:
    """What a renewal raises if the server does this. It shows no secret."""
    server.script(step)
    with pytest.raises(WebexFailure) as raised:
        endpoint(server).renew(REFRESH_TOKEN)
    shown = "".join(traceback.format_exception(raised.value)) + repr(vars(raised.value))
    assert not [secret for secret in (CLIENT_SECRET, REFRESH_TOKEN, ACCESS_TOKEN) if secret in shown]
    return raised.value


def test_a_renewal_is_one_form_with_client_and_refresh_token(server: Scripted) -> None:
    renewed(server, WHOLE)
    (heard,) = server.heard
    assert (heard.method, heard.target) == ("POST", "/v1/access_token")
    assert "Authorization" not in heard.headers
    assert heard.headers["Content-Type"].startswith("application/x-www-form-urlencoded")
    assert parse_qs(heard.body.decode()) == {
        "grant_type": ["refresh_token"],
        "client_id": [CLIENT_ID],
        "client_secret": [CLIENT_SECRET],
        "refresh_token": [REFRESH_TOKEN],
    }


def test_a_renewal_returns_tokens_ends_and_scopes(server: Scripted) -> None:
    assert renewed(server, WHOLE) == Tokens(
        access_token=ACCESS_TOKEN,
        access_ends_at=NOW + timedelta(seconds=1209599),
        refresh_token="another-refresh-token",
        refresh_ends_at=NOW + timedelta(seconds=6223532),
        scopes="spark:people_read spark-admin:broadworks_enterprises_read",
    )


def test_an_exchange_sends_the_code_and_its_verifier(server: Scripted) -> None:
    server.script(Answer(content=WHOLE))
    answer = endpoint(server).exchange("the-code", "http://127.0.0.1:8765/callback", "the-verifier")
    assert answer.refresh_token == "another-refresh-token"
    assert parse_qs(server.heard[0].body.decode()) == {
        "grant_type": ["authorization_code"],
        "client_id": [CLIENT_ID],
        "client_secret": [CLIENT_SECRET],
        "code": ["the-code"],
        "redirect_uri": ["http://127.0.0.1:8765/callback"],
        "code_verifier": ["the-verifier"],
    }


def test_all_but_the_access_token_may_be_missing(server: Scripted) -> None:
    assert renewed(server, {"access_token": ACCESS_TOKEN}) == Tokens(ACCESS_TOKEN, None, None, None, "")


@pytest.mark.parametrize("life", ["soon", -5, 0, 1.5, None, True, [], {}, 10**30, "9" * 400])
def test_a_life_that_makes_no_sense_is_unknown(server: Scripted, life: object) -> None:
    answer = renewed(server, {**WHOLE, "expires_in": life, "expires_at": life, "refresh_token_expires_in": life})
    assert (answer.access_ends_at, answer.refresh_ends_at) == (None, None)


def test_a_life_may_be_written_as_text(server: Scripted) -> None:
    assert renewed(server, {**WHOLE, "expires_in": "60"}).access_ends_at == NOW + timedelta(minutes=1)


@pytest.mark.parametrize("odd", [None, 5, [], {}, "", "\0", "\n \0"])
def test_odd_fields_beside_the_access_token_do_no_harm(server: Scripted, odd: object) -> None:
    answer = renewed(server, {**WHOLE, "refresh_token": odd, "scope": odd, "token_type": odd, "more": odd})
    assert (answer.access_token, answer.refresh_token, answer.scopes) == (ACCESS_TOKEN, None, "")


def test_half_a_surrogate_pair_is_no_refresh_token_and_replaced_in_scopes(server: Scripted) -> None:
    answer = renewed(server, {**WHOLE, "refresh_token": "\ud800", "scope": "a\ud800 b"})
    assert (answer.refresh_token, answer.scopes) == (None, "a\ufffd b")


@pytest.mark.parametrize("secret", [CLIENT_SECRET, REFRESH_TOKEN])
def test_a_secret_that_a_long_text_cuts_is_hidden(server: Scripted, secret: str) -> None:
    for length in range(270, 300):
        said = str(failure(server, Answer(400, {"error_description": "x" * length + secret})))
        assert secret[:4] not in said


OAUTH = {"error": "invalid_grant", "error_description": f"The refresh token {REFRESH_TOKEN} is at its end."}
REST = {
    "message": f"The refresh token {REFRESH_TOKEN} is not valid.",
    "errors": [{"description": f"Not valid: {CLIENT_SECRET}"}],
    "trackingId": "T_7",
}


@pytest.mark.parametrize("status", [400, 401, 403])
@pytest.mark.parametrize(
    "body", [OAUTH, {**OAUTH, "error": "invalid_request"}, {"error": "invalid_client"}, REST, None]
)
def test_a_refusal_of_either_shape_is_a_refused_token(server: Scripted, status: int, body: object) -> None:
    raised = failure(server, Answer(status, body, {"TrackingID": "T_7"}))
    assert type(raised) is TokenRefused
    assert raised.tracking_id == "T_7"
    assert str(raised).startswith(f"Webex answered {status} to POST access_token")


def test_a_refusal_says_what_webex_said_of_it(server: Scripted) -> None:
    assert "invalid_grant: The refresh token [token] is at its end." in str(failure(server, Answer(400, OAUTH)))
    said = str(failure(server, Answer(400, REST)))
    assert "The refresh token [token] is not valid.: Not valid: [token] (tracking id T_7)" in said


def test_an_error_with_a_status_of_success_is_a_refusal(server: Scripted) -> None:
    assert type(failure(server, Answer(200, {**WHOLE, **OAUTH}))) is TokenRefused


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500, OAUTH),
        Answer(502, b"<html>Bad Gateway</html>"),
        Answer(503, REST),
        Answer(400, {"error": "temporarily_unavailable"}),
        Answer(404, {"message": "no such place"}),
        Answer(403, b"<html>Your company does not allow this</html>"),
        Answer(405),
        Answer(307, headers={"Location": "http://127.0.0.1:1/"}),
        Answer(200, b"<html>Welcome to our network</html>"),
        Answer(200, b"[" * 5000),
        Answer(200, [WHOLE]),
        Answer(200, {**WHOLE, "access_token": ""}),
        Answer(200, {**WHOLE, "access_token": None}),
        Answer(200, {**WHOLE, "access_token": f"two {ACCESS_TOKEN} words"}),
        Answer(204),
        Answer(200, {**WHOLE, "padding": "x" * 70_000}),
        Answer(400, b"x" * 70_000),
        Raw(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"access_token": '),
        Raw(b"SSH-2.0-OpenSSH_9.6\r\n"),
        Drop(),
        Drop(after_reading=False),
    ],
)
def test_any_other_answer_is_no_refusal(server: Scripted, answer: Step) -> None:
    raised = failure(server, answer)
    assert isinstance(raised, Unavailable)
    assert not isinstance(raised, TokenRefused)
    assert server.connections == 1


@pytest.mark.parametrize("status", [423, 429])
def test_a_busy_endpoint_says_how_long_to_wait(server: Scripted, status: int) -> None:
    raised = failure(server, Answer(status, OAUTH, {"Retry-After": "30"}))
    assert isinstance(raised, RateLimited)
    assert raised.retry_after == timedelta(seconds=30)


@pytest.mark.server
def test_an_endpoint_that_is_not_there_is_a_lost_answer() -> None:
    with Scripted() as gone:
        address = gone.url
    with pytest.raises(AnswerLost):
        TokenEndpoint(CLIENT_ID, CLIENT_SECRET, address, lambda: NOW).renew(REFRESH_TOKEN)


def test_a_renewal_has_a_deadline_of_its_own(server: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MAX_CALL_SECONDS", 0.3)
    began = time.monotonic()
    assert type(failure(server, Stall())) is AnswerLost
    assert time.monotonic() - began < 5
    server.over.set()
    for thread in threading.enumerate():
        if thread.name == "tokens":
            thread.join(5)


def test_no_secret_is_logged(server: Scripted, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    renewed(server, WHOLE)
    failure(server, Answer(400, OAUTH))
    assert caplog.records
    basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    secrets = (CLIENT_SECRET, REFRESH_TOKEN, ACCESS_TOKEN, "another-refresh-token", basic)
    assert not [secret for secret in secrets if secret in caplog.text]
    assert ACCESS_TOKEN not in repr(renewed(server, WHOLE))
