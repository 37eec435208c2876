"""One engine claims rows and catches what fails, for every kind of row."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from bot.jobs import SCHEDULE
from bot.jobs.engine.context import Context
from bot.jobs.engine.job import Job, try_again
from bot.settings.load import Settings
from bot.webex.broadworks import BroadWorks
from bot.webex.errors import RateLimited, TokenRefused, TokenUnavailable, Unavailable
from bot.webex.messaging import Webex
from storage import inbox
from storage.engine import claims
from storage.engine.claims import ClaimLost
from storage.engine.database import Database
from storage.models import InboxRow
from storage.values.messages import Event
from storage.values.provider_access import AccessSubject
from storage.values.records import Claim

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
Work = Callable[[Context, InboxRow], None]


@pytest.fixture
def context(sqlite_url: str) -> Iterator[Context]:
    """A context with one due event in its inbox."""
    database = Database(sqlite_url)
    with database.single_write() as connection:
        inbox.record(connection, [Event("messages", "created", "1", "", "room", "person")], NOW)
    yield Context(Settings(), database, cast(Webex, None), cast(BroadWorks, None), lambda: NOW)
    database.close()


def raising(error: Exception) -> Work:
    def work(_context: Context, _row: InboxRow) -> None:
        raise error

    return work


def job(work: Work, failed: Callable[[Context, InboxRow, Exception], bool] | None = None) -> Job[InboxRow]:
    return Job(inbox.KIND, inbox.claim, work, inbox.next_due, lambda _settings: 1, failed or try_again)


def row(context: Context) -> InboxRow:
    with context.database.read() as session:
        return session.query(InboxRow).one()


def test_work_that_fails_is_tried_again_later(context: Context, caplog: pytest.LogCaptureFixture) -> None:
    assert job(raising(ZeroDivisionError("on purpose"))).run_one(context)
    kept = row(context)
    assert (kept.failures, kept.error, kept.lease_until) == (1, "on purpose", None)
    assert kept.due_at is not None
    assert kept.due_at > NOW
    assert "Traceback" in caplog.text


def test_a_failure_of_webex_is_logged_with_its_tracking_id(context: Context, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        job(raising(Unavailable("Webex answered 503", tracking_id="NA_1"))).run_one(context)
    assert "inbox row 1: Webex answered 503 (tracking id NA_1)" in caplog.text
    assert "Traceback" not in caplog.text


def test_each_failure_of_a_row_doubles_its_pause(context: Context) -> None:
    failing, later = job(raising(ZeroDivisionError("on purpose"))), NOW + timedelta(seconds=1)
    assert failing.run_one(context)
    assert failing.run_one(replace(context, now=lambda: later))
    assert row(context).due_at == later + timedelta(seconds=1)


def test_the_next_try_waits_as_long_as_webex_asks(context: Context) -> None:
    job(raising(RateLimited("not now", retry_after=42))).run_one(context)
    assert row(context).due_at == NOW + timedelta(seconds=42)


def test_a_row_waits_quietly_while_webex_refuses_the_access(context: Context, caplog: pytest.LogCaptureFixture) -> None:
    failing = job(raising(TokenRefused("401")))
    failing.run_one(context)
    assert row(context).due_at == NOW + timedelta(seconds=0.5)
    assert "401" in caplog.text
    caplog.clear()
    later = NOW + timedelta(seconds=1)
    context.access.refused = frozenset({AccessSubject.BOT})
    failing.run_one(replace(context, now=lambda: later))
    assert row(context).due_at == later + timedelta(minutes=1)
    assert caplog.text == ""


def test_a_row_waits_quietly_while_there_is_no_token(context: Context, caplog: pytest.LogCaptureFixture) -> None:
    job(raising(TokenUnavailable("503"))).run_one(context)
    kept = row(context)
    assert (kept.failures, kept.due_at) == (0, NOW + timedelta(seconds=3))
    assert caplog.text == ""


def test_a_row_that_is_put_off_just_when_the_access_comes_back_is_due(context: Context) -> None:
    context.access.refused = frozenset({AccessSubject.BOT})

    def failed(context: Context, row: InboxRow, _error: Exception) -> bool:
        with context.database.write() as session:
            claims.settle(session, InboxRow, Claim(row.id, row.attempt), due_at=NOW + timedelta(hours=1))
        context.access.refused = frozenset()
        return True

    job(raising(TokenRefused("401")), failed).run_one(context)
    assert row(context).due_at == NOW


def test_a_failure_that_the_job_handles_is_not_tried_again(context: Context) -> None:
    def give_up(context: Context, row: InboxRow, error: Exception) -> bool:
        with context.database.write() as session:
            inbox.end(session, Claim(row.id, row.attempt), inbox.FAILED, error=f"given up: {error}")
        return True

    job(raising(ZeroDivisionError("on purpose")), give_up).run_one(context)
    kept = row(context)
    assert (kept.state, kept.due_at, kept.error) == (inbox.FAILED, None, "given up: on purpose")


def test_a_failure_that_cannot_be_stored_leaves_the_lease(context: Context, caplog: pytest.LogCaptureFixture) -> None:
    def failed(_context: Context, _row: InboxRow, _error: Exception) -> bool:
        raise OSError("the disk is gone")

    assert job(raising(ZeroDivisionError("on purpose")), failed).run_one(context)
    assert "the failure of inbox row 1 could not be stored" in caplog.text
    assert row(context).lease_until is not None


def test_a_lost_claim_is_left_to_the_worker_that_has_the_row(context: Context) -> None:
    called: list[Exception] = []

    def failed(_context: Context, _row: InboxRow, error: Exception) -> bool:
        called.append(error)
        return True

    assert job(raising(ClaimLost("inbox 1, attempt 1")), failed).run_one(context)
    assert called == []
    assert row(context).lease_until is not None


def test_without_a_due_row_nothing_is_done(context: Context) -> None:
    assert job(lambda _context, _row: None).run_one(context)
    assert not job(raising(AssertionError("there is nothing to work on"))).run_one(context)


def test_the_schedule_has_one_job_for_each_kind_of_row() -> None:
    kinds = [entry.kind for entry in SCHEDULE if isinstance(entry, Job)]
    assert sorted(kinds) == ["inbox", "outbox", "readings", "rosters", "syncs"]
