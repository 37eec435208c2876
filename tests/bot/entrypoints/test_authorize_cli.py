"""What `authorize` refuses and says, against the sandbox. `tests/journeys/test_authorize.py` runs it as a process."""

import os
import re
import socket
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
import requests
from cryptography.fernet import Fernet

from bot.__main__ import main
from bot.entrypoints import authorize_flow
from bot.entrypoints.authorize_receiver import Receiver
from bot.integration.token_store import TokenStore
from sandbox.seed import CLIENT_ID, CLIENT_SECRET
from sandbox.server import Sandbox
from sandbox.webex import scopes
from sandbox.world import PARTNER_ADMIN
from storage.engine.database import Database
from tests.journeys.processes import free_port

pytestmark = pytest.mark.server

KEY = Fernet.generate_key().decode()
ADDRESS = re.compile(r"^  (http://\S+/authorize\?\S+)$", re.MULTILINE)
NOTHING_KEPT = "Nothing was kept. The bot's access is as it was before."
ANA = "ana@acme.example"
SCOPES = (scopes.PEOPLE_READ, scopes.ENTERPRISES_READ, scopes.ENTERPRISES_WRITE, scopes.SUBSCRIBERS_READ)


class Shell:
    """A person at a shell with a browser: opens the address that is printed, and pastes where the browser ends.

    It is the standard input of the command, which reads from it when it is ready for the paste.
    """

    def __init__(self, sandbox: Sandbox, environ: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
        self.environ = environ
        self.redirect_uri = f"http://127.0.0.1:{free_port()}/callback"
        sandbox.world.oauth.integration(CLIENT_ID).redirect_uris.add(self.redirect_uri)
        self.pastes: list[str | None] = [None]
        self._capsys = capsys
        self._said = ""

    @property
    def said(self) -> str:
        captured = self._capsys.readouterr()
        self._said += captured.out + captured.err
        return self._said

    def readline(self, size: int) -> bytes:
        """Return the next line: a text, or the answer of Webex for None."""
        if not self.pastes:
            return b""
        text = self.pastes.pop(0)
        return f"{self._answer() if text is None else text}\n".encode()

    def run(self, options: str = "--paste", **more: str) -> int:
        """Return the exit code."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "environ", {name: value for name, value in (self.environ | more).items() if value})
            patch.setattr(sys, "stdin", SimpleNamespace(buffer=self))
            patch.setattr(authorize_flow, "ANSWER_WAIT", timedelta(seconds=0.1))
            with pytest.raises(SystemExit) as ended:
                main(["authorize", "--redirect-uri", self.redirect_uri, *options.split()])
        assert isinstance(ended.value.code, int)
        assert CLIENT_SECRET not in self.said
        return ended.value.code

    def _answer(self) -> str:
        address = ADDRESS.findall(self.said)[-1]
        return requests.get(address, allow_redirects=False, timeout=10).headers["Location"]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def shell(
    sandbox: Sandbox, sqlite_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    monkeypatch.setattr("bot.entrypoints.startup.log_to_stderr", lambda: None)
    environ = {
        "WEBEX_API_URL": sandbox.url,
        "WEBEX_ADMIN_CLIENT_ID": CLIENT_ID,
        "WEBEX_ADMIN_CLIENT_SECRET": CLIENT_SECRET,
        "BOT_SECRET_KEY": KEY,
        "DATABASE_URL": sqlite_url,
    }
    return Shell(sandbox, environ, capsys)


Kept = Callable[[], str | None]


@pytest.fixture
def kept(sqlite_url: str) -> Iterator[Kept]:
    """Yield a function that returns the refresh token in the database."""
    database = Database(sqlite_url)

    def refresh_token() -> str | None:
        tokens = TokenStore(database, CLIENT_ID, (KEY,), environment_token=None).read()
        return None if tokens is None else tokens.refresh_token

    yield refresh_token
    database.close()


@pytest.mark.parametrize("more", [{}, {"WEBEX_ADMIN_REFRESH_TOKEN": "old"}])
def test_the_new_tokens_win_over_those_of_the_environment(shell: Shell, kept: Kept, more: dict[str, str]) -> None:
    assert shell.run(**more) == 0
    authorized = kept()
    database = Database(shell.environ["DATABASE_URL"])
    store = TokenStore(database, CLIENT_ID, (KEY,), environment_token=more.get("WEBEX_ADMIN_REFRESH_TOKEN"))
    store.prepare()
    database.close()
    assert kept() == authorized


def test_the_end_of_the_input_keeps_nothing(shell: Shell, kept: Kept) -> None:
    shell.pastes = ["hello"]
    assert shell.run() == 1
    assert "No address with an answer was pasted." in shell.said
    assert NOTHING_KEPT in shell.said
    assert kept() is None


def test_not_more_than_some_pastes_are_read(shell: Shell, kept: Kept) -> None:
    shell.pastes = ["hello"] * authorize_flow.MAX_PASTES + [None]
    assert shell.run() == 1
    assert kept() is None


def test_an_answer_that_does_not_come_in_time_keeps_nothing(shell: Shell, kept: Kept) -> None:
    assert shell.run("") == 1
    assert "add --paste" in shell.said
    assert NOTHING_KEPT in shell.said
    assert kept() is None


def change_secret(sandbox: Sandbox) -> None:
    sandbox.world.oauth.integration(CLIENT_ID).client_secret = "another"


def let_codes_end(sandbox: Sandbox) -> None:
    sandbox.world.oauth.code_seconds = 0


def let_ana_consent(sandbox: Sandbox) -> None:
    sandbox.world.oauth.consenting = sandbox.world.person(ANA)


def leave_out_license_holders(sandbox: Sandbox) -> None:
    sandbox.world.oauth.left_out_scopes = {scopes.SUBSCRIBERS_READ}


def leave_out_enterprises(sandbox: Sandbox) -> None:
    sandbox.world.oauth.left_out_scopes = {scopes.ENTERPRISES_READ}


def leave_out_people(sandbox: Sandbox) -> None:
    sandbox.world.oauth.left_out_scopes = {scopes.PEOPLE_READ}


def refuse_license_holders(sandbox: Sandbox) -> None:
    sandbox.faults.add(path="/broadworks/subscribers", status=403, times=None)


def refuse_otherwise(sandbox: Sandbox) -> None:
    sandbox.faults.add(path="/access_token", status=400, times=None)


def break_token_endpoint(sandbox: Sandbox) -> None:
    sandbox.faults.add(path="/access_token", status=503, times=None)


def break_enterprises(sandbox: Sandbox) -> None:
    sandbox.faults.add(path="/broadworks", status=503, times=None)


def end_tokens_at_once(sandbox: Sandbox) -> None:
    sandbox.world.oauth.access_seconds = 0


def send_no_refresh_token(sandbox: Sandbox) -> None:
    token = sandbox.world.tokens.issue(sandbox.world.person(PARTNER_ADMIN), SCOPES, 60)
    sandbox.faults.add(path="/access_token", status=200, body={"access_token": token, "expires_in": 60})


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (
            change_secret,
            ["does not accept the client id and the client secret", "Webex answered 401", "invalid_client"],
        ),
        (let_codes_end, ["Webex accepts an answer only once", "Webex answered 400", "invalid_grant"]),
        (refuse_otherwise, ["only once", "If that fails, too, check WEBEX_ADMIN_CLIENT_ID", "Webex answered 400"]),
        (refuse_license_holders, ["Webex does not let Provider One Administrator", "read license holders", "partner"]),
        (let_ana_consent, ["Webex does not let Ana Ferreira (ana@acme.example) read enterprises", "Partner Hub"]),
        (
            leave_out_license_holders,
            ["lacks scopes: spark-admin:broadworks_subscribers_read.", "It has: spark-admin:", "developer.webex.com"],
        ),
        (leave_out_enterprises, ["lacks the scope spark-admin:broadworks_enterprises_read", "developer.webex.com"]),
        (leave_out_people, ["lacks the scope spark:people_read", "developer.webex.com"]),
        (break_token_endpoint, ["Webex answered 503"]),
        (break_enterprises, ["could not be tested", "Webex answered 503", "in a few minutes"]),
        (end_tokens_at_once, ["Webex refuses the token that it has just given"]),
        (send_no_refresh_token, ["Webex sent no refresh token"]),
    ],
)
def test_what_webex_refuses_is_told_and_keeps_nothing(
    sandbox: Sandbox, shell: Shell, kept: Kept, trouble: Callable[[Sandbox], None], words: list[str]
) -> None:
    trouble(sandbox)
    assert shell.run() == 1
    assert not [each for each in (*words, NOTHING_KEPT) if each not in shell.said], shell.said
    assert kept() is None


def test_what_was_kept_before_stays_until_webex_accepts_another(sandbox: Sandbox, shell: Shell, kept: Kept) -> None:
    assert shell.run() == 0
    first = kept()
    let_ana_consent(sandbox)
    shell.pastes = [None]
    assert shell.run() == 1
    assert kept() == first
    sandbox.world.oauth.consenting = sandbox.world.person(PARTNER_ADMIN)
    shell.pastes = [None]
    assert shell.run() == 0
    assert kept() != first


def test_lives_that_webex_does_not_name_are_said_so(sandbox: Sandbox, shell: Shell) -> None:
    sandbox.world.oauth.is_refresh_life_named = sandbox.world.oauth.is_scope_named = False
    assert shell.run() == 0
    assert "The refresh token lives until a time that Webex did not name (usually 90 days)." in shell.said
    assert "Webex did not name its scopes." in shell.said


@pytest.mark.parametrize(("trouble", "other"), [(change_secret, "once"), (let_codes_end, "CLIENT_ID")])
def test_only_the_cause_that_webex_names_is_told(
    sandbox: Sandbox, shell: Shell, trouble: Callable[[Sandbox], None], other: str
) -> None:
    trouble(sandbox)
    assert shell.run() == 1
    assert other not in shell.said.partition("Error:")[2]


@pytest.mark.parametrize("options", ["", "--paste"])
def test_ctrl_c_says_that_nothing_was_kept(
    shell: Shell, kept: Kept, monkeypatch: pytest.MonkeyPatch, options: str
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Shell, "readline", interrupt)
    monkeypatch.setattr(Receiver, "wait", interrupt)
    assert shell.run(options) == 1
    assert f"Error: You stopped this with Ctrl-C.\n{NOTHING_KEPT}\n" in shell.said
    assert kept() is None


def test_settings_that_are_no_longer_needed_are_named(shell: Shell) -> None:
    assert shell.run(WEBEX_ADMIN_TOKEN=PARTNER_ADMIN, WEBEX_ADMIN_REFRESH_TOKEN="old") == 0
    before, _, after = shell.said.partition("Open this address")
    assert "WEBEX_ADMIN_TOKEN is set, too" in before
    assert "WEBEX_ADMIN_TOKEN is set, too" in after
    assert "WEBEX_ADMIN_REFRESH_TOKEN is set, too." in shell.said


@pytest.mark.parametrize(
    ("options", "more", "words"),
    [
        ("", {"BOT_SECRET_KEY": ""}, ["BOT_SECRET_KEY is not set", "`openssl rand -base64 32`"]),
        ("", {"WEBEX_ADMIN_CLIENT_ID": ""}, ["WEBEX_ADMIN_CLIENT_ID is not set, and `authorize` needs it"]),
        ("--show", {"WEBEX_ADMIN_CLIENT_SECRET": ""}, ["WEBEX_ADMIN_CLIENT_SECRET is not set"]),
        ("--paste", {"DATABASE_URL": "", "DYNO": "run.1"}, ["DATABASE_URL must name a PostgreSQL database"]),
        ("--show", {"DYNO": "run.1"}, ["No browser reaches a dyno of Heroku. Add --paste."]),
        (
            "--redirect-uri https://bot.example/callback",
            {},
            ["--redirect-uri", "only at http://127.0.0.1, http://localhost or http://[::1]", "add --paste"],
        ),
        ("--redirect-uri callback", {}, ["callback is not an address such as http://127.0.0.1:8765/callback"]),
    ],
)
def test_wrong_settings_end_it_before_anything_is_asked(
    shell: Shell, options: str, more: dict[str, str], words: list[str]
) -> None:
    assert shell.run(options, **more) == 2
    said = " ".join(shell.said.split())
    assert not [each for each in words if each not in said], shell.said
    assert not ADDRESS.search(shell.said)


def test_a_taken_port_ends_it_before_anything_is_asked(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert shell.run(f"--redirect-uri http://127.0.0.1:{taken.getsockname()[1]}/callback") == 2
    assert "The bot cannot receive the answer at http://127.0.0.1:" in shell.said
    assert "Address already in use" in shell.said
    assert not ADDRESS.search(shell.said)
