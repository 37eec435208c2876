"""Webex refuses an integration, under real processes: operators hear what to do, and a sync waits for it."""

import pytest

from sandbox.world import PARTNER_ADMIN
from tests.journeys.processes import SECRET, House, until
from tests.journeys.test_provider_token import consent, hides_its_secrets, integrated

OLGA = "olga@provider.example"


@pytest.fixture
def small(small: House) -> House:
    """Return a bot on SQLite, with an integration."""
    return integrated(small)


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


def test_another_client_secret_is_named_and_no_consent(small: House) -> None:
    serve = small.start("python -m bot serve", WEBEX_ADMIN_CLIENT_SECRET="another-secret-of-the-client")
    until(lambda: len(told(small, "Webex refuses my access")) == 1 and " ERROR " in serve.said)
    (message,) = told(small, "Webex refuses my access")
    (line,) = [line for line in serve.said.splitlines() if " ERROR " in line]
    for text in (message, line):
        assert "WEBEX_ADMIN_CLIENT_SECRET" in text
        assert "authorize" not in text
        assert "invalid_client" in text.replace("\\", "")


def test_no_log_has_a_secret_of_a_refusal_and_a_recovery(small: House) -> None:
    small.sandbox.world.oauth.refresh_answer = "new"
    serve = small.serve()
    small.sandbox.world.oauth.revoke_grants()
    small.type("sync")
    until(lambda: " ERROR " in serve.said)
    serve.terminate()
    old_token = small.more["WEBEX_ADMIN_REFRESH_TOKEN"]
    another = small.start("python -m bot serve", WEBEX_ADMIN_CLIENT_SECRET="another-secret-of-the-client")
    until(lambda: "invalid_client" in another.said)
    small.wait_until_ready(another)
    another.terminate()
    small.more["WEBEX_ADMIN_REFRESH_TOKEN"] = consent(small.sandbox)
    third = small.serve()
    until(lambda: "Webex accepts my access again" in third.said)
    until(lambda: "completed" in (small.answers()[0].markdown or ""))
    third.terminate()
    hides_its_secrets(small)
    for process in small.processes:
        for secret in (SECRET, old_token, "another-secret-of-the-client"):
            assert secret not in process.said


def test_a_scope_that_the_integration_lacks_is_named(small: House) -> None:
    world = small.sandbox.world
    world.tokens.withhold(PARTNER_ADMIN, "spark-admin:broadworks_subscribers_read")
    serve = small.serve()
    until(lambda: len(told(small, "Webex refuses my access")) == 1)
    assert "license holders" in told(small, "Webex refuses my access")[0]
    assert serve.running
