"""The look at both tokens at a start: each line of it, by breaking a token."""

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.entrypoints import startup, wiring
from bot.entrypoints.token_look import MAX_SECONDS, look_at_tokens
from bot.formatting.times import iso
from bot.jobs import token_look
from bot.jobs.engine.context import Context
from bot.settings.load import Settings
from bot.settings.secret import Secret
from bot.webex.errors import AccessRefused
from sandbox.server import Sandbox
from sandbox.world import BOT, PARTNER_ADMIN
from storage import access_refusals
from storage.engine.database import Database
from storage.models import OutboxRow
from storage.values.provider_access import AccessSubject
from tests.journeys.house import ANA, OLGA, SAM
from tests.journeys.processes import House, until

GUEST = "guest@elsewhere.example"


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    opened.close()


def started(sandbox: Sandbox, database: Database, bot: str = BOT, admin: str = PARTNER_ADMIN, url: str = "") -> Context:
    """Return the context of a process with these tokens."""
    settings = Settings(
        webex_bot_token=Secret(bot),
        webex_admin_token=Secret(admin),
        webex_api_url=url or sandbox.url,
        bot_operators=(OLGA,),
    )
    startup.apply_settings(database, settings)
    return wiring.build_context(settings, database)


def refused(database: Database) -> list[AccessSubject]:
    with database.read() as session:
        return [refusal.subject for refusal in access_refusals.current(session)]


def told(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(OutboxRow.markdown)))


def lines(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == level and "bot" in record.name]


def test_tokens_that_are_right_are_named_and_a_fixed_one_is_warned_of(
    sandbox: Sandbox, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    look_at_tokens(started(sandbox, database))
    bot, admin = [line for line in lines(caplog, logging.INFO) if line.startswith("WEBEX_")]
    assert bot == "WEBEX_BOT_TOKEN is the token of the bot DirSync"
    assert admin.startswith("WEBEX_ADMIN_TOKEN is the token of Provider One Administrator: it can read enterprises and")
    (warning,) = lines(caplog, logging.WARNING)
    assert "14 days" in warning
    assert "12 hours" in warning
    assert "python -m bot authorize" in warning
    assert lines(caplog, logging.ERROR) == []
    assert refused(database) == []


@pytest.mark.parametrize(
    ("bot", "admin", "said"),
    [
        (PARTNER_ADMIN, BOT, "WEBEX_BOT_TOKEN and WEBEX_ADMIN_TOKEN are swapped"),
        (ANA, PARTNER_ADMIN, "WEBEX_BOT_TOKEN is the access token of a person, Ana Ferreira, not of a bot"),
        (PARTNER_ADMIN, PARTNER_ADMIN, "WEBEX_BOT_TOKEN is the access token of a person"),
        (GUEST, PARTNER_ADMIN, "WEBEX_BOT_TOKEN is the access token of a guest"),
    ],
)
def test_a_persons_token_as_the_bots_ends_the_start(
    sandbox: Sandbox, database: Database, capsys: pytest.CaptureFixture[str], bot: str, admin: str, said: str
) -> None:
    guest = replace(sandbox.world.add_person(GUEST), type="appuser")
    sandbox.world.people._by_email[GUEST] = guest
    with pytest.raises(SystemExit) as ended:
        look_at_tokens(started(sandbox, database, bot, admin))
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(said)
    assert "@" not in line
    assert {(request.method, request.path) for request in sandbox.world.requests} == {("GET", "/people/me")}


@pytest.mark.parametrize("trouble", ["503", "slow"])
def test_a_persons_token_as_the_bots_ends_the_start_in_any_case(
    sandbox: Sandbox,
    database: Database,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    trouble: str,
) -> None:
    monkeypatch.setattr("bot.entrypoints.token_look.MAX_SECONDS", 0.5)
    sandbox.faults.add(token=PARTNER_ADMIN, path="/", status=503, times=None, delay=30 if trouble == "slow" else 0)
    with pytest.raises(SystemExit) as ended:
        look_at_tokens(started(sandbox, database, ANA))
    assert ended.value.code == 2
    assert "is the access token of a person" in capsys.readouterr().err
    sandbox.faults.clear()


@pytest.mark.parametrize(
    ("admin", "said"),
    [
        (BOT, "WEBEX_ADMIN_TOKEN is the bot's own token"),
        ("dirsync2@webex.bot", "WEBEX_ADMIN_TOKEN is the token of a bot"),
    ],
)
def test_a_bots_token_as_the_admins_is_an_error(
    sandbox: Sandbox, database: Database, caplog: pytest.LogCaptureFixture, admin: str, said: str
) -> None:
    sandbox.world.add_person("dirsync2@webex.bot", bot=True)
    look_at_tokens(started(sandbox, database, admin=admin))
    (line,) = lines(caplog, logging.ERROR)
    (message,) = told(database)
    assert "refuses my access" in message
    for text in (line, message.replace("`", "")):
        assert said in text
        assert "a bot may not read enterprises" in text
        assert "spark-admin" not in text


def test_an_admin_without_the_role_is_an_error_that_operators_hear_of(
    sandbox: Sandbox, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    look_at_tokens(started(sandbox, database, admin=SAM))
    (line,) = lines(caplog, logging.ERROR)
    assert "spark-admin:broadworks_enterprises_read and spark-admin:broadworks_subscribers_read" in line
    assert "the role of a partner administrator" in line
    assert any("WEBEX_ADMIN_TOKEN is the token of Sam " in line for line in lines(caplog, logging.WARNING))
    assert len(told(database)) == 1


def test_an_admin_without_one_scope_is_an_error_that_names_it(
    sandbox: Sandbox, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.faults.add(path="/broadworks/subscribers", token=PARTNER_ADMIN, status=403, times=None)
    look_at_tokens(started(sandbox, database))
    (line,) = lines(caplog, logging.ERROR)
    assert "broadworks_subscribers_read" in line
    assert "enterprises_read" not in line


@pytest.mark.parametrize(
    ("token", "name", "subject"),
    [(BOT, "WEBEX_BOT_TOKEN", AccessSubject.BOT), (PARTNER_ADMIN, "WEBEX_ADMIN_TOKEN", AccessSubject.ADMIN)],
)
def test_a_refused_token_is_one_error_and_the_bot_starts(
    sandbox: Sandbox,
    database: Database,
    caplog: pytest.LogCaptureFixture,
    token: str,
    name: str,
    subject: AccessSubject,
) -> None:
    fault = sandbox.faults.add(path="/", token=token, status=401, times=None)
    look_at_tokens(started(sandbox, database))
    (line,) = lines(caplog, logging.ERROR)
    assert name in line
    assert "tracking id SANDBOX" in line
    assert refused(database) == [subject]
    messages = 1 if subject is AccessSubject.ADMIN else 0
    assert len(told(database)) == messages
    for _ in range(2):
        caplog.clear()
        look_at_tokens(started(sandbox, database))
        (line,) = lines(caplog, logging.ERROR)
        assert name in line
    assert len(told(database)) == messages
    fault.times = 0
    look_at_tokens(started(sandbox, database))
    assert refused(database) == []


def test_a_start_names_the_reason_of_now_and_when_it_began(
    sandbox: Sandbox, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with database.write() as session:
        began = datetime.now(UTC) - timedelta(hours=2)
        access_refusals.mark_refused(session, AccessSubject.BOT, began, "an old reason", None)
        access_refusals.mark_refused(session, AccessSubject.SYNCS, began, "403 to a start", None)
    look_at_tokens(started(sandbox, database, bot="nobody@webex.bot"))
    bot, syncs = lines(caplog, logging.ERROR)
    assert "WEBEX_BOT_TOKEN" in bot
    assert "401" in bot
    assert "an old reason" not in bot
    assert f"This began at {iso(began)}" in bot
    assert "broadworks_enterprises_write" in syncs
    assert "403 to a start" in syncs


def test_an_admin_whose_name_may_not_be_read_is_no_error(
    sandbox: Sandbox, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    sandbox.faults.add(path="/people/me", token=PARTNER_ADMIN, status=403, times=None)
    look_at_tokens(started(sandbox, database))
    assert any(
        "does not say whose the token of WEBEX_ADMIN_TOKEN is" in line for line in lines(caplog, logging.WARNING)
    )
    assert any("it can read enterprises" in line for line in lines(caplog, logging.INFO))
    assert lines(caplog, logging.ERROR) == []


@pytest.mark.parametrize("trouble", ["refused", "503", "slow"])
def test_a_start_without_webex_goes_on_and_the_look_is_made_up_for(
    sandbox: Sandbox,
    database: Database,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    trouble: str,
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr("bot.entrypoints.token_look.MAX_SECONDS", 0.5)
    assert MAX_SECONDS <= 10
    if trouble == "503":
        sandbox.faults.add(path="/people/me", status=503)
    if trouble == "slow":
        sandbox.faults.add(path="/people/me", status=503, delay=30)
    context = started(sandbox, database, url="http://127.0.0.1:9/v1/" if trouble == "refused" else "")
    began = time.monotonic()
    look_at_tokens(context)
    assert time.monotonic() - began < 3
    assert any("could not be looked at, so this is done later" in line for line in lines(caplog, logging.WARNING))
    assert not context.access.is_looked_at
    sandbox.faults.clear()
    again = started(sandbox, database)
    again.access.is_looked_at = False
    token_look.make_up(again)
    assert again.access.is_looked_at
    assert any("is the token of the bot DirSync" in line for line in lines(caplog, logging.INFO))


def test_a_persons_token_that_is_found_late_is_an_error_and_a_closed_gate(
    sandbox: Sandbox, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    context = started(sandbox, database, bot=ANA)
    context.access.is_looked_at = False
    token_look.make_up(context)
    (line,) = lines(caplog, logging.ERROR)
    assert "WEBEX_BOT_TOKEN is the access token of a person" in line
    assert refused(database) == [AccessSubject.BOT]
    calls = len(sandbox.world.requests)
    with pytest.raises(AccessRefused):
        context.me()
    token_look.make_up(context)
    assert len(sandbox.world.requests) == calls


def test_processes_with_a_persons_token_end_before_they_do_anything(small: House) -> None:
    both = [small.start(f"python -m bot {name}", WEBEX_BOT_TOKEN=ANA) for name in ("serve", "worker")]
    assert [process.wait() for process in both] == [2, 2]
    for process in both:
        assert "WEBEX_BOT_TOKEN is the access token of a person, Ana Ferreira" in process.said.splitlines()[-1]
        assert "Traceback" not in process.said
    assert {(request.method, request.path) for request in small.sandbox.world.requests} == {("GET", "/people/me")}


def test_a_persons_token_that_is_found_late_does_nothing_and_is_unhealthy(small: House) -> None:
    small.sandbox.faults.add(path="/people/me", token=ANA, status=503)
    serve = small.start("python -m bot serve", WEBEX_BOT_TOKEN=ANA)
    until(lambda: small.status("/readyz") == 503 and "not of a bot" in serve.said)
    assert {request.path for request in small.sandbox.world.requests if request.token == ANA} == {"/people/me"}
    health = small.start("python -m bot health")
    assert health.wait() == 1
    assert "not of a bot" in health.said
    assert serve.terminate() < 10
