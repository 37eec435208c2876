"""The clock: stopping, chores, and the schedule."""

import logging
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from bot.jobs import SCHEDULE, inbox
from bot.jobs.engine import clock, turn
from bot.jobs.engine.clock import Clock
from bot.jobs.engine.context import Context
from bot.jobs.engine.job import Chore, Job, Loop
from bot.jobs.engine.turn import NotMyTurn
from bot.settings.load import Settings
from bot.webex.errors import RateLimited, TokenUnavailable, Unavailable
from storage import inbox as events
from storage.engine import claims
from storage.engine.database import Database
from storage.models import InboxRow
from storage.values.messages import Event
from tests.bot.jobs.engine.counted_rows import KIND, Rows, running
from tests.sandbox.client import wait_until


def test_a_stop_claims_no_more_rows_and_waits_for_running_work(database: Database) -> None:
    gate = threading.Event()
    rows = Rows(threads=1, work=lambda: gate.wait(10))
    with running(database, rows.job) as started:
        for _ in range(3):
            rows.insert()
        started.nudge([KIND])
        wait_until(lambda: rows.working == 1)
        threading.Timer(0.3, gate.set).start()
        assert started.stop(5)
        assert (rows.moved, rows.working, len(rows.due)) == (1, 0, 2)
        started.nudge([KIND])
        assert rows.moved == 1


def test_a_stop_waits_no_longer_than_its_limit(database: Database) -> None:
    gate = threading.Event()
    rows = Rows(work=lambda: gate.wait(10))
    with running(database, rows.job) as started:
        rows.insert()
        started.nudge([KIND])
        wait_until(lambda: rows.working == 1)
        began = time.monotonic()
        assert not started.stop(0.2)
        assert 0.2 <= time.monotonic() - began < 2
        gate.set()


def test_a_chore_at_work_is_waited_for_no_longer_than_asked(database: Database) -> None:
    gate, began = threading.Event(), threading.Event()

    def hang(_context: Context) -> None:
        began.set()
        gate.wait(10)

    for limit, has_ended in ((0.2, False), (5, True)):
        gate.clear()
        began.clear()
        with running(database, Chore("hang", hang, every=timedelta(minutes=1))) as started:
            assert began.wait(10)
            threading.Timer(0.3, gate.set).start()
            since = time.monotonic()
            assert started.stop(limit)
            assert started.wait_for_chores(limit) is has_ended
            assert time.monotonic() - since < 2
            gate.wait(10)


def test_a_stop_during_nudges_ends_soon(database: Database) -> None:
    for _ in range(15):
        rows = Rows(threads=8)
        with running(database, rows.job) as started:
            over = threading.Event()

            def hammer(rows: Rows = rows, started: Clock = started, over: threading.Event = over) -> None:
                while not over.is_set():
                    rows.insert()
                    started.nudge([KIND])

            thread = threading.Thread(target=hammer)
            thread.start()
            wait_until(lambda rows=rows: rows.moved > 3)  # type: ignore[misc]
            began = time.monotonic()
            assert started.stop(5)
            assert time.monotonic() - began < 2
            over.set()
            thread.join(5)


def test_a_stop_gives_back_the_rows_still_claimed(database: Database) -> None:
    gate = threading.Event()

    def work(_context: Context, _row: InboxRow) -> None:
        gate.wait(10)

    def leases() -> list[datetime | None]:
        with database.read() as session:
            return [row.lease_until for row in session.query(InboxRow)]

    with database.single_write() as connection:
        events.record(connection, [Event("messages", "created", "1", "", "room", "person")], datetime.now(UTC))
    with running(database, Job(events.KIND, events.claim, work, events.next_due, lambda _settings: 1)) as started:
        wait_until(lambda: leases() != [None])
        assert not started.stop(0.1)
        assert leases() == [None]
        with database.read() as session:
            assert events.next_due(session, datetime.now(UTC)) is None
        gate.set()


def test_chores_run_at_the_start(database: Database) -> None:
    ran: list[str] = []
    chores = [
        Chore(name, lambda _context, name=name: ran.append(name), timedelta(hours=1))  # type: ignore[misc]
        for name in ("one", "two", "three")
    ]
    with running(database, *chores):
        wait_until(lambda: sorted(ran) == ["one", "three", "two"])


def test_a_chore_that_fails_on_webex_is_tried_again_soon(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(clock, "_SOON_AGAIN", timedelta(milliseconds=50))
    ran: list[int] = []

    def run(_context: Context) -> None:
        ran.append(1)
        if len(ran) < 3:
            raise Unavailable("Webex is down")

    with running(database, Chore("webhooks", run, timedelta(hours=1))), caplog.at_level(logging.WARNING):
        wait_until(lambda: len(ran) == 3)
    assert caplog.text.count("Webex is down; the chore “webhooks” is tried again") == 2


def test_a_chore_that_has_no_token_waits_quietly(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(clock, "_SOON_AGAIN", timedelta(milliseconds=50))
    ran: list[int] = []

    def run(_context: Context) -> None:
        ran.append(1)
        if len(ran) < 3:
            raise TokenUnavailable("503")

    with running(database, Chore("survey", run, timedelta(hours=1))), caplog.at_level(logging.WARNING):
        wait_until(lambda: len(ran) == 3)
    assert caplog.text == ""


def test_a_chore_that_webex_slows_down_waits_as_long_as_webex_says(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    ran: list[float] = []

    def run(_context: Context) -> None:
        ran.append(time.monotonic())
        if len(ran) == 1:
            raise RateLimited("too fast", retry_after=1)

    with running(database, Chore("webhooks", run, timedelta(hours=1))):
        wait_until(lambda: len(ran) == 2)
    assert 0.9 <= ran[1] - ran[0] < 5
    assert "tried again in 1 s" in caplog.text


def test_a_chore_with_an_error_of_ours_is_logged_and_tried_again(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(clock, "_SOON_AGAIN", timedelta(milliseconds=50))
    ran: list[int] = []

    def run(_context: Context) -> None:
        ran.append(1)
        if len(ran) < 2:
            raise ZeroDivisionError

    with running(database, Chore("webhooks", run, timedelta(hours=1))):
        wait_until(lambda: len(ran) == 2)
    assert "ZeroDivisionError" in caplog.text


def test_a_chore_whose_turn_is_taken_tries_again_quietly(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(clock, "RETRY_AFTER", timedelta(milliseconds=50))
    ran: list[int] = []

    def run(_context: Context) -> None:
        ran.append(1)
        if len(ran) < 3:
            raise NotMyTurn

    with running(database, Chore("webhooks", run, timedelta(hours=1))), caplog.at_level(logging.WARNING):
        wait_until(lambda: len(ran) == 3)
    assert caplog.text == ""


def test_a_chore_not_for_the_start_runs_when_it_is_nudged(database: Database) -> None:
    ran: list[int] = []
    with running(
        database, Chore("late", lambda _context: ran.append(1), timedelta(hours=1), at_start=False)
    ) as started:
        started.nudge(["another"])
        assert ran == []
        started.nudge(["late"])
        wait_until(lambda: len(ran) == 1)


def test_a_nudge_while_the_chore_runs_makes_it_run_once_more(database: Database) -> None:
    ran: list[int] = []
    begun, gate = threading.Event(), threading.Event()

    def run(_context: Context) -> None:
        ran.append(1)
        begun.set()
        gate.wait(5)

    with running(database, Chore("look", run, timedelta(hours=1))) as started:
        assert begun.wait(5)
        started.nudge(["look"])
        time.sleep(0.1)
        gate.set()
        wait_until(lambda: len(ran) == 2)


def test_a_start_has_its_turn_in_time_after_a_process_died() -> None:
    assert timedelta(seconds=30) > turn.LEASE + 2 * turn.RETRY_AFTER


def test_a_chore_that_fails_during_a_stop_logs_no_error(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    begun, gate, ended = threading.Event(), threading.Event(), threading.Event()

    def run(_context: Context) -> None:
        begun.set()
        gate.wait(5)
        threading.Timer(0.05, ended.set).start()
        raise Unavailable("Webex is down")

    with running(database, Chore("webhooks", run, timedelta(hours=1))) as started, caplog.at_level(logging.ERROR):
        assert begun.wait(5)
        assert started.stop(1)
        gate.set()
        assert ended.wait(5)
    assert caplog.text == ""


def test_a_failed_chore_is_tried_again_soon_or_at_its_next_round(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    assert timedelta(minutes=1) >= clock._SOON_AGAIN
    ran: list[int] = []

    def run(_context: Context) -> None:
        ran.append(1)
        raise Unavailable("Webex is down")

    with running(database, Chore("often", run, timedelta(milliseconds=100))):
        wait_until(lambda: len(ran) >= 2)


def test_leases_are_renewed_well_before_they_run_out() -> None:
    (renewal,) = (entry for entry in SCHEDULE if isinstance(entry, Chore) and entry.name == "leases")
    assert 2 * renewal.every < claims.LEASE


def test_the_settings_say_how_many_commands_are_answered_at_once() -> None:
    (job,) = (entry for entry in SCHEDULE if isinstance(entry, Job) and entry is inbox.JOB)
    assert job.threads(Settings(answer_threads=3)) == 3


def test_a_loop_that_fails_is_started_again_and_ends_with_the_process(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(clock, "_SOON_AGAIN", timedelta(seconds=0.05))
    runs: list[int] = []

    def run(context: Context) -> None:
        runs.append(1)
        if len(runs) < 3:
            raise LookupError("odd")
        context.stopping.wait(10)

    with running(database, Loop("look", run)) as started:
        wait_until(lambda: len(runs) == 3)
        assert started.stop(5)
        assert started.wait_for_chores(5)
    assert len(runs) == 3
    assert caplog.text.count("the loop “look” failed; it is started again") == 2
