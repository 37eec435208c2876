"""The integration's tokens under real processes: they are renewed all the while, and nobody notices."""

import base64
import os
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, update

from sandbox.seed import CLIENT_ID, CLIENT_SECRET
from sandbox.server import Sandbox
from sandbox.webex.json_shapes import Json
from sandbox.world import PARTNER_ADMIN
from storage.models import LeaseRow, RosterRow
from tests.journeys.processes import PROCFILE, House, Process, until

HANGING = 30.0
NOTICED = re.compile(r" (WARNING|ERROR|CRITICAL) |Traceback")


def key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def integrated(bot: House) -> House:
    """Give the bot an integration instead of a fixed token."""
    bot.more |= {
        "WEBEX_ADMIN_TOKEN": "",
        "WEBEX_ADMIN_CLIENT_ID": CLIENT_ID,
        "WEBEX_ADMIN_CLIENT_SECRET": CLIENT_SECRET,
        "WEBEX_ADMIN_REFRESH_TOKEN": consent(bot.sandbox),
        "BOT_SECRET_KEY": key(),
        "SYNC_HOLD": "0s",
        "ROSTER_MAX_AGE": "0s",
    }
    return bot


def consent(sandbox: Sandbox) -> str:
    """Return a refresh token, as if the partner admin had just consented."""
    tokens: Json = sandbox.world.oauth.grant(CLIENT_ID, sandbox.world.person(PARTNER_ADMIN))
    return str(tokens["refresh_token"])


@pytest.fixture
def small(small: House) -> House:
    """Return a bot on SQLite, with an integration."""
    return integrated(small)


@pytest.fixture
def large(large: House) -> House:
    """Return a bot on PostgreSQL, with an integration."""
    return integrated(large)


def renewals(bot: House) -> list[datetime]:
    """Return when access tokens were renewed. None of the renewals was refused."""
    asked = list(bot.sandbox.world.oauth.renewals)
    assert not [renewal for renewal in asked if renewal.error]
    return [renewal.at for renewal in asked]


def sync(bot: House) -> None:
    """Have Ana sync, and wait until the sync has completed and its file has come."""
    before = len(bot.answers())
    bot.type("sync")
    until(lambda: len(bot.answers()) == before + 2 and "completed" in (bot.answers()[before].markdown or ""))
    assert bot.answers()[-1].files


def hides_its_secrets(bot: House) -> None:
    issued = bot.sandbox.world.oauth
    secrets = {CLIENT_SECRET, *bot.more["BOT_SECRET_KEY"].split(",")}
    secrets |= {token for grant in issued._grants for token in (*grant.access_tokens, *grant.refresh_tokens)}
    for process in bot.processes:
        assert not [secret for secret in secrets if secret in process.said]


def has_failed_roster(bot: House) -> bool:
    """Return whether a roster could not be read, and is tried again."""
    failed = select(RosterRow.id).where(RosterRow.due_at.is_not(None), RosterRow.error.is_not(None))
    with bot.database.read() as session:
        return session.scalar(failed) is not None


def end_leases(bot: House) -> None:
    """End the leases that a killed process has left, as some seconds would."""
    with bot.database.write() as session:
        session.execute(update(LeaseRow).values(until=datetime.now(UTC) - timedelta(seconds=1)))


def test_tokens_that_live_seconds_are_renewed_once_each_and_nobody_notices(large: House) -> None:
    life = 2.4
    large.sandbox.world.oauth.access_seconds = life
    large.sandbox.world.oauth.refresh_answer = "new"
    large.wait_until_ready(large.start(PROCFILE["web"]))
    workers = [large.start(PROCFILE["worker"], PORT="") for _ in range(2)]
    until(lambda: len(large.webhooks()) == 5)
    while len(renewals(large)) < 4:
        sync(large)
    assert min((after - before).total_seconds() for before, after in pairwise(renewals(large))) >= life / 2
    for process in workers:
        process.terminate(all_of_it=True)
    assert not [line for process in workers for line in process.said.splitlines() if NOTICED.search(line)]
    hides_its_secrets(large)


def test_a_kill_during_a_renewal_loses_nothing(large: House) -> None:
    oauth, faults = large.sandbox.world.oauth, large.sandbox.faults
    oauth.access_seconds, oauth.refresh_answer = 2.4, "new"
    large.wait_until_ready(large.start(PROCFILE["web"]))
    first = large.start(PROCFILE["worker"])
    until(lambda: len(renewals(large)) == 1)
    faults.add(path="/access_token", delay=HANGING, drop="before")
    second = large.start(PROCFILE["worker"])
    until(lambda: faults.is_clear)
    first.kill()
    faults.clear()
    kill_when_served(large, second)
    end_leases(large)
    until(lambda: not second.running)
    third = large.start(PROCFILE["worker"])
    end_leases(large)
    sync(large)
    assert len(renewals(large)) >= 3
    assert "Traceback" not in first.said + second.said + third.said
    hides_its_secrets(large)


def kill_when_served(bot: House, process: Process) -> None:
    """Kill the process once the sandbox has renewed its token, before it gets the answer."""
    oauth = bot.sandbox.world.oauth
    serve = oauth.refresh

    def refresh(client_id: str, refresh_token: str) -> Json:
        answer = serve(client_id, refresh_token)
        oauth.refresh = serve  # type: ignore[method-assign]
        process.strike()
        return answer

    oauth.refresh = refresh  # type: ignore[method-assign]


def test_a_changed_refresh_token_and_a_new_key_are_taken_at_a_restart(small: House) -> None:
    oauth, first, old_key = small.sandbox.world.oauth, small.serve(), small.more["BOT_SECRET_KEY"]
    until(lambda: len(renewals(small)) == 1)
    first.terminate()
    oauth.revoke_grants()
    new_key = key()
    small.more |= {"WEBEX_ADMIN_REFRESH_TOKEN": consent(small.sandbox), "BOT_SECRET_KEY": f"{new_key},{old_key}"}
    second = small.serve()
    until(lambda: len(renewals(small)) == 2)
    second.terminate()
    small.more |= {"WEBEX_ADMIN_REFRESH_TOKEN": "", "BOT_SECRET_KEY": new_key}
    third = small.serve()
    sync(small)
    assert len(renewals(small)) == 2
    assert not NOTICED.search(second.said + third.said)
    hides_its_secrets(small)


def test_a_revoked_token_or_an_endpoint_that_is_away_ends_no_sync(small: House) -> None:
    oauth = small.sandbox.world.oauth
    serve = small.serve()
    until(lambda: len(renewals(small)) == 1)
    for token in oauth._grants[0].access_tokens:
        small.sandbox.world.tokens.refuse(token)
    sync(small)
    assert len(renewals(small)) == 2
    assert not NOTICED.search(serve.said)
    small.sandbox.faults.add(path="/access_token", status=503, times=None)
    for token in oauth._grants[0].access_tokens:
        small.sandbox.world.tokens.refuse(token)
    small.type("licenses")
    small.type("sync")
    until(lambda: "503" in serve.said)
    until(lambda: has_failed_roster(small))
    small.sandbox.faults.clear()
    until(lambda: "completed" in (small.answers()[-2].markdown or ""))
    assert not re.search(r" ERROR |Traceback|refus", serve.said)
    assert len(re.findall(" WARNING ", serve.said)) == 1
