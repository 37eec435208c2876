"""Webex refuses a refresh token: what the process sends meanwhile, and what ends the refusal."""

import logging
from datetime import timedelta

import pytest
from sqlalchemy import delete

from bot.integration.renewed_token import RenewedToken
from bot.integration.token_store import RENEWAL_LEASE
from bot.webex.errors import TokenRefused, TokenUnavailable
from storage.engine.database import Database
from storage.models import ProviderTokenRow
from tests.bot.integration.imagined import (
    LIFE,
    NOW,
    OTHER_KEY,
    ImaginedEndpoint,
    Time,
    answer,
    renewed_token,
    store,
)
from tests.bot.integration.troubles import always, never, refused


def test_a_refused_refresh_token_is_followed_by_that_of_the_environment(
    token: RenewedToken, endpoint: ImaginedEndpoint, time: Time
) -> None:
    endpoint.new_refresh_token = "from-webex"
    token.current()
    time.pass_by(LIFE)
    endpoint.trouble = lambda refresh_token: refused() if refresh_token == "from-webex" else None
    assert token.current() == "access-3"
    assert endpoint.asked == ["given", "from-webex", "given"]
    assert token.refusal is None


def test_a_refused_token_of_the_environment_gives_way_to_the_one_before(
    database: Database, endpoint: ImaginedEndpoint, caplog: pytest.LogCaptureFixture
) -> None:
    renewed_token(database, endpoint, given="good").current()
    endpoint.trouble = lambda refresh_token: refused() if refresh_token == "mistyped" else None
    with caplog.at_level(logging.ERROR):
        assert renewed_token(database, endpoint, given="mistyped").current() == "access-3"
    assert endpoint.asked == ["good", "mistyped", "good"]
    assert "WEBEX_ADMIN_REFRESH_TOKEN" in caplog.text
    assert renewed_token(database, endpoint, given=None).current() == "access-3"


def test_a_refusal_is_raised_only_once_the_token_has_ended(
    token: RenewedToken, endpoint: ImaginedEndpoint, time: Time
) -> None:
    token.current()
    endpoint.trouble = always(refused)
    time.pass_by(LIFE * 0.8)
    assert token.current() == "access-1"
    assert "invalid_grant" in str(token.refusal)
    time.pass_by(LIFE * 0.2)
    for _ in range(2):
        with pytest.raises(TokenRefused, match="invalid_grant"):
            token.current()
    assert token.refusal is None


def test_webex_is_asked_again_a_minute_after_a_refusal(
    token: RenewedToken, endpoint: ImaginedEndpoint, time: Time
) -> None:
    endpoint.trouble = always(refused)
    for _ in range(5):
        with pytest.raises(TokenRefused):
            token.current()
    assert endpoint.asked == ["given"]
    endpoint.trouble = never
    time.pass_by(timedelta(minutes=1))
    assert token.current() == "access-2"


def test_tokens_that_an_admin_authorized_end_a_refusal_at_once(
    database: Database, token: RenewedToken, endpoint: ImaginedEndpoint
) -> None:
    endpoint.trouble = always(refused)
    with pytest.raises(TokenRefused):
        token.current()
    store(database).keep_authorized(answer("authorized-access", "authorized"), NOW)
    assert token.current() == "authorized-access"


def test_a_refused_token_whose_renewal_is_refused_too_is_a_refusal(
    token: RenewedToken, endpoint: ImaginedEndpoint
) -> None:
    token.current()
    endpoint.trouble = always(refused)
    with pytest.raises(TokenRefused, match="invalid_grant"):
        token.renewed("access-1")


def test_a_refresh_token_that_another_process_has_used_up_is_no_refusal(
    token: RenewedToken, other: RenewedToken, endpoint: ImaginedEndpoint, time: Time
) -> None:
    endpoint.new_refresh_token = "from-webex"

    def stop_for_long() -> None:
        endpoint.before = lambda: None
        time.pass_by(RENEWAL_LEASE)
        assert other.current() == "access-2"
        endpoint.trouble = lambda refresh_token: refused() if refresh_token == "given" else None

    endpoint.before = stop_for_long
    assert token.current() == "access-2"
    assert endpoint.asked == ["given", "given"]
    time.pass_by(LIFE)
    assert token.current() == other.current() == "access-3"


def test_a_refusal_while_another_process_renews_is_no_refusal(
    database: Database, token: RenewedToken, other: RenewedToken, endpoint: ImaginedEndpoint, time: Time
) -> None:
    def stop_for_long() -> None:
        endpoint.before = lambda: None
        time.pass_by(RENEWAL_LEASE)
        assert other._store.lease(time.now)

    endpoint.before, endpoint.trouble = stop_for_long, always(refused)
    with pytest.raises(TokenUnavailable, match="another process"):
        token.current()
    endpoint.trouble = never
    time.pass_by(RENEWAL_LEASE)
    assert token.current() == "access-2"


def test_tokens_sealed_with_an_unknown_key_leave_the_known_ones_in_use(
    database: Database,
    token: RenewedToken,
    endpoint: ImaginedEndpoint,
    time: Time,
    caplog: pytest.LogCaptureFixture,
) -> None:
    token.current()
    store(database, OTHER_KEY, given="given").keep_authorized(answer("authorized-access", "authorized"), NOW)
    token.look()
    time.pass_by(LIFE * 0.8)
    assert token.current() == "access-1"
    time.pass_by(LIFE * 0.2)
    with pytest.raises(TokenRefused, match="BOT_SECRET_KEY"):
        token.current()
    assert endpoint.asked == ["given"]
    found = store(database, OTHER_KEY).read()
    assert found is not None
    assert found.refresh_token == "authorized"
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 1
    assert "BOT_SECRET_KEY" in errors[0]


def test_tokens_that_were_deleted_are_a_refusal_that_names_the_cure(database: Database, token: RenewedToken) -> None:
    with database.write() as session:
        session.execute(delete(ProviderTokenRow))
    with pytest.raises(TokenRefused, match="python -m bot authorize"):
        token.current()
