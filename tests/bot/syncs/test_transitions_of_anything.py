"""Whatever Webex says or answers: no move leads out of the design's table of states, and every failure has a cause."""

from datetime import UTC, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.syncs.next_state import Transition
from bot.syncs.transitions import (
    after_failure,
    from_queued,
    from_running,
    from_start_request,
    from_starting,
)
from bot.webex.errors import AnswerLost, RateLimited, Rejected, Unavailable, WebexFailure
from storage.values.records import Cause, Sync, SyncError, SyncState, WaitsFor, WebexSyncStatus
from tests.bot.samples import EARLIER, LATER, NOW, POLL, TIMEOUT, sync

QUEUED, STARTING, RUNNING = SyncState.QUEUED, SyncState.STARTING, SyncState.RUNNING
COMPLETED, FAILED = SyncState.COMPLETED, SyncState.FAILED

LEGAL = {
    QUEUED: {QUEUED, STARTING, FAILED},
    STARTING: {STARTING, QUEUED, RUNNING, COMPLETED, FAILED},
    RUNNING: {RUNNING, QUEUED, COMPLETED, FAILED},
}
CAUSES = {
    QUEUED: {Cause.NOT_STARTED, Cause.SWITCHED_OFF},
    STARTING: {Cause.NOBODY_ACTIVATED, Cause.WEBEX_FAILED, Cause.TIMED_OUT},
    RUNNING: {Cause.NOBODY_ACTIVATED, Cause.WEBEX_FAILED, Cause.TIMED_OUT, Cause.LOST},
}

MOMENTS = st.none() | st.sampled_from([EARLIER, NOW, LATER]) | st.datetimes(timezones=st.just(UTC))
TRACKING_IDS = st.none() | st.sampled_from(["before", "new", "ours"]) | st.text(max_size=5)
CODES = st.sampled_from([600001, 600005, 600009, 600011, 600014, 600029]) | st.integers()
READINGS = st.builds(
    WebexSyncStatus,
    enabled=st.none() | st.booleans(),
    status=st.none() | st.sampled_from(["COMPLETE", "IN_PROGRESS", "NOT_SYNCED", "failed", ""]) | st.text(max_size=20),
    started_at=MOMENTS,
    ended_at=MOMENTS,
    succeeded_at=MOMENTS,
    tracking_id=TRACKING_IDS,
    counts=st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
    errors=st.lists(st.builds(SyncError, CODES, st.text(max_size=5)), max_size=2).map(tuple),
)
FAILURES: st.SearchStrategy[WebexFailure] = st.one_of(
    st.builds(RateLimited, st.text(), retry_after=st.none() | st.floats(0, 300), codes=st.lists(CODES).map(tuple)),
    st.builds(Unavailable, st.text()),
    st.builds(AnswerLost, st.text()),
    st.builds(
        Rejected,
        st.text(),
        status=st.integers(200, 499),
        codes=st.lists(CODES).map(tuple),
        tracking_id=st.none() | st.text(),
    ),
)
SYNCS = st.builds(
    sync,
    st.sampled_from([QUEUED, STARTING, RUNNING]),
    asked_at=st.timedeltas(timedelta(), timedelta(days=3)).map(lambda ago: NOW - ago),
    starting_at=st.none() | st.timedeltas(timedelta(), timedelta(days=3)).map(lambda ago: NOW - ago),
    before_started_at=MOMENTS,
    before_tracking_id=TRACKING_IDS,
    started_at=MOMENTS,
    tracking_id=TRACKING_IDS,
    starts=st.integers(0, 10),
    polls=st.integers(0, 10**6),
)


def read(of: Sync, webex_status: WebexSyncStatus) -> Transition:
    if of.state is QUEUED:
        return from_queued(of, webex_status, NOW, POLL)
    move = from_starting if of.state is STARTING else from_running
    return move(of, webex_status, NOW, POLL, TIMEOUT)


@given(SYNCS, READINGS)
def test_every_webex_status_leads_to_a_legal_state(of: Sync, webex_status: WebexSyncStatus) -> None:
    move = read(of, webex_status)
    assert move.state in LEGAL[of.state]
    assert move.start_sync == (of.state is QUEUED and move.state is STARTING)
    assert (move.pause is not None) == (move.waits_for is WaitsFor.CLUSTER)
    assert not (move.unpause and move.pause)
    assert move.is_final or move.start_sync or move.wait > timedelta() or (of.state, move.state) == (STARTING, QUEUED)
    assert move.gives_way == (move.state is QUEUED) == (move.waits_for is not None)
    assert move.waits_for is WaitsFor.WEBEX or of.state is not QUEUED or move.state is not QUEUED


@given(SYNCS, READINGS)
def test_exactly_the_failures_have_a_cause_and_it_fits_the_state(of: Sync, webex_status: WebexSyncStatus) -> None:
    move = read(of, webex_status)
    assert ("cause" in move.updates) == (move.state is FAILED)
    if of.started_at is None or of.state is RUNNING:
        assert move.updates.get("cause") in {*CAUSES[of.state], None}


@given(SYNCS, READINGS)
def test_only_a_success_reported_by_webex_completes_a_sync(of: Sync, webex_status: WebexSyncStatus) -> None:
    if read(of, webex_status).state is not COMPLETED:
        return
    said = (webex_status.status or "").upper().strip() in ("COMPLETE", "COMPLETED")
    since = of.started_at and webex_status.succeeded_at and webex_status.succeeded_at >= of.started_at
    assert said or since
    assert (webex_status.started_at, webex_status.tracking_id) != (of.before_started_at, of.before_tracking_id)


@given(SYNCS, READINGS)
def test_an_end_has_a_time_and_no_negative_duration(of: Sync, webex_status: WebexSyncStatus) -> None:
    updates = read(of, webex_status).updates
    assert updates.get("seconds", 0) >= 0
    assert ("seconds" in updates) == ("ended_at" in updates)
    assert "ended_at" in updates or read(of, webex_status).state is not COMPLETED


@given(failure=st.none() | FAILURES, starts=st.integers(1, 10), pauses=st.integers(0, 10**6))
def test_every_response_to_a_start_leads_to_a_legal_state(
    failure: WebexFailure | None, starts: int, pauses: int
) -> None:
    move = from_start_request(failure, starts, pauses, POLL)
    assert move.state in LEGAL[STARTING] - {COMPLETED}
    assert not move.start_sync
    assert move.gives_way == (move.state is QUEUED) == (move.waits_for is not None)
    assert (move.pause is not None) == (move.waits_for is WaitsFor.CLUSTER)
    assert move.unpause == (move.state is RUNNING and pauses > 0)
    assert move.pause in (None, move.wait)
    assert (move.state is RUNNING) == (failure is None)
    assert move.updates.get("starts", starts) == starts - (move.waits_for in (WaitsFor.CLUSTER, WaitsFor.WEBEX))
    assert ("cause" in move.updates) == (move.state is FAILED)
    assert move.updates.get("cause") in {None, Cause.REFUSED, Cause.NOBODY_ACTIVATED}


@given(SYNCS, FAILURES, st.integers(0, 10))
def test_a_failed_status_read_ends_a_sync_or_rests_a_queued_one(of: Sync, failure: WebexFailure, failures: int) -> None:
    move = after_failure(of, failure, NOW, TIMEOUT, failures, POLL)
    ends = move is not None and move.state is FAILED and "cause" in move.updates
    rests = move is not None and move.gives_way and of.state is move.state is QUEUED
    assert move is None or ends or rests
