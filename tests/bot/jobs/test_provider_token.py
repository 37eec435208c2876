"""The chores of the provider's token: it is renewed ahead, and operators are told before its refresh token ends."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest
from sqlalchemy import select

from bot.integration.renewed_token import RenewedToken
from bot.jobs import provider_token
from bot.jobs.engine.context import Context
from bot.settings.load import Settings
from bot.webex.access_token import FixedToken
from bot.webex.access_watch import NoWatch
from bot.webex.broadworks import BroadWorks
from bot.webex.client import WebexClient
from bot.webex.errors import AccessRefused, TokenRefused
from bot.webex.messaging import Webex
from storage import admins
from storage.engine.database import Database
from storage.models import OutboxRow
from storage.values.provider_access import AccessSubject
from tests.bot.integration.imagined import CLIENT_ID, LIFE, NOW, ImaginedEndpoint, Time, answer, renewed_token, store

DAY = timedelta(days=1)
OPERATORS = ("olga@provider.example", "omar@provider.example")


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def endpoint(time: Time) -> ImaginedEndpoint:
    return ImaginedEndpoint(time)


class Looked(BroadWorks):
    """The provider's side of Webex, which refuses these parts of the access."""

    refused: frozenset[AccessSubject] = frozenset()
    looks = 0

    def look(self) -> frozenset[AccessSubject]:
        self.looks += 1
        return self.refused


def context_of(database: Database, token: RenewedToken | None, time: Time) -> Context:
    client = WebexClient(FixedToken("token"), "http://127.0.0.1:1/v1/")
    settings = Settings(webex_admin_client_id=CLIENT_ID)
    return Context(settings, database, Webex(client), Looked(client), time, provider_token=token)


@pytest.fixture
def context(database: Database, endpoint: ImaginedEndpoint, time: Time) -> Context:
    """A process with an integration and two operators."""
    with database.write() as session:
        admins.set_operators(session, OPERATORS)
    return context_of(database, renewed_token(database, endpoint), time)


def told(database: Database) -> list[str]:
    """What operators were told, in the order of time; each of it was told to each of them."""
    with database.read() as session:
        texts = list(session.scalars(select(OutboxRow.markdown).order_by(OutboxRow.id)))
    assert texts[::2] == texts[1::2]
    return [text or "" for text in texts[::2]]


def test_the_token_is_renewed_ahead_of_any_call(context: Context, endpoint: ImaginedEndpoint, time: Time) -> None:
    provider_token.renew(context)
    provider_token.renew(context)
    assert len(endpoint.asked) == 1
    time.pass_by(LIFE * 0.8)
    provider_token.renew(context)
    assert len(endpoint.asked) == 2


def test_operators_are_told_14_7_and_1_days_before_the_end(context: Context, time: Time) -> None:
    store(context.database).keep_authorized(answer("access", "refresh", refresh_life=90 * DAY), NOW)
    told_after = {}
    for day in range(92):
        for _ in range(2):
            provider_token.remind(context)
        told_after[day] = len(told(context.database))
        time.pass_by(DAY)
    assert [day for day in told_after if told_after[day] > told_after.get(day - 1, 0)] == [76, 83, 89]
    for text in told(context.database):
        assert "Fri 26 Feb" in text
        assert "`python -m bot authorize`" in text


def test_a_process_that_was_away_tells_only_the_nearest_reminder(context: Context, time: Time) -> None:
    store(context.database).keep_authorized(answer("access", "refresh", refresh_life=90 * DAY), NOW)
    time.pass_by(85 * DAY)
    provider_token.remind(context)
    assert [text.count("in 5 d") for text in told(context.database)] == [1]
    time.pass_by(6 * DAY)
    provider_token.remind(context)
    assert "ended Fri 26 Feb" in told(context.database)[1]


def test_reminders_begin_again_after_a_renewal_that_brings_more_time(context: Context, time: Time) -> None:
    kept = store(context.database)
    kept.keep_authorized(answer("access", "refresh", refresh_life=10 * DAY), NOW)
    provider_token.remind(context)
    kept.keep_authorized(answer("access", "refresh", refresh_life=90 * DAY), NOW)
    provider_token.remind(context)
    assert len(told(context.database)) == 1
    time.pass_by(80 * DAY)
    provider_token.remind(context)
    assert len(told(context.database)) == 2


def test_one_of_two_processes_tells(context: Context, endpoint: ImaginedEndpoint, time: Time) -> None:
    other = context_of(context.database, renewed_token(context.database, endpoint), time)
    store(context.database).keep_authorized(answer("access", "refresh", refresh_life=DAY), NOW)
    provider_token.remind(context)
    provider_token.remind(other)
    assert len(told(context.database)) == 1


def test_a_refused_refresh_token_is_told_while_the_access_token_works(
    context: Context, endpoint: ImaginedEndpoint, time: Time, caplog: pytest.LogCaptureFixture
) -> None:
    provider_token.renew(context)
    endpoint.trouble = lambda _refresh_token: TokenRefused("Webex answered 400: invalid_grant", tracking_id="T_1")
    time.pass_by(LIFE * 0.8)
    for _ in range(5):
        provider_token.renew(context)
        provider_token.remind(context)
        time.pass_by(timedelta(minutes=2))
    assert cast(Looked, context.broadworks).looks == 1
    (text,) = told(context.database)
    assert "Webex refuses to renew" in text
    assert "grant" in text
    assert "`WEBEX_ADMIN_CLIENT_SECRET`" in text
    assert "`python -m bot authorize`" in text
    (error,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert "WEBEX_ADMIN_REFRESH_TOKEN" in error
    assert "T_1" in error
    store(context.database).keep_authorized(answer("access", "refresh", at=time.now, refresh_life=DAY), time.now)
    provider_token.remind(context)
    assert "token of the provider's integration ends" in told(context.database)[1]


def test_a_refused_client_is_told_with_the_secret_to_set(
    context: Context, endpoint: ImaginedEndpoint, time: Time, caplog: pytest.LogCaptureFixture
) -> None:
    provider_token.renew(context)
    endpoint.trouble = lambda _refresh_token: TokenRefused("Webex answered 401 to POST access_token: invalid_client")
    time.pass_by(LIFE * 0.8)
    provider_token.renew(context)
    provider_token.remind(context)
    (text,) = told(context.database)
    (error,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    for said in (text, error):
        assert "WEBEX_ADMIN_CLIENT_SECRET" in said
        assert "authorize" not in said


def test_two_refused_tokens_of_the_integration_are_told_as_one(
    context: Context, endpoint: ImaginedEndpoint, time: Time, caplog: pytest.LogCaptureFixture
) -> None:
    """The refusal of the access is told by the watch of the calls."""
    provider_token.renew(context)
    endpoint.trouble = lambda _refresh_token: TokenRefused("Webex answered 400: invalid_grant")
    time.pass_by(LIFE * 0.8)
    provider_token.renew(context)
    cast(Looked, context.broadworks).refused = frozenset({AccessSubject.ADMIN})
    provider_token.remind(context)
    assert told(context.database) == []
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_a_refused_renewal_is_noticed_though_nobody_calls(
    context: Context, endpoint: ImaginedEndpoint, time: Time, caplog: pytest.LogCaptureFixture
) -> None:
    noticed: list[AccessSubject] = []

    class Watch(NoWatch):
        def refused(self, refusals: Mapping[AccessSubject, AccessRefused]) -> None:
            noticed.extend(refusals)

    assert context.provider_token is not None
    client = WebexClient(context.provider_token, "http://127.0.0.1:1/v1/")
    context = replace(context, broadworks=BroadWorks(client, Watch()))
    provider_token.renew(context)
    endpoint.trouble = lambda _refresh_token: TokenRefused("Webex answered 400: invalid_grant")
    time.pass_by(LIFE * 0.8)
    provider_token.renew(context)
    assert noticed == []
    time.pass_by(LIFE * 0.2)
    provider_token.renew(context)
    assert noticed == [AccessSubject.ADMIN]
    assert caplog.text == ""


def test_a_fixed_token_has_nothing_to_renew(database: Database, time: Time) -> None:
    context = context_of(database, None, time)
    provider_token.renew(context)
    provider_token.remind(context)
    assert told(database) == []
