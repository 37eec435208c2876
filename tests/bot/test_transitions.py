"""The states of a sync: each row of the design's table, and that nothing Webex says leads out of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.failures import AnswerLost, RateLimited, Rejected, Unavailable, WebexFailure
from bot.transitions import (
    BUSY_CODES,
    DOUBT,
    LONGEST_PAUSE,
    LONGEST_QUEUE,
    MOST_REJECTIONS,
    Move,
    after_failure,
    from_asking,
    from_queued,
    from_running,
    from_starting,
    pause,
    poll_after,
)
from bot.wire import SyncError, SyncReading
from storage.records import Sync, SyncState

NOW = datetime(2026, 11, 22, 10, 14, tzinfo=UTC)
EARLIER, LATER = NOW - timedelta(days=3), NOW + timedelta(days=3)
POLL, TIMEOUT = timedelta(seconds=15), timedelta(hours=12)
QUEUED, STARTING, RUNNING = SyncState.QUEUED, SyncState.STARTING, SyncState.RUNNING
COMPLETED, FAILED = SyncState.COMPLETED, SyncState.FAILED

LEGAL = {
    QUEUED: {QUEUED, STARTING, FAILED},
    STARTING: {STARTING, QUEUED, RUNNING, COMPLETED, FAILED},
    RUNNING: {RUNNING, COMPLETED, FAILED},
}
BEFORE = SyncReading(enabled=True, status="COMPLETE", started_at=EARLIER, ended_at=EARLIER, tracking_id="before")

MOMENTS = st.none() | st.sampled_from([EARLIER, NOW, LATER]) | st.datetimes(timezones=st.just(UTC))
READINGS = st.builds(
    SyncReading,
    enabled=st.none() | st.booleans(),
    status=st.none() | st.sampled_from(["COMPLETE", "IN_PROGRESS", "NOT_SYNCED", "failed", ""]) | st.text(max_size=20),
    started_at=MOMENTS,
    ended_at=MOMENTS,
    succeeded_at=MOMENTS,
    tracking_id=st.none() | st.sampled_from(["before", "new"]) | st.text(max_size=5),
    counts=st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
    errors=st.lists(st.builds(SyncError, st.integers(), st.text(max_size=5)), max_size=2).map(tuple),
)
FAILURES: st.SearchStrategy[WebexFailure] = st.one_of(
    st.builds(RateLimited, st.text(), retry_after=st.none() | st.floats(0, 300)),
    st.builds(Unavailable, st.text()),
    st.builds(AnswerLost, st.text()),
    st.builds(
        Rejected,
        st.text(),
        status=st.integers(400, 499),
        codes=st.lists(st.sampled_from([600005, 600009, 600011, 600029]) | st.integers()).map(tuple),
        tracking_id=st.none() | st.text(),
    ),
)


def sync(state: SyncState = QUEUED, **more: Any) -> Sync:
    """A sync asked for a minute ago, of an enterprise whose sync before is `BEFORE`."""
    known = state is not QUEUED
    asked = Sync(
        id=1,
        enterprise_id=1,
        cluster_id=1,
        state=state,
        asked_at=NOW - timedelta(minutes=1),
        asker_email="ana@acme.example",
        starting_at=NOW - timedelta(seconds=30) if known else None,
        before_started_at=EARLIER if known else None,
        before_tracking_id="before" if known else None,
        started_at=None,
        ended_at=None,
        seconds=None,
        tracking_id=None,
        webex_status=None,
        counts={},
        errors=(),
        reason=None,
        status_outbox_id=None,
        roster_id=None,
        polls=0,
    )
    return replace(asked, **more)


def new_run(status: str | None, **more: Any) -> SyncReading:
    """Webex's account of a run that began after ours was asked for."""
    return replace(SyncReading(True, status, NOW, None, None, "new"), **more)


def starting(reading: SyncReading, of: Sync | None = None) -> Move:
    return from_starting(of or sync(STARTING), reading, NOW, POLL, TIMEOUT)


def running(reading: SyncReading, of: Sync | None = None) -> Move:
    return from_running(of or sync(RUNNING), reading, NOW, POLL, TIMEOUT)


@pytest.mark.parametrize("reading", [BEFORE, SyncReading(), SyncReading(status="NOT_SYNCED"), new_run("of its kind")])
def test_with_none_running_webexs_last_run_is_noted_and_webex_asked(reading: SyncReading) -> None:
    move = from_queued(sync(), reading, NOW, POLL)
    assert (move.state, move.ask, move.pause) == (STARTING, True, None)
    assert move.learned == {
        "starting_at": NOW,
        "before_started_at": reading.started_at,
        "before_tracking_id": reading.tracking_id,
        "polls": 0,
    }


@pytest.mark.parametrize("status", ["IN_PROGRESS", "in_progress", " In Progress "])
def test_while_webex_runs_a_sync_of_its_own_ours_stays_queued_and_webex_is_not_asked(status: str) -> None:
    assert from_queued(sync(), new_run(status), NOW, POLL) == Move(QUEUED, POLL)


def test_a_sync_queued_for_a_day_fails_and_one_not_quite_a_day_starts() -> None:
    late = sync(asked_at=NOW - LONGEST_QUEUE - timedelta(microseconds=1))
    move = from_queued(late, BEFORE, NOW, POLL)
    assert (move.state, move.ask) == (FAILED, False)
    assert "24 hours" in move.learned["reason"]
    assert from_queued(sync(asked_at=NOW - LONGEST_QUEUE), BEFORE, NOW, POLL).state is STARTING


def test_an_enterprise_whose_directory_sync_is_off_fails_with_whom_to_ask() -> None:
    move = from_queued(sync(), replace(BEFORE, enabled=False), NOW, POLL)
    assert (move.state, move.ask) == (FAILED, False)
    assert "service provider" in move.learned["reason"]


def test_webexs_yes_is_a_running_sync() -> None:
    assert from_asking(None, 0, POLL) == Move(RUNNING, POLL)


@pytest.mark.parametrize("failure", [Unavailable("502"), AnswerLost("gone")])
def test_after_a_lost_answer_or_a_5xx_webex_is_read_and_not_asked_again(failure: WebexFailure) -> None:
    assert from_asking(failure, 0, POLL) == Move(STARTING, POLL)


@pytest.mark.parametrize(("said", "rest"), [(0.0, 1.0), (5.0, 5.0), (7200.0, 300.0), (None, 60.0)])
def test_a_busy_cluster_rests_as_long_as_webex_says_and_the_sync_keeps_its_place(
    said: float | None, rest: float
) -> None:
    move = from_asking(RateLimited("busy", retry_after=said), 2, POLL)
    assert (move.state, move.pause, move.ends) == (QUEUED, timedelta(seconds=rest), False)


@pytest.mark.parametrize("code", sorted(BUSY_CODES))
def test_webexs_codes_for_not_now_are_a_busy_cluster_whatever_their_status(code: int) -> None:
    move = from_asking(Rejected("no", status=409, codes=(code,)), 0, POLL)
    assert (move.state, move.pause) == (QUEUED, timedelta(seconds=15))


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (Rejected("no", status=400, codes=(600029,)), "activated"),
        (Rejected("no", status=400, codes=(600011,)), "HTTP 400, code 600011"),
        (Rejected("no", status=403, tracking_id="NA_1"), "Tracking id: NA_1"),
    ],
)
def test_what_webex_refuses_for_good_fails_with_its_reason(failure: Rejected, reason: str) -> None:
    move = from_asking(failure, 0, POLL)
    assert (move.state, move.pause) == (FAILED, None)
    assert reason in move.learned["reason"]


def test_a_run_that_began_though_its_answer_was_lost_is_adopted() -> None:
    move = starting(new_run("IN_PROGRESS"))
    assert move.state is RUNNING
    assert (move.learned["started_at"], move.learned["tracking_id"]) == (NOW, "new")


def test_a_run_that_began_and_ended_unseen_is_adopted_with_its_end() -> None:
    move = starting(new_run("COMPLETE", ended_at=LATER))
    assert (move.state, move.learned["ended_at"]) == (COMPLETED, LATER)


def test_without_a_run_of_ours_webex_is_read_for_two_minutes_and_then_asked_again() -> None:
    assert timedelta(minutes=2) == DOUBT
    recent = sync(STARTING, starting_at=NOW - DOUBT + timedelta(microseconds=1))
    assert starting(BEFORE, recent) == Move(STARTING, POLL)
    assert starting(BEFORE, sync(STARTING, starting_at=NOW - DOUBT)) == Move(QUEUED)


@pytest.mark.parametrize("status", ["COMPLETE", "complete", "COMPLETED"])
def test_a_run_of_ours_that_is_complete_ends_the_sync_when_webex_says_it_ended(status: str) -> None:
    move = running(new_run(status, ended_at=LATER, counts={"usersAdded": 4}))
    assert (move.state, move.learned["ended_at"], move.learned["counts"]) == (COMPLETED, LATER, {"usersAdded": 4})
    assert move.learned["seconds"] == (LATER - NOW).total_seconds()


@pytest.mark.parametrize("ended_at", [None, EARLIER])
def test_an_end_webex_does_not_tell_or_tells_of_the_run_before_is_when_we_saw_it(ended_at: datetime | None) -> None:
    move = running(new_run("COMPLETE", ended_at=ended_at))
    assert (move.state, move.learned["ended_at"], move.learned["seconds"]) == (COMPLETED, NOW, 30.0)


def test_complete_with_errors_is_completed_and_keeps_them() -> None:
    move = running(new_run("COMPLETE", errors=(SyncError(600018, "some"),)))
    assert (move.state, move.learned["errors"]) == (COMPLETED, [[600018, "some"]])


@pytest.mark.parametrize("status", ["FAILED", "failed", "Error"])
def test_a_run_of_ours_that_failed_fails_the_sync_with_its_errors(status: str) -> None:
    move = running(new_run(status, errors=(SyncError(600014, "no way"),)))
    assert (move.state, move.learned["errors"], move.learned["tracking_id"]) == (FAILED, [[600014, "no way"]], "new")


@pytest.mark.parametrize("status", [None, "", "NOT_SYNCED", "PARTIAL", "INCOMPLETE", "COMPLETE_ISH", "成功"])
def test_an_unknown_status_is_kept_as_it_is_and_polled_on(status: str | None) -> None:
    move = running(new_run(status))
    assert (move.state, move.wait, move.learned["webex_status"]) == (RUNNING, POLL, status)


@pytest.mark.parametrize("status", ["COMPLETE", "FAILED"])
def test_the_end_of_the_run_before_is_not_taken_for_the_end_of_ours(status: str) -> None:
    assert running(replace(BEFORE, status=status)).state is RUNNING
    assert starting(replace(BEFORE, status=status)).state is STARTING


@pytest.mark.parametrize(
    ("reading", "ours"),
    [
        (replace(BEFORE, started_at=EARLIER - timedelta(days=9)), True),
        (replace(BEFORE, started_at=LATER), True),
        (replace(BEFORE, tracking_id="new"), True),
        (replace(BEFORE, tracking_id=None), False),
        (replace(BEFORE, started_at=None), False),
        (replace(BEFORE, ended_at=LATER), False),
    ],
)
def test_ours_is_a_run_with_another_start_or_tracking_id_and_clocks_are_never_compared(
    reading: SyncReading, ours: bool
) -> None:
    assert running(reading).state is (COMPLETED if ours else RUNNING)


def test_the_first_sync_ever_is_known_by_having_a_start() -> None:
    first = sync(RUNNING, before_started_at=None, before_tracking_id=None)
    assert running(SyncReading(status="NOT_SYNCED"), first).state is RUNNING
    assert running(SyncReading(status="COMPLETE"), first).state is RUNNING
    assert running(new_run("COMPLETE"), first).state is COMPLETED


def test_the_time_limit_counts_from_starting() -> None:
    started = sync(RUNNING, starting_at=NOW - TIMEOUT, asked_at=NOW - 3 * TIMEOUT)
    assert running(new_run("IN_PROGRESS"), started).state is RUNNING
    late = replace(started, starting_at=NOW - TIMEOUT - timedelta(microseconds=1))
    assert running(new_run("IN_PROGRESS"), late).state is FAILED
    assert running(BEFORE, late).state is FAILED
    assert running(new_run("COMPLETE"), late).state is COMPLETED


def test_polls_come_slower_and_slower_to_a_quarter_of_the_first_pace() -> None:
    waits = [poll_after(sync(RUNNING, polls=polls), POLL) for polls in range(100)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (POLL, 4 * POLL)
    assert running(new_run("IN_PROGRESS"), sync(RUNNING, polls=7)).learned["polls"] == 8


@given(st.integers(0, 10**6), st.none() | st.floats(0, 10**9))
def test_no_pause_is_longer_than_five_minutes_or_shorter_than_a_second(pauses: int, said: float | None) -> None:
    assert timedelta(minutes=5) == LONGEST_PAUSE
    assert timedelta(seconds=1) <= pause(pauses, said) <= LONGEST_PAUSE


@given(pauses=st.integers(0, 100))
def test_pauses_webex_does_not_name_grow(pauses: int) -> None:
    assert pause(pauses, None) <= pause(pauses + 1, None)


@given(reading=READINGS, polls=st.integers(0, 10**6), ago=st.timedeltas(timedelta(), timedelta(days=3)))
def test_whatever_webex_reads_the_next_state_is_a_legal_one(reading: SyncReading, polls: int, ago: timedelta) -> None:
    moves = [
        (QUEUED, from_queued(sync(asked_at=NOW - ago), reading, NOW, POLL)),
        (STARTING, starting(reading, sync(STARTING, polls=polls, starting_at=NOW - ago))),
        (RUNNING, running(reading, sync(RUNNING, polls=polls, starting_at=NOW - ago))),
    ]
    for before, move in moves:
        assert move.state in LEGAL[before]
        assert move.ask == (before is QUEUED and move.state is STARTING)
        assert move.ends or move.ask or move.wait > timedelta() or (before, move.state) == (STARTING, QUEUED)
        assert move.state is not FAILED or move.learned["reason"]
        if move.state is COMPLETED:
            assert reading.status is not None
            assert reading.status.upper().strip() in ("COMPLETE", "COMPLETED")
            assert (reading.started_at, reading.tracking_id) != (EARLIER, "before")


@given(failure=st.none() | FAILURES, pauses=st.integers(0, 10**6))
def test_whatever_webex_answers_to_the_request_the_next_state_is_a_legal_one(
    failure: WebexFailure | None, pauses: int
) -> None:
    move = from_asking(failure, pauses, POLL)
    assert move.state in LEGAL[STARTING]
    assert move.state is not COMPLETED
    assert not move.ask
    assert (move.pause is None) == (move.state is not QUEUED)
    assert (move.state is RUNNING) == (failure is None)


def test_a_queued_sync_whose_enterprise_webex_refuses_to_tell_of_fails_after_a_few_looks() -> None:
    refused = Rejected("no", status=403)
    queued = sync(QUEUED)
    assert after_failure(queued, refused, NOW, TIMEOUT, MOST_REJECTIONS - 1) is None
    move = after_failure(queued, refused, NOW, TIMEOUT, MOST_REJECTIONS)
    assert move is not None
    assert move.state is FAILED
    assert "403" in move.learned["reason"]
    assert after_failure(queued, Unavailable("away"), NOW, TIMEOUT, 99) is None


def test_a_sync_under_way_that_cannot_be_looked_at_ends_with_its_timeout_and_not_before() -> None:
    for state in (STARTING, RUNNING):
        under_way = sync(state)
        begun = under_way.starting_at
        assert begun is not None
        assert after_failure(under_way, Unavailable("away"), begun + TIMEOUT, TIMEOUT, 99) is None
        move = after_failure(under_way, Unavailable("away"), begun + TIMEOUT + POLL, TIMEOUT, 0)
        assert move is not None
        assert move.state is FAILED


def test_an_answer_to_asking_that_is_not_understood_leaves_it_in_doubt() -> None:
    assert from_asking(Rejected("odd", status=200), 0, POLL).state is STARTING
