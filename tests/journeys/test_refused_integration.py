"""Webex refuses an integration, under real processes: operators hear what to do, and a sync waits for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from sandbox.world import PARTNER_ADMIN
from tests.journeys.processes import House, house, until
from tests.journeys.test_provider_token import consent, integrated

OLGA = "olga@provider.example"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(sync_seconds=0.3) as running:
        yield running


@pytest.fixture
def small(sandbox: Sandbox, tmp_path: Path) -> Iterator[House]:
    """A bot on SQLite, with an integration."""
    with house(sandbox, f"sqlite:///{tmp_path}/data/bot.db", tmp_path) as made:
        yield integrated(made)


def told(bot: House, what: str) -> list[str]:
    said = [message.markdown or "" for message in bot.answers(OLGA)]
    return [text for text in said if what in text]


def test_a_revoked_integration_is_told_once_and_a_consent_ends_it(small: House) -> None:
    serve = small.serve()
    until(lambda: "is the token of Provider One Administrator" in serve.said)
    assert "Its scopes are" in serve.said
    assert "fixed token" not in serve.said
    small.sandbox.world.oauth.revoke_grants()
    small.type("sync")
    until(lambda: len(told(small, "Webex refuses my access")) == 1)
    (said,) = told(small, "Webex refuses my access")
    assert "Run `python -m bot authorize`" in said
    assert "WEBEX_ADMIN_TOKEN" not in said
    until(lambda: any("service provider's access" in (answer.markdown or "") for answer in small.answers()))
    assert serve.said.count(" ERROR ") == 1
    assert serve.terminate() < 10
    second = small.start("python -m bot serve", WEBEX_ADMIN_REFRESH_TOKEN=consent(small.sandbox))
    until(lambda: "completed" in (small.answers()[0].markdown or ""))
    until(lambda: len(told(small, "accepts my access again")) == 1)
    assert len(told(small, "Webex refuses my access")) == 1
    assert "Traceback" not in serve.said + second.said


def test_a_scope_that_the_integration_lacks_is_named(small: House) -> None:
    world = small.sandbox.world
    world.tokens.withhold(PARTNER_ADMIN, "spark-admin:broadworks_subscribers_read")
    serve = small.serve()
    until(lambda: len(told(small, "Webex refuses my access")) == 1)
    assert "license holders" in told(small, "Webex refuses my access")[0]
    assert serve.running
