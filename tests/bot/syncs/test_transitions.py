"""From the queue to Webex's answer: when Webex is asked to start a sync, and what becomes of what it says."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.syncs.next_state import Transition, failed
from bot.syncs.timing import MAX_QUEUE_TIME, NEXT_TRY_WAIT, overdue_before
from bot.syncs.transitions import (
    MAX_REJECTIONS,
    MAX_STARTS,
    MAX_UNREAD_TIME,
    after_failure,
    from_queued,
    from_start_request,
)
from bot.webex.errors import (
    AnswerLost,
    RateLimited,
    Rejected,
    ScopeMissing,
    TokenRefused,
    TokenUnavailable,
    Unavailable,
    WebexFailure,
)
from bot.webex.sync_error_codes import MEANINGS, NOBODY_ACTIVATED, ErrorKind
from storage.values.provider_access import Outage
from storage.values.records import Cause, SyncState, WaitsFor, WebexSyncStatus
from tests.bot.samples import BEFORE, EARLIER, JUST_OVER, LATER, NOW, POLL, TIMEOUT, new_run, sync

QUEUED, STARTING, RUNNING = SyncState.QUEUED, SyncState.STARTING, SyncState.RUNNING
FAILED = SyncState.FAILED
OF_KIND = {kind: sorted(code for code, known in MEANINGS.items() if known.kind is kind) for kind in ErrorKind}


def queued(webex_status: WebexSyncStatus, *, asked_at: datetime = NOW, polls: int = 0, starts: int = 0) -> Transition:
    return from_queued(sync(asked_at=asked_at, polls=polls, starts=starts), webex_status, NOW, POLL)


def refusal(*codes: int, status: int = 409) -> Rejected:
    return Rejected("no", status=status, codes=codes, tracking_id="NA_1")


@pytest.mark.parametrize(
    "webex_status", [BEFORE, WebexSyncStatus(), WebexSyncStatus(status="NOT_SYNCED"), new_run("of its kind")]
)
def test_a_queued_sync_starts_and_remembers_webexs_last_run(webex_status: WebexSyncStatus) -> None:
    move = queued(webex_status, polls=9)
    assert (move.state, move.start_sync, move.pause, move.waits_for) == (STARTING, True, None, None)
    assert move.updates == {
        "starting_at": NOW,
        "starts": 1,
        "before_started_at": webex_status.started_at,
        "before_tracking_id": webex_status.tracking_id,
        "polls": 0,
        "started_at": None,
        "tracking_id": None,
        "webex_status": None,
        "counts": {},
    }


def test_every_start_is_counted() -> None:
    assert queued(BEFORE, starts=3).updates["starts"] == 4


@pytest.mark.parametrize("status", ["IN_PROGRESS", "in_progress", " In Progress ", "InProgress"])
def test_a_queued_sync_waits_for_a_run_of_webexs_own(status: str) -> None:
    assert queued(new_run(status)) == Transition(QUEUED, POLL, WaitsFor.WEBEX, {"polls": 1}, gives_way=True)


def test_polls_of_a_run_of_webexs_own_slow_down_too() -> None:
    waits = [queued(new_run("IN_PROGRESS"), polls=polls).wait for polls in range(100)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (POLL, 4 * POLL)
    assert queued(new_run("IN_PROGRESS"), polls=7).updates == {"polls": 8}


def test_a_sync_is_overdue_a_day_after_its_request() -> None:
    assert timedelta(hours=24) == MAX_QUEUE_TIME
    assert overdue_before(NOW, None) == NOW - MAX_QUEUE_TIME
    long_ago = Outage(NOW - timedelta(days=2))
    assert overdue_before(NOW, long_ago) == NOW - MAX_QUEUE_TIME


@pytest.mark.parametrize(("asked", "hours"), [(-11, 47), (0, 36), (6, 30), (12, 24), (13, 24)])
def test_the_day_in_the_queue_begins_again_after_a_refused_access(asked: int, hours: int) -> None:
    hour = timedelta(hours=1)
    outage, asked_at = Outage(EARLIER + 12 * hour), EARLIER + asked * hour
    assert asked_at >= overdue_before(asked_at + hours * hour, outage)
    assert asked_at < overdue_before(asked_at + hours * hour + JUST_OVER, outage)
    assert asked_at >= overdue_before(LATER, Outage(None))


def test_a_sync_fails_without_a_start_if_directory_sync_is_off() -> None:
    assert queued(replace(BEFORE, enabled=False)) == Transition(FAILED, updates={"cause": Cause.SWITCHED_OFF})
    assert queued(replace(BEFORE, enabled=None)).start_sync


def test_a_start_that_webex_accepts_is_a_running_sync() -> None:
    assert from_start_request(None, 1, 0, POLL) == Transition(RUNNING, POLL)


@pytest.mark.parametrize("failure", [Unavailable("502"), AnswerLost("gone"), Rejected("odd", status=200)])
@pytest.mark.parametrize("starts", [1, MAX_STARTS])
def test_a_start_with_an_unclear_response_is_not_repeated(failure: WebexFailure, starts: int) -> None:
    assert from_start_request(failure, starts, 0, POLL) == Transition(STARTING, POLL)


@pytest.mark.parametrize("failure", [TokenRefused("401"), ScopeMissing("403")])
@pytest.mark.parametrize("starts", [1, MAX_STARTS, 10 * MAX_STARTS])
def test_a_start_without_access_goes_back_to_the_queue(failure: WebexFailure, starts: int) -> None:
    move = from_start_request(failure, starts, 0, POLL)
    assert (move.state, move.waits_for, move.pause) == (QUEUED, WaitsFor.ACCESS, None)
    assert move.updates == {"starts": starts - 1}
    assert (move.gives_way, bool(move.next_wait)) == (isinstance(failure, ScopeMissing),) * 2


@pytest.mark.parametrize("starts", [1, MAX_STARTS, 10 * MAX_STARTS])
def test_a_start_without_a_token_is_tried_again_and_not_counted(starts: int) -> None:
    move = from_start_request(TokenUnavailable("503"), starts, 3, POLL)
    assert move == Transition(QUEUED, timedelta(seconds=3), WaitsFor.RETRY, {"starts": starts - 1})


@pytest.mark.parametrize(("said", "rest"), [(0.0, 1.0), (5.0, 5.0), (7200.0, 300.0), (None, 60.0)])
def test_a_busy_cluster_pauses_as_long_as_webex_asks(said: float | None, rest: float) -> None:
    move = from_start_request(RateLimited("busy", retry_after=said), 1, 2, POLL)
    assert (move.state, move.waits_for, move.is_final) == (QUEUED, WaitsFor.CLUSTER, False)
    assert (move.pause, move.wait) == (timedelta(seconds=rest), timedelta(seconds=rest))
    assert move.gives_way


@pytest.mark.parametrize(
    ("failure", "rest"),
    [
        (refusal(600005), 60),
        (refusal(600005, 600014), 60),
        (RateLimited("busy", retry_after=None, codes=(600005,)), 60),
        (RateLimited("busy", retry_after=20, codes=(600005,)), 20),
    ],
)
@pytest.mark.parametrize("starts", [1, MAX_STARTS, 10 * MAX_STARTS])
def test_a_run_of_webexs_own_rests_the_enterprise_alone(failure: WebexFailure, rest: int, starts: int) -> None:
    expected = Transition(QUEUED, timedelta(seconds=rest), WaitsFor.WEBEX, {"starts": starts - 1}, gives_way=True)
    assert from_start_request(failure, starts, 5, POLL) == expected


@pytest.mark.parametrize("code", OF_KIND[ErrorKind.BUSY])
def test_webexs_busy_codes_mean_a_busy_cluster_with_any_http_status(code: int) -> None:
    move = from_start_request(refusal(code), 1, 0, POLL)
    assert (move.state, move.waits_for, move.pause) == (QUEUED, WaitsFor.CLUSTER, timedelta(seconds=15))


@pytest.mark.parametrize("busy", [RateLimited("busy", retry_after=None), refusal(*OF_KIND[ErrorKind.BUSY])])
@pytest.mark.parametrize("starts", [1, MAX_STARTS, 10 * MAX_STARTS])
def test_a_busy_cluster_never_counts_as_a_start_or_ends_a_sync(busy: WebexFailure, starts: int) -> None:
    move = from_start_request(busy, starts, 99, POLL)
    assert (move.state, move.updates) == (QUEUED, {"starts": starts - 1})


@pytest.mark.parametrize("code", OF_KIND[ErrorKind.TEMPORARY])
def test_a_start_with_a_temporary_error_is_tried_five_times(code: int) -> None:
    assert MAX_STARTS == 5
    for starts, seconds in enumerate((15, 30, 60, 120), 1):
        rest = timedelta(seconds=seconds)
        expected = Transition(QUEUED, rest, WaitsFor.RETRY, gives_way=True)
        assert from_start_request(refusal(code), starts, 2, POLL) == expected
    end = from_start_request(refusal(code), MAX_STARTS, 2, POLL)
    assert (end.state, end.updates["cause"], end.pause) == (FAILED, Cause.REFUSED, None)


@pytest.mark.parametrize("code", [*OF_KIND[ErrorKind.PERMANENT], 6003])
def test_a_start_with_a_permanent_or_unknown_error_fails_at_once(code: int) -> None:
    rejected = refusal(code)
    cause = Cause.NOBODY_ACTIVATED if code == NOBODY_ACTIVATED else Cause.REFUSED
    assert from_start_request(rejected, 1, 0, POLL) == Transition(
        FAILED,
        updates={"cause": cause, "errors": ((code, str(rejected)),), "reason": str(rejected), "tracking_id": "NA_1"},
    )


def test_a_refused_start_keeps_webexs_words_and_every_code() -> None:
    plain = from_start_request(refusal(status=403), 1, 0, POLL)
    assert (plain.state, plain.updates["cause"], plain.updates["errors"]) == (FAILED, Cause.REFUSED, ())
    assert "no" in plain.updates["reason"]
    several = from_start_request(refusal(600001, 600011, 6003), 1, 0, POLL)
    assert [code for code, _ in several.updates["errors"]] == [600001, 600011, 6003]


def test_a_queued_sync_fails_after_a_few_rejected_status_reads() -> None:
    refused = refusal(status=403)
    earlier = after_failure(sync(), refused, NOW, TIMEOUT, MAX_REJECTIONS - 1, POLL)
    assert earlier is not None
    assert earlier.state is QUEUED
    move = after_failure(sync(), refused, NOW, TIMEOUT, MAX_REJECTIONS, POLL)
    assert move is not None
    assert (move.state, move.updates["cause"]) == (FAILED, Cause.REFUSED)
    unknown = after_failure(sync(), refusal(NOBODY_ACTIVATED), NOW, TIMEOUT, MAX_REJECTIONS, POLL)
    assert unknown is not None
    assert unknown.updates["cause"] is Cause.NOBODY_ACTIVATED


@pytest.mark.parametrize(
    "failure",
    [AnswerLost("gone"), Unavailable("503"), RateLimited("429", retry_after=9), KeyError(), refusal(status=404)],
)
def test_a_status_that_cannot_be_read_twice_rests_its_enterprise(failure: Exception) -> None:
    assert after_failure(sync(), failure, NOW, TIMEOUT, 0, NEXT_TRY_WAIT) is None
    for failures in (1, 99):
        move = after_failure(sync(), failure, NOW, TIMEOUT, failures, POLL)
        assert move == Transition(
            QUEUED, POLL, WaitsFor.RETRY, gives_way=True, next_wait=NEXT_TRY_WAIT, failures=failures + 1
        )


def test_a_sync_that_must_wait_for_long_gives_way_after_one_failure() -> None:
    move = after_failure(sync(), RateLimited("429", retry_after=300), NOW, TIMEOUT, 0, 2 * NEXT_TRY_WAIT)
    assert move is not None
    assert (move.wait, move.gives_way, move.failures) == (2 * NEXT_TRY_WAIT, True, 1)
    assert after_failure(sync(), TokenUnavailable("503"), NOW, TIMEOUT, 0, 2 * NEXT_TRY_WAIT) is None


@pytest.mark.parametrize("failure", [TokenRefused("401"), ScopeMissing("403")])
@pytest.mark.parametrize("failures", [0, 99])
def test_a_sync_never_ends_because_webex_refuses_the_access(failure: WebexFailure, failures: int) -> None:
    move = after_failure(sync(asked_at=NOW - 9 * MAX_QUEUE_TIME), failure, NOW, TIMEOUT, failures, POLL)
    assert move is not None
    assert (move.state, move.waits_for) == (QUEUED, WaitsFor.ACCESS)
    for state in (STARTING, RUNNING):
        assert after_failure(sync(state, starting_at=EARLIER), failure, LATER, TIMEOUT, failures, POLL) is None


@pytest.mark.parametrize("state", [QUEUED, STARTING, RUNNING])
@pytest.mark.parametrize("failures", [0, 99])
def test_a_sync_never_ends_because_there_is_no_token(state: SyncState, failures: int) -> None:
    under_way = sync(state, starting_at=EARLIER)
    assert after_failure(under_way, TokenUnavailable("503"), LATER, TIMEOUT, failures, POLL) is None


@pytest.mark.parametrize("state", [STARTING, RUNNING])
@pytest.mark.parametrize(
    ("failure", "limit"), [(refusal(status=403), TIMEOUT), (Unavailable("away"), TIMEOUT + MAX_UNREAD_TIME)]
)
def test_a_sync_whose_status_cannot_be_read_fails_at_its_time_limit(
    state: SyncState, failure: WebexFailure, limit: timedelta
) -> None:
    under_way = sync(state, starting_at=EARLIER)
    assert after_failure(under_way, failure, EARLIER + limit, TIMEOUT, 99, POLL) is None
    over = EARLIER + limit + JUST_OVER
    assert after_failure(under_way, failure, over, TIMEOUT, 0, POLL) == failed(Cause.TIMED_OUT)
    assert after_failure(sync(state, starting_at=None), failure, LATER, TIMEOUT, 99, POLL) is None
