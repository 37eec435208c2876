"""The token endpoint or the database is away during a renewal: no token is lost, and an outage is no refusal."""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from bot.integration.renewed_token import RenewedToken
from bot.webex.errors import RateLimited, TokenRefused, TokenUnavailable, WebexFailure
from storage.engine.database import Database
from tests.bot.integration.imagined import (
    LIFE,
    ImaginedEndpoint,
    Time,
    store,
)
from tests.bot.integration.troubles import always, lost, never, refused, unkept

SECOND = timedelta(seconds=1)


def test_an_endpoint_that_is_away_leaves_the_token_in_use(
    token: RenewedToken, endpoint: ImaginedEndpoint, time: Time, caplog: pytest.LogCaptureFixture
) -> None:
    token.current()
    endpoint.trouble = always(lost)
    time.pass_by(LIFE * 0.8)
    assert [token.current() for _ in range(5)] == ["access-1"] * 5
    assert len(endpoint.asked) == 2
    assert [record.levelno for record in caplog.records if record.levelno > logging.INFO] == [logging.WARNING]
    assert token.refusal is None
    endpoint.trouble = never
    time.pass_by(timedelta(minutes=5))
    assert token.current() == "access-3"


def test_an_endpoint_that_is_away_after_the_end_is_no_refusal(
    token: RenewedToken, endpoint: ImaginedEndpoint, time: Time
) -> None:
    token.current()
    endpoint.trouble = always(lost)
    time.pass_by(LIFE)
    for _ in range(5):
        with pytest.raises(TokenUnavailable, match="no answer"):
            token.current()
    assert len(endpoint.asked) == 2
    endpoint.trouble = never
    time.pass_by(2 * SECOND)
    assert token.current() == "access-3"


def test_an_endpoint_that_is_busy_is_left_alone_as_long_as_it_says(
    token: RenewedToken, endpoint: ImaginedEndpoint, time: Time
) -> None:
    endpoint.trouble = always(lambda: RateLimited("busy", retry_after=30))
    for passed in (0, 29):
        time.pass_by(passed * SECOND)
        with pytest.raises(TokenUnavailable):
            token.current()
    assert len(endpoint.asked) == 1
    endpoint.trouble = never
    time.pass_by(SECOND)
    assert token.current() == "access-2"


def test_a_refused_token_is_no_refusal_while_the_endpoint_is_away(
    token: RenewedToken, endpoint: ImaginedEndpoint
) -> None:
    token.current()
    endpoint.trouble = always(lost)
    with pytest.raises(TokenUnavailable, match="no answer"):
        token.renewed("access-1")


def test_an_outage_is_logged_when_it_begins_and_at_the_end_of_the_token(
    token: RenewedToken, endpoint: ImaginedEndpoint, time: Time, caplog: pytest.LogCaptureFixture
) -> None:
    def warned(seconds: int) -> int:
        """Return how many warnings this time brings, with a call every second."""
        caplog.clear()
        for _ in range(seconds):
            time.pass_by(SECOND)
            with suppress(TokenUnavailable):
                token.current()
        return len([record for record in caplog.records if record.levelno == logging.WARNING])

    token.current()
    endpoint.trouble = always(lost)
    time.pass_by(LIFE - 61 * SECOND)
    assert [warned(60), warned(60), warned(240), warned(300)] == [1, 1, 0, 1]
    assert token.refusal is None


def test_a_token_refused_during_an_outage_is_renewed_soon_after_it(
    token: RenewedToken, endpoint: ImaginedEndpoint, time: Time
) -> None:
    token.current()
    endpoint.trouble = always(lost)
    time.pass_by(LIFE * 0.8)
    assert token.current() == "access-1"
    endpoint.trouble = never
    time.pass_by(2 * SECOND)
    assert token.current() == "access-1"
    assert token.renewed("access-1") == "access-3"


def test_an_answer_that_cannot_be_kept_is_used_and_kept_later(
    database: Database, token: RenewedToken, endpoint: ImaginedEndpoint, time: Time
) -> None:
    endpoint.new_refresh_token = "from-webex"
    with unkept(token), pytest.raises(ConnectionError):
        token.current()
    assert token.current() == "access-1"
    time.pass_by(LIFE * 0.8)
    assert token.current() == "access-2"
    assert endpoint.asked == ["given", "from-webex"]
    found = store(database).read()
    assert found is not None
    assert found.access_token == "access-2"


def test_an_answer_that_could_not_be_kept_is_kept_at_the_next_look(
    database: Database, token: RenewedToken, other: RenewedToken, endpoint: ImaginedEndpoint
) -> None:
    endpoint.new_refresh_token = "from-webex"
    with unkept(token), pytest.raises(ConnectionError):
        token.current()
    with unkept(token), pytest.raises(ConnectionError):
        token.look()
    token.look()
    found = store(database).read()
    assert found is not None
    assert (found.refresh_token, found.access_token, found.version) == ("from-webex", "access-1", 2)
    token.look()
    assert store(database).read() == found
    assert other.current() == "access-1"
    assert endpoint.asked == ["given"]


def test_an_answer_that_could_not_be_kept_gives_way_to_newer_tokens(
    database: Database, token: RenewedToken, other: RenewedToken, endpoint: ImaginedEndpoint
) -> None:
    with unkept(token), pytest.raises(ConnectionError):
        token.current()
    assert other.current() == "access-2"
    token.look()
    assert token.current() == "access-2"
    found = store(database).read()
    assert found is not None
    assert found.access_token == "access-2"


@pytest.mark.parametrize("failure", [refused, lost])
def test_a_clock_that_is_set_back_makes_no_pause_longer(
    token: RenewedToken, endpoint: ImaginedEndpoint, time: Time, failure: Callable[[], WebexFailure]
) -> None:
    endpoint.trouble = always(failure)
    with pytest.raises((TokenRefused, TokenUnavailable)):
        token.current()
    endpoint.trouble = never
    time.pass_by(timedelta(days=-300))
    sent = token.current()
    for _ in range(3):
        sent = token.renewed(sent) or ""
    time.pass_by(timedelta(days=-300))
    assert token.renewed(sent)
