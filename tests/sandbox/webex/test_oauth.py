"""The sandbox's OAuth over HTTP: consent, codes, refreshes, and every way in which they are refused."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sandbox.seed import CLIENT_ID, CLIENT_SECRET, REDIRECT_URI
from sandbox.server import Sandbox
from sandbox.webex.oauth_refusals import INVALID_REQUEST, OF_REFRESH, Refusal
from sandbox.world import PARTNER_ADMIN
from tests.sandbox.client import Caller, wait_until

SCOPE = "spark:people_read spark-admin:broadworks_enterprises_read"
VERIFIER = "a-code-verifier-with-the-length-that-is-required-of-one"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


Fields = Mapping[str, str | None]


class Client:
    """The integration that the seed registers. `ask` is its /authorize, `form` its /access_token."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    def ask(self, **changed: str | None) -> requests.Response:
        query: dict[str, str | None] = {"response_type": "code", "client_id": CLIENT_ID, "redirect_uri": REDIRECT_URI}
        query |= {"scope": SCOPE, "state": "s"} | changed
        return requests.get(self.sandbox.url + "authorize", params=query, allow_redirects=False, timeout=10)

    def answer(self, **changed: str | None) -> dict[str, list[str]]:
        response = self.ask(**changed)
        assert response.status_code == 302, response.text
        address = response.headers["Location"]
        assert address.startswith(REDIRECT_URI + "?")
        return parse_qs(urlsplit(address).query)

    def form(self, fields: Fields, auth: tuple[str, str] | None = None) -> requests.Response:
        if auth is None:
            fields = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **fields}
        return requests.post(self.sandbox.url + "access_token", data=fields, auth=auth, timeout=10)

    def exchange(self, code: str, **changed: str | None) -> requests.Response:
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}
        return self.form({**fields, **changed})

    def refresh(self, token: str, **changed: str | None) -> requests.Response:
        return self.form({"grant_type": "refresh_token", "refresh_token": token, **changed})

    def granted(self) -> dict[str, Any]:
        oauth = self.sandbox.world.oauth
        return oauth.grant(CLIENT_ID, self.sandbox.world.person(PARTNER_ADMIN))


@pytest.fixture
def client(sandbox: Sandbox) -> Client:
    return Client(sandbox)


def status_of(sandbox: Sandbox, token: str, path: str = "people/me") -> int:
    return Caller(sandbox, token).get(path).status_code


def test_a_code_becomes_tokens_of_the_consenting_person(sandbox: Sandbox, client: Client) -> None:
    sent = client.answer()
    assert sent["state"] == ["s"]
    answer = client.exchange(sent["code"][0]).json()
    assert {name: value for name, value in answer.items() if not name.endswith("_token")} == {
        "expires_in": 1209599,
        "refresh_token_expires_in": 7775999,
        "token_type": "Bearer",
        "scope": " ".join(sorted(SCOPE.split())),
    }
    me = Caller(sandbox, answer["access_token"]).get("people/me").json()
    assert me["emails"] == [PARTNER_ADMIN]
    assert client.refresh(answer["refresh_token"]).status_code == 200


def test_a_code_is_good_once_and_not_for_long(sandbox: Sandbox, client: Client) -> None:
    code = client.answer()["code"][0]
    assert client.exchange(code).status_code == 200
    assert client.exchange(code).json()["error"] == "invalid_grant"
    sandbox.world.oauth.code_seconds = 0
    assert client.exchange(client.answer()["code"][0]).json()["error"] == "invalid_grant"


def test_a_code_is_bound_to_its_address_and_its_client(sandbox: Sandbox, client: Client) -> None:
    sandbox.world.oauth.register("other", "o", [REDIRECT_URI], SCOPE.split())
    for changed in ({"redirect_uri": "http://127.0.0.1:1/"}, {"client_id": "other", "client_secret": "o"}):
        assert client.exchange(client.answer()["code"][0], **changed).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(("verifier", "status"), [(VERIFIER, 200), ("x" * 50, 400), (None, 400)])
def test_a_challenge_must_be_met_by_its_verifier(client: Client, verifier: str | None, status: int) -> None:
    sent = client.answer(code_challenge=CHALLENGE, code_challenge_method="S256")
    assert client.exchange(sent["code"][0], code_verifier=verifier).status_code == status


@pytest.mark.parametrize("changed", [{"client_id": "nobody"}, {"redirect_uri": "http://127.0.0.1:1/"}])
def test_an_unknown_client_or_address_gets_no_redirect(client: Client, changed: dict[str, str]) -> None:
    response = client.ask(**changed)
    assert (response.status_code, "Location" in response.headers) == (400, False)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"scope": f"{SCOPE} spark:all"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"response_type": "token"}, "invalid_request"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_a_wrong_question_is_answered_at_the_address(client: Client, changed: dict[str, str], error: str) -> None:
    sent = client.answer(**changed)
    assert (sent["error"], sent["state"], "code" in sent) == ([error], ["s"], False)


def test_a_person_can_say_no(sandbox: Sandbox, client: Client) -> None:
    sandbox.world.oauth.is_consent_denied = True
    assert client.answer()["error"] == ["access_denied"]


def test_the_secret_comes_in_the_form_or_by_http_basic(sandbox: Sandbox, client: Client) -> None:
    token = client.granted()["refresh_token"]
    fields = {"grant_type": "refresh_token", "refresh_token": token}
    assert client.form(fields, auth=(CLIENT_ID, CLIENT_SECRET)).status_code == 200
    for refused in (client.form(fields, auth=(CLIENT_ID, "x")), client.refresh(token, client_secret="x")):
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    logged = repr(list(sandbox.world.requests))
    assert CLIENT_SECRET not in logged
    assert base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode() not in logged


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({}, "invalid_request"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "authorization_code"}, "invalid_request"),
    ],
)
def test_an_incomplete_form_is_refused(client: Client, fields: dict[str, str], error: str) -> None:
    assert client.form(fields).json()["error"] == error


def test_an_access_token_ends_and_a_refresh_brings_another(sandbox: Sandbox, client: Client) -> None:
    sandbox.world.oauth.access_seconds = 0.1
    answer = client.granted()
    wait_until(lambda: status_of(sandbox, answer["access_token"]) == 401)
    sandbox.world.oauth.access_seconds = 60
    renewed = client.refresh(answer["refresh_token"]).json()
    assert (renewed["expires_in"], renewed["refresh_token"]) == (60, answer["refresh_token"])
    assert status_of(sandbox, renewed["access_token"]) == 200


def test_a_refresh_may_bring_no_refresh_token(sandbox: Sandbox, client: Client) -> None:
    sandbox.world.oauth.refresh_answer = "none"
    token = client.granted()["refresh_token"]
    for _ in range(2):
        assert "refresh_token" not in client.refresh(token).json()


def test_an_old_refresh_token_works_until_the_new_one_is_used(sandbox: Sandbox, client: Client) -> None:
    sandbox.world.oauth.refresh_answer = "new"
    old = client.granted()["refresh_token"]
    lost, new = (client.refresh(old).json()["refresh_token"] for _ in range(2))
    assert len({old, lost, new}) == 3
    assert client.refresh(new).status_code == 200
    assert client.refresh(old).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("restarted", [True, False])
def test_a_refresh_may_restart_the_life_of_its_token(sandbox: Sandbox, client: Client, restarted: bool) -> None:
    oauth = sandbox.world.oauth
    oauth.refresh_seconds = 100
    token = client.granted()["refresh_token"]
    oauth.refresh_seconds, oauth.is_refresh_life_restarted = 1000, restarted
    left = client.refresh(token).json()["refresh_token_expires_in"]
    assert (left > 100) is restarted


def test_life_and_scopes_may_be_left_out_of_an_answer(sandbox: Sandbox, client: Client) -> None:
    sandbox.world.oauth.is_refresh_life_named = sandbox.world.oauth.is_scope_named = False
    assert set(client.granted()) == {"access_token", "expires_in", "refresh_token", "token_type"}


def test_a_scope_can_be_left_out_of_what_is_granted(sandbox: Sandbox, client: Client) -> None:
    sandbox.world.oauth.left_out_scopes = {"spark:people_read"}
    answer = client.exchange(client.answer()["code"][0]).json()
    assert answer["scope"] == "spark-admin:broadworks_enterprises_read"
    assert status_of(sandbox, answer["access_token"]) == 403


@pytest.mark.parametrize("refusal", OF_REFRESH)
def test_a_refresh_is_refused_in_every_known_form(sandbox: Sandbox, client: Client, refusal: Refusal) -> None:
    token = client.granted()["refresh_token"]
    sandbox.world.oauth.refuse_refreshes(refusal)
    response = client.refresh(token)
    assert response.status_code == refusal.status
    assert set(response.json()) == (
        {"message", "errors", "trackingId"} if refusal.is_rest else {"error", "error_description"}
    )
    assert client.refresh(token).status_code == 200


def test_refreshes_are_refused_until_they_are_accepted_again(sandbox: Sandbox, client: Client) -> None:
    token = client.granted()["refresh_token"]
    sandbox.world.oauth.refuse_refreshes(INVALID_REQUEST, times=None)
    assert [client.refresh(token).status_code for _ in range(3)] == [400] * 3
    sandbox.world.oauth.accept_refreshes()
    assert client.refresh(token).status_code == 200


def test_a_refresh_token_that_ended_is_refused_as_asked(sandbox: Sandbox, client: Client) -> None:
    oauth = sandbox.world.oauth
    oauth.refresh_seconds, oauth.refusal_when_ended = 0, INVALID_REQUEST
    assert client.refresh(client.granted()["refresh_token"]).json()["error"] == "invalid_request"


def test_revoking_ends_access_and_refresh(sandbox: Sandbox, client: Client) -> None:
    answer = client.granted()
    sandbox.world.oauth.revoke_grants(sandbox.world.person(PARTNER_ADMIN))
    assert status_of(sandbox, answer["access_token"]) == 401
    assert client.refresh(answer["refresh_token"]).status_code == 400
    assert client.refresh(client.granted()["refresh_token"]).status_code == 200


def test_every_refresh_is_recorded_without_its_token(sandbox: Sandbox, client: Client) -> None:
    token = client.granted()["refresh_token"]
    for sent in (token, "wrong", token):
        client.refresh(sent)
    renewals = sandbox.world.oauth.renewals
    assert [one.error for one in renewals] == [None, "invalid_grant", None]
    assert token not in repr(renewals)


def test_a_refresh_whose_answer_is_lost_happens_all_the_same(sandbox: Sandbox, client: Client) -> None:
    token = client.granted()["refresh_token"]
    sandbox.faults.add(path="/access_token", drop="after")
    with pytest.raises(requests.ConnectionError):
        client.refresh(token)
    assert len(sandbox.world.oauth.renewals) == 1
