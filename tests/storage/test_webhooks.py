"""What is known of the bot's webhooks, and what operators are still to be told of them."""

from datetime import timedelta

import pytest

from storage import webhooks
from storage.engine.database import Database
from storage.models import WebhookRow
from storage.values.webhook_news import MAX_DETAIL_CHARACTERS, Happening, WebhookNews
from tests.storage.sample_rows import NOW
from tests.storage.threads import run_together

HERE, THERE = "https://here.example/webhooks", "https://there.example/webhooks"
MESSAGES, ROOMS = "messages", "rooms"
HOUR = webhooks.TELL_AGAIN_AFTER
MINUTE = timedelta(minutes=1)
INACTIVE = WebhookNews(MESSAGES, Happening.INACTIVE)


def note(database: Database, news: WebhookNews, at: timedelta = timedelta()) -> bool:
    with database.write() as session:
        return webhooks.note(session, news, HERE, NOW + at)


def tell(database: Database, at: timedelta = timedelta()) -> list[WebhookNews]:
    """Tell operators all that they do not know, and return it."""
    with database.write() as session:
        news = webhooks.untold(session)
        webhooks.mark_told(session, news, NOW + at)
        return news


def row(database: Database, name: str = MESSAGES) -> WebhookRow:
    with database.read() as session:
        return webhooks.by_name(session)[name]


def test_news_stay_until_they_are_told(database: Database) -> None:
    with database.write() as session:
        webhooks.place(session, MESSAGES, HERE)
        webhooks.mark_right(session, [MESSAGES], NOW)
    moved = WebhookNews(ROOMS, Happening.ADDRESS, THERE)
    assert note(database, INACTIVE)
    assert note(database, moved)
    assert tell(database) == [WebhookNews(MESSAGES, Happening.INACTIVE, right_at=NOW), moved]
    assert tell(database) == []


@pytest.mark.parametrize(
    ("later", "after", "is_new"),
    [
        (INACTIVE, HOUR - MINUTE, False),
        (INACTIVE, HOUR, True),
        (WebhookNews(MESSAGES, Happening.DELETED), MINUTE, True),
        (WebhookNews(MESSAGES, Happening.REFUSED, "403"), MINUTE, True),
    ],
)
def test_the_same_fault_is_told_once_an_hour(
    database: Database, later: WebhookNews, after: timedelta, is_new: bool
) -> None:
    note(database, INACTIVE)
    tell(database)
    assert note(database, later, after) is is_new
    assert tell(database, after) == [later] * is_new


def test_a_fault_that_is_not_told_yet_stays_new(database: Database) -> None:
    assert note(database, INACTIVE)
    assert note(database, INACTIVE, MINUTE)
    assert tell(database) == [INACTIVE]


def test_a_refusal_is_told_once_until_it_is_over_however_webex_words_it(database: Database) -> None:
    note(database, WebhookNews(MESSAGES, Happening.REFUSED, "403: no"))
    tell(database)
    assert not note(database, WebhookNews(MESSAGES, Happening.REFUSED, "400: not so"), 24 * HOUR)
    note(database, WebhookNews(MESSAGES, Happening.RESTORED))
    assert [one.happening for one in tell(database)] == [Happening.RESTORED]
    assert (row(database).told, row(database).told_at) == (None, None)
    assert note(database, WebhookNews(MESSAGES, Happening.REFUSED, "403: no"), 25 * HOUR)


def test_a_fault_that_nobody_needs_to_know_is_forgotten(database: Database) -> None:
    note(database, WebhookNews(MESSAGES, Happening.LIMITED))
    with database.write() as session:
        webhooks.forget_news(session, MESSAGES)
    assert tell(database) == []


def test_a_long_or_odd_detail_is_stored(database: Database) -> None:
    note(database, WebhookNews(MESSAGES, Happening.REFUSED, "403: é: " + "x" * 10_000))
    (news,) = tell(database)
    assert news.detail == ("403: é: " + "x" * 10_000)[:MAX_DETAIL_CHARACTERS]


def test_a_webhook_is_placed_once_by_processes_that_start_together(database: Database) -> None:
    def place() -> None:
        with database.write() as session:
            webhooks.place(session, MESSAGES, HERE)

    run_together([place] * 4)
    with database.read() as session:
        assert list(webhooks.by_name(session)) == [MESSAGES]


def test_another_installation_is_kept_until_the_webhooks_are_taken_back(database: Database) -> None:
    with database.write() as session:
        assert webhooks.taken_by(session) is None
        webhooks.place(session, MESSAGES, HERE)
        webhooks.set_taken_by(session, [MESSAGES, ROOMS], THERE)
        webhooks.set_silent_looks(session, 2)
    with database.read() as session:
        assert webhooks.taken_by(session) == THERE
    assert [(row(database, name).target_url, row(database, name).silent_looks) for name in (MESSAGES, ROOMS)] == [
        (HERE, 2),
        ("", 2),
    ]
    with database.write() as session:
        webhooks.set_taken_by(session, [MESSAGES, ROOMS], HERE)
    assert row(database).silent_looks == 0
    for silent in (THERE, None):
        with database.write() as session:
            webhooks.take_back(session, silent)
        assert (row(database).taken_by, row(database).taken_back_from) == (None, silent)
