"""The access token that a process sends: renewed in time, by one thread of one process, and never lost."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
from sqlalchemy import delete

from bot.integration import renewed_token as module
from bot.integration.renewed_token import RenewedToken
from bot.integration.token_store import RENEWAL_LEASE
from bot.webex.errors import AnswerLost, RateLimited, TokenRefused, TokenUnavailable, WebexFailure
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
from tests.storage.threads import in_thread, run_together, wait_until

SECOND = timedelta(seconds=1)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def endpoint(time: Time) -> ImaginedEndpoint:
    return ImaginedEndpoint(time)


@pytest.fixture
def token(database: Database, endpoint: ImaginedEndpoint) -> RenewedToken:
    """The token of a process that has begun with the refresh token `given`."""
    return renewed_token(database, endpoint)


@pytest.fixture
def other(database: Database, endpoint: ImaginedEndpoint, token: RenewedToken) -> Iterator[RenewedToken]:
    """The token of another process on the same database, which began later."""
    others = Database(database.url.render_as_string(hide_password=False))
    yield renewed_token(others, endpoint)
    others.close()


def always(failure: Callable[[], WebexFailure]) -> Callable[[str], WebexFailure]:
    return lambda _refresh_token: failure()


def never(_refresh_token: str) -> None:
    """Renew every refresh token."""


def refused() -> WebexFailure:
    return TokenRefused("Webex answered 400: invalid_grant")


def lost() -> WebexFailure:
    return AnswerLost("no answer")


@contextmanager
def unkept(token: RenewedToken) -> Iterator[None]:
    """Have the database away whenever this process keeps an answer."""

    def fail(*_: object) -> None:
        raise ConnectionError("the database is away")

    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(token._store, "keep_renewed", fail)
        yield


def test_the_first_call_gets_a_token_and_the_next_use_it(token: RenewedToken, endpoint: ImaginedEndpoint) -> None:
    assert [token.current() for _ in range(3)] == ["access-1"] * 3
    assert endpoint.asked == ["given"]


def test_a_token_in_memory_costs_no_query(database: Database, token: RenewedToken, time: Time) -> None:
    token.current()
    database.close()
    for engine in (database.writer, database.reader):
        engine.connect = None  # type: ignore[assignment]
    time.pass_by(LIFE * 0.74)
    assert token.current() == "access-1"


@pytest.mark.parametrize("life", [LIFE, timedelta(hours=1), timedelta(seconds=20)])
def test_a_token_is_renewed_when_a_quarter_of_its_life_is_left(
    token: RenewedToken, endpoint: ImaginedEndpoint, time: Time, life: timedelta
) -> None:
    endpoint.life = life
    token.current()
    time.pass_by(life * 0.74)
    assert token.current() == "access-1"
    time.pass_by(life * 0.02)
    assert token.current() == "access-2"


def test_a_token_without_an_end_is_used_until_it_is_refused(
    token: RenewedToken, endpoint: ImaginedEndpoint, time: Time
) -> None:
    endpoint.life = None
    token.current()
    time.pass_by(timedelta(days=300))
    assert token.current() == "access-1"
    assert token.renewed("access-1") == "access-2"


def test_a_process_uses_the_token_that_another_has_kept(
    token: RenewedToken, other: RenewedToken, endpoint: ImaginedEndpoint, time: Time
) -> None:
    assert token.current() == other.current() == "access-1"
    time.pass_by(LIFE * 0.8)
    assert other.current() == token.current() == "access-2"
    assert other.renewed("access-2") == token.renewed("access-2") == "access-3"
    assert len(endpoint.asked) == 3


def test_threads_of_two_processes_renew_a_token_once(
    token: RenewedToken, other: RenewedToken, endpoint: ImaginedEndpoint, time: Time
) -> None:
    works = [token.current, other.current] * 5
    assert set(run_together(works)) == {"access-1"}
    time.pass_by(LIFE)
    assert set(run_together(works)) == {"access-2"}
    time.pass_by(LIFE / 2)
    forced = [lambda each=each: each.renewed("access-2") for each in (token, other)] * 5
    assert set(run_together(forced)) == {"access-3"}
    assert len(endpoint.asked) == 3


def test_nobody_waits_for_a_renewal_while_the_token_still_works(
    token: RenewedToken, other: RenewedToken, endpoint: ImaginedEndpoint, time: Time
) -> None:
    assert token.current() == other.current()
    time.pass_by(LIFE * 0.8)
    webex_answers = threading.Event()
    endpoint.before = lambda: webex_answers.wait(20)
    renewal = in_thread(token.current)
    wait_until(lambda: len(endpoint.asked) == 2)
    assert token.current() == other.current() == "access-1"
    webex_answers.set()
    assert renewal.result(20) == "access-2"
    assert len(endpoint.asked) == 2


def test_all_wait_for_a_renewal_once_the_token_has_ended(
    token: RenewedToken, other: RenewedToken, endpoint: ImaginedEndpoint, time: Time
) -> None:
    assert token.current() == other.current()
    time.pass_by(LIFE)
    webex_answers = threading.Event()
    endpoint.before = lambda: webex_answers.wait(20)
    renewals = [in_thread(each.current) for each in (token, token, other, other)]
    wait_until(lambda: len(endpoint.asked) == 2)
    assert not any(each.done() for each in renewals)
    webex_answers.set()
    assert [each.result(20) for each in renewals] == ["access-2"] * 4


def test_a_renewal_that_takes_long_elsewhere_fails_the_call_for_now(
    database: Database, other: RenewedToken, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_WAIT_SECONDS", 0.2)
    assert store(database).lease(time.now)
    with pytest.raises(TokenUnavailable, match="another process"):
        other.current()
    time.pass_by(RENEWAL_LEASE)
    assert other.current() == "access-1"


@pytest.mark.parametrize("is_served", [False, True])
def test_a_process_that_dies_in_a_renewal_stops_others_for_its_lease(
    database: Database, endpoint: ImaginedEndpoint, other: RenewedToken, time: Time, is_served: bool
) -> None:
    other.current()
    time.pass_by(LIFE * 0.8)
    assert store(database).lease(time.now)  # it asks Webex now, and dies before it keeps the answer
    if is_served:
        endpoint.renew("given")
    assert other.current() == "access-1"
    time.pass_by(RENEWAL_LEASE)
    assert other.current() == f"access-{len(endpoint.asked)}"
    assert endpoint.asked == ["given"] * (3 if is_served else 2)


def test_a_new_refresh_token_is_used_from_then_on(token: RenewedToken, endpoint: ImaginedEndpoint, time: Time) -> None:
    endpoint.new_refresh_token = "from-webex"
    token.current()
    time.pass_by(LIFE)
    token.current()
    assert endpoint.asked == ["given", "from-webex"]


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


def test_a_refused_token_is_renewed_at_once(token: RenewedToken, endpoint: ImaginedEndpoint) -> None:
    token.current()
    assert token.renewed("access-1") == "access-2"
    assert token.renewed("access-1") == "access-2"
    assert token.current() == "access-2"
    assert len(endpoint.asked) == 2


def test_tokens_refused_again_and_again_are_renewed_3_times_a_minute(
    token: RenewedToken, endpoint: ImaginedEndpoint, time: Time
) -> None:
    sent = token.current()
    for _ in range(20):
        sent = token.renewed(sent) or sent
    assert len(endpoint.asked) == 1 + 3
    assert token.current() == sent
    time.pass_by(timedelta(minutes=1))
    assert token.renewed(sent) != sent


def test_a_refused_token_whose_renewal_is_refused_too_is_a_refusal(
    token: RenewedToken, endpoint: ImaginedEndpoint
) -> None:
    token.current()
    endpoint.trouble = always(refused)
    with pytest.raises(TokenRefused, match="invalid_grant"):
        token.renewed("access-1")


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


def test_tokens_replaced_during_a_renewal_are_taken(
    database: Database, token: RenewedToken, endpoint: ImaginedEndpoint
) -> None:
    endpoint.before = lambda: store(database).keep_authorized(answer("authorized-access", "authorized"), NOW)
    assert token.current() == "authorized-access"
    endpoint.before = lambda: None
    assert token.renewed("authorized-access") == "access-2"
    assert endpoint.asked == ["given", "authorized"]


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


def test_a_look_takes_over_what_another_process_has_kept(
    token: RenewedToken, other: RenewedToken, database: Database
) -> None:
    token.current()
    store(database).keep_authorized(answer("authorized-access", "authorized"), NOW)
    assert token.current() == "access-1"
    token.look()
    assert token.current() == "authorized-access"
