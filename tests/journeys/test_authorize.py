"""`python -m bot authorize`, both ways over real HTTP, in a process of its own. The test is the browser."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from cryptography.fernet import Fernet
from sqlalchemy import select

from bot.integration.token_store import TokenStore
from sandbox.seed import CLIENT_ID, CLIENT_SECRET
from sandbox.server import Sandbox
from sandbox.webex import scopes
from sandbox.world import PARTNER_ADMIN
from storage.engine.database import Database
from storage.models import ProviderTokenRow
from tests.journeys.processes import ROOT, House, free_port, house, until
from tests.postgres import Server

pytestmark = pytest.mark.server

KEY = Fernet.generate_key().decode()
ADDRESS = re.compile(r"^  (http://\S+/authorize\?\S+)$", re.MULTILINE)
NOTHING_KEPT = "Nothing was kept. The bot's access is as it was before."
SCOPES = (scopes.PEOPLE_READ, scopes.ENTERPRISES_READ, scopes.ENTERPRISES_WRITE, scopes.SUBSCRIBERS_READ)


class Shell:
    """One run of the command. What it prints goes to a file."""

    def __init__(self, sandbox: Sandbox, folder: Path, options: str, environ: dict[str, str]) -> None:
        self.redirect_uri = f"http://127.0.0.1:{free_port()}/callback"
        sandbox.world.oauth.integration(CLIENT_ID).redirect_uris.add(self.redirect_uri)
        self._log = folder / f"said{len(list(folder.glob('said*')))}"
        command = f"-m bot authorize --redirect-uri {self.redirect_uri} {options}"
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, *command.split()],
                cwd=ROOT,
                env=environ,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
            )

    @property
    def said(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def address(self) -> str:
        """Return the address to open, once it is printed."""
        until(lambda: self._process.poll() is not None or ADDRESS.search(self.said) is not None)
        found = ADDRESS.search(self.said)
        assert found, self.said
        return found[1]

    def answer(self) -> str:
        """Open the address in the browser. Return the address that Webex sends the browser to."""
        response = requests.get(self.address(), allow_redirects=False, timeout=10)
        assert response.status_code == 302, response.text
        return response.headers["Location"]

    def type(self, text: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{text}\n".encode())
        self._process.stdin.flush()

    def ended(self) -> int:
        """Return the exit code."""
        if self._process.stdin:
            self._process.stdin.close()
        code = self._process.wait(25)
        assert "Traceback" not in self.said
        assert CLIENT_SECRET not in self.said
        return code

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


Start = Callable[..., Shell]


@pytest.fixture
def start(sandbox: Sandbox, sqlite_url: str, tmp_path: Path) -> Iterator[Start]:
    """Yield a function that starts the command with these options, on SQLite unless told otherwise."""
    started: list[Shell] = []

    def run(options: str = "", **more: str) -> Shell:
        environ = {
            "WEBEX_API_URL": sandbox.url,
            "WEBEX_ADMIN_CLIENT_ID": CLIENT_ID,
            "WEBEX_ADMIN_CLIENT_SECRET": CLIENT_SECRET,
            "BOT_SECRET_KEY": KEY,
            "DATABASE_URL": sqlite_url,
            **more,
        }
        environ = {name: value for name, value in environ.items() if value}
        started.append(Shell(sandbox, tmp_path, options, environ))
        return started[-1]

    yield run
    for each in started:
        each.kill()


@pytest.fixture
def kept(sqlite_url: str) -> Iterator[Callable[[], str | None]]:
    """Yield a function that returns the refresh token in the database."""
    database = Database(sqlite_url)
    yield lambda: refresh_token_in(database)
    database.close()


def refresh_token_in(database: Database) -> str | None:
    tokens = TokenStore(database, CLIENT_ID, (KEY,), environment_token=None).read()
    return None if tokens is None else tokens.refresh_token


def is_accepted(sandbox: Sandbox, refresh_token: str | None) -> bool:
    """Return whether Webex gives an access token for this refresh token."""
    fields = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "grant_type": "refresh_token"}
    sent = requests.post(sandbox.url + "access_token", data={**fields, "refresh_token": refresh_token}, timeout=10)
    return sent.status_code == 200


def test_the_browser_brings_the_answer_and_the_tokens_are_kept(
    sandbox: Sandbox, start: Start, kept: Callable[[], str | None], sqlite_url: str
) -> None:
    shell = start()
    asked = parse_qs(urlsplit(shell.address()).query)
    assert asked["scope"] == [" ".join(SCOPES)]
    assert asked["code_challenge_method"] == ["S256"]
    page = requests.get(shell.address(), timeout=10)
    assert (page.status_code, page.text) == (
        200,
        "The bot has Webex's answer. Close this page and go back to the shell.\n",
    )
    assert shell.ended() == 0
    person = sandbox.world.person(PARTNER_ADMIN)
    for words in (person.display_name, person.email, person.org_id, *SCOPES, "in 14 d", "in 90 d", "A running bot"):
        assert words in shell.said
    refresh_token = kept()
    assert is_accepted(sandbox, refresh_token)
    assert str(refresh_token) not in shell.said
    database = Database(sqlite_url)
    with database.read() as session:
        (row,) = session.scalars(select(ProviderTokenRow)).all()
    database.close()
    assert refresh_token not in (row.refresh_token, row.access_token)
    assert set(row.scopes.split()) == set(SCOPES)


def test_a_pasted_answer_is_taken_on_heroku(sandbox: Sandbox, start: Start, postgres_server: Server) -> None:
    with postgres_server.migrated() as url:
        shell = start("--paste", DYNO="run.1", DATABASE_URL=url)
        shell.type(f"  '{shell.answer()}' ")
        assert shell.ended() == 0, shell.said
        database = Database(url)
        assert is_accepted(sandbox, refresh_token_in(database))
        database.close()


def test_a_wrong_paste_is_explained_and_the_next_one_is_read(start: Start, kept: Callable[[], str | None]) -> None:
    shell = start("--paste")
    right = shell.answer()
    for wrong in (
        "",
        "hello",
        shell.address(),
        right.replace("state=", "state=x"),
        right.replace("code=", "cod="),
        "x" * 9000,
    ):
        shell.type(wrong)
    shell.type(right)
    assert shell.ended() == 0, shell.said
    for words in (
        "This is not an address.",
        "This is the address to open.",
        "does not belong to the address",
        "has no code",
    ):
        assert words in shell.said
    assert kept() is not None


def test_show_prints_the_token_and_keeps_nothing(
    sandbox: Sandbox, start: Start, kept: Callable[[], str | None]
) -> None:
    shell = start("--paste --show", BOT_SECRET_KEY="", DATABASE_URL="", DYNO="run.1")
    shell.type(shell.answer())
    assert shell.ended() == 0, shell.said
    shown = re.search(r"^WEBEX_ADMIN_REFRESH_TOKEN=(\S+)$", shell.said, re.MULTILINE)
    assert shown
    assert is_accepted(sandbox, shown[1])
    assert kept() is None


@pytest.mark.parametrize("options", ["", "--paste"])
def test_a_refused_consent_is_told_and_keeps_nothing(
    sandbox: Sandbox, start: Start, kept: Callable[[], str | None], options: str
) -> None:
    sandbox.world.oauth.is_consent_denied = True
    shell = start(options)
    answer = shell.answer()
    if options:
        shell.type(answer)
    else:
        assert "Webex did not agree: access_denied" in requests.get(answer, timeout=10).text
    assert shell.ended() == 1
    assert "Error: Webex did not agree: access_denied (The user or the administrator denied the request)." in shell.said
    assert NOTHING_KEPT in shell.said
    assert kept() is None


def test_an_outdated_database_ends_it_before_anything_is_asked(start: Start, postgres_server: Server) -> None:
    with postgres_server.empty() as url:
        shell = start("--paste", DATABASE_URL=url)
        assert shell.ended() == 2
    assert "run `python -m bot db upgrade` first" in shell.said
    assert not ADDRESS.search(shell.said)


def test_a_running_bot_takes_over_what_is_authorized_later(sandbox: Sandbox, sqlite_url: str, tmp_path: Path) -> None:
    integration = {
        "WEBEX_ADMIN_TOKEN": "",
        "WEBEX_ADMIN_CLIENT_ID": CLIENT_ID,
        "WEBEX_ADMIN_CLIENT_SECRET": CLIENT_SECRET,
        "BOT_SECRET_KEY": KEY,
    }
    with house(sandbox, sqlite_url, tmp_path) as bot:
        bot.more.update(integration)
        assert bot.start("python -m bot serve").wait() == 2
        assert "run `python -m bot authorize`" in bot.processes[-1].said
        authorize(bot)
        bot.serve()
        until(lambda: is_served(sandbox))
        sandbox.world.oauth.revoke_grants()
        authorize(bot)
        bot.type("sync")
        until(lambda: any("completed" in (one.markdown or "") for one in bot.answers()))


def is_served(sandbox: Sandbox) -> bool:
    """Return whether the sandbox has served a call of the provider."""
    return any(one.path.startswith("/broadworks") and one.status == 200 for one in list(sandbox.world.requests))


def authorize(bot: House) -> None:
    environ = {name: value for name, value in bot.environ.items() if value}
    shell = Shell(bot.sandbox, bot.folder, "", environ)
    requests.get(shell.address(), timeout=10)
    assert shell.ended() == 0, shell.said
    bot.sandbox.world.requests.clear()
