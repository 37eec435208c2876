"""The access token that a process sends: renewed in time, and by one thread of one process."""

import threading
from datetime import timedelta

import pytest

from bot.integration import renewed_token as module
from bot.integration.renewed_token import RenewedToken
from bot.integration.token_store import RENEWAL_LEASE
from bot.webex.errors import TokenUnavailable
from storage.engine.database import Database
from tests.bot.integration.imagined import (
    LIFE,
    NOW,
    ImaginedEndpoint,
    Time,
    answer,
    store,
)
from tests.storage.threads import in_thread, run_together, wait_until


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


def test_tokens_replaced_during_a_renewal_are_taken(
    database: Database, token: RenewedToken, endpoint: ImaginedEndpoint
) -> None:
    endpoint.before = lambda: store(database).keep_authorized(answer("authorized-access", "authorized"), NOW)
    assert token.current() == "authorized-access"
    endpoint.before = lambda: None
    assert token.renewed("authorized-access") == "access-2"
    assert endpoint.asked == ["given", "authorized"]


def test_a_look_takes_over_what_another_process_has_kept(
    token: RenewedToken, other: RenewedToken, database: Database
) -> None:
    token.current()
    store(database).keep_authorized(answer("authorized-access", "authorized"), NOW)
    assert token.current() == "access-1"
    token.look()
    assert token.current() == "authorized-access"
