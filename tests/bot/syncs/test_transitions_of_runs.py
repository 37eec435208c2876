"""From asking to the end: which run is ours, what its end is, and what becomes of one that shows no more."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.syncs.next_state import Transition, failed
from bot.syncs.timing import OWN_RUN_WAIT
from bot.syncs.transitions import (
    ADOPT_WINDOW,
    MAX_STARTS,
    from_queued,
    from_running,
    from_start_request,
    from_starting,
)
from bot.syncs.webex_runs import is_running, succeeded
from bot.webex.errors import Rejected
from bot.webex.sync_error_codes import MEANINGS, NOBODY_ACTIVATED, ErrorKind, error_kind
from storage.values.records import Cause, Sync, SyncError, SyncState, WaitsFor, WebexSyncStatus
from tests.bot.samples import BEFORE, EARLIER, JUST_OVER, LATER, NOW, POLL, TIMEOUT, new_run, sync

QUEUED, STARTING, RUNNING = SyncState.QUEUED, SyncState.STARTING, SyncState.RUNNING
COMPLETED, FAILED = SyncState.COMPLETED, SyncState.FAILED
BEGAN = NOW - timedelta(minutes=20)
HOUR = timedelta(hours=1)
WAITS = (ErrorKind.BUSY, ErrorKind.IN_PROGRESS)


def starting(webex_status: WebexSyncStatus, of: Sync | None = None) -> Transition:
    return from_starting(of or sync(STARTING), webex_status, NOW, POLL, TIMEOUT)


def running(webex_status: WebexSyncStatus, of: Sync | None = None) -> Transition:
    return from_running(of or sync(RUNNING), webex_status, NOW, POLL, TIMEOUT)


def adopted(**more: Any) -> Sync:
    """A running sync. Webex has named its run, which began 20 minutes ago."""
    return sync(RUNNING, **{"started_at": BEGAN, "tracking_id": "ours", **more})


def test_a_run_is_adopted_if_the_response_to_its_start_was_lost() -> None:
    move = starting(new_run("IN_PROGRESS"))
    assert (move.state, move.unpause) == (RUNNING, True)
    assert (move.updates["started_at"], move.updates["tracking_id"]) == (NOW, "new")


def test_a_run_that_began_and_ended_unseen_is_adopted_with_its_end() -> None:
    move = starting(new_run("COMPLETE", ended_at=LATER))
    assert (move.state, move.unpause, move.updates["ended_at"]) == (COMPLETED, True, LATER)
    assert starting(new_run("FAILED")).updates["cause"] is Cause.WEBEX_FAILED


def test_a_start_without_a_run_is_repeated_after_the_adopt_window() -> None:
    assert timedelta(minutes=2) == ADOPT_WINDOW
    recent = sync(STARTING, starting_at=NOW - ADOPT_WINDOW + JUST_OVER)
    assert starting(BEFORE, recent) == Transition(STARTING, POLL)
    assert starting(BEFORE, sync(STARTING, starting_at=NOW - ADOPT_WINDOW)) == Transition(
        QUEUED, waits_for=WaitsFor.RETRY, gives_way=True
    )


@pytest.mark.parametrize("status", ["COMPLETE", "complete", "COMPLETED"])
def test_a_complete_run_completes_the_sync_at_webexs_end_time(status: str) -> None:
    move = running(new_run(status, ended_at=LATER, counts={"usersAdded": 4}))
    assert (move.state, move.updates["ended_at"], move.updates["counts"]) == (COMPLETED, LATER, {"usersAdded": 4})
    assert move.updates["seconds"] == (LATER - NOW).total_seconds()
    assert "cause" not in move.updates


@pytest.mark.parametrize("ended_at", [None, EARLIER])
def test_a_missing_or_older_end_time_is_replaced_by_now(ended_at: datetime | None) -> None:
    move = running(new_run("COMPLETE", ended_at=ended_at))
    assert (move.state, move.updates["ended_at"], move.updates["seconds"]) == (COMPLETED, NOW, 30.0)


@pytest.mark.parametrize("code", [600018, NOBODY_ACTIVATED])
def test_a_run_complete_with_errors_completes_the_sync_and_keeps_them(code: int) -> None:
    move = running(new_run("COMPLETE", errors=(SyncError(code, "some"),)))
    assert (move.state, move.updates["errors"]) == (COMPLETED, ((code, "some"),))
    assert "cause" not in move.updates


@pytest.mark.parametrize("status", ["FAILED", "failed", "Error", "failure"])
@pytest.mark.parametrize("code", [code for code in (*MEANINGS, 6003) if error_kind([code]) not in WAITS])
def test_a_run_of_ours_that_failed_fails_the_sync_with_its_errors(status: str, code: int) -> None:
    webex_status = new_run(status, errors=(SyncError(6004, "x"), SyncError(code, "no way")), counts={"usersAdded": 4})
    move = running(webex_status, sync(RUNNING, starts=MAX_STARTS))
    assert (move.state, move.updates["errors"]) == (FAILED, ((6004, "x"), (code, "no way")))
    assert (move.updates["tracking_id"], move.updates["counts"]) == ("new", {"usersAdded": 4})
    nobody = code == NOBODY_ACTIVATED
    assert move.updates["cause"] is (Cause.NOBODY_ACTIVATED if nobody else Cause.WEBEX_FAILED)


@pytest.mark.parametrize("status", [None, "", "NOT_SYNCED", "PARTIAL", "INCOMPLETE", "COMPLETE_ISH", "成功"])
def test_an_unknown_status_is_kept_and_polling_goes_on(status: str | None) -> None:
    move = running(new_run(status))
    assert (move.state, move.wait, move.updates["webex_status"]) == (RUNNING, POLL, status)
    assert (succeeded(status), is_running(status)) == (None, False)


def test_every_poll_of_a_running_sync_is_counted() -> None:
    assert running(new_run("IN_PROGRESS"), sync(RUNNING, polls=7)).updates["polls"] == 8
    assert running(BEFORE, sync(RUNNING, polls=7)).updates["polls"] == 8
    assert running(BEFORE, sync(RUNNING, polls=99)).wait == 4 * POLL


@pytest.mark.parametrize("status", ["COMPLETE", "FAILED"])
def test_the_end_of_the_previous_run_does_not_end_ours(status: str) -> None:
    assert running(replace(BEFORE, status=status)).state is RUNNING
    assert starting(replace(BEFORE, status=status)).state is STARTING


@pytest.mark.parametrize(
    ("webex_status", "ours"),
    [
        (replace(BEFORE, started_at=EARLIER - timedelta(days=9)), True),
        (replace(BEFORE, started_at=LATER), True),
        (replace(BEFORE, tracking_id="new"), True),
        (replace(BEFORE, tracking_id=None), False),
        (replace(BEFORE, started_at=None), False),
        (replace(BEFORE, ended_at=LATER), False),
    ],
)
def test_our_run_is_known_by_a_new_start_or_tracking_id(webex_status: WebexSyncStatus, ours: bool) -> None:
    assert running(webex_status).state is (COMPLETED if ours else RUNNING)


def test_the_first_run_ever_is_known_by_having_a_start() -> None:
    first = sync(RUNNING, before_started_at=None, before_tracking_id=None)
    assert running(WebexSyncStatus(status="NOT_SYNCED"), first).state is RUNNING
    assert running(WebexSyncStatus(status="COMPLETE"), first).state is RUNNING
    assert running(new_run("COMPLETE"), first).state is COMPLETED


def test_the_time_limit_counts_from_the_start_of_a_sync() -> None:
    started = sync(RUNNING, starting_at=NOW - TIMEOUT, asked_at=NOW - 3 * TIMEOUT)
    assert running(new_run("IN_PROGRESS"), started).state is RUNNING
    late = replace(started, starting_at=NOW - TIMEOUT - JUST_OVER)
    move = running(new_run("IN_PROGRESS"), late)
    assert (move.state, move.updates["cause"], move.updates["tracking_id"]) == (FAILED, Cause.TIMED_OUT, "new")
    assert running(BEFORE, late) == failed(Cause.TIMED_OUT, webex_status="COMPLETE")
    assert running(new_run("COMPLETE"), late).state is COMPLETED


@pytest.mark.parametrize("status", ["IN_PROGRESS", "COMPLETE", "FAILED", None])
def test_a_replaced_run_completed_if_a_success_followed_its_start(status: str | None) -> None:
    ended = BEGAN + timedelta(minutes=10)
    move = running(new_run(status, succeeded_at=ended), adopted())
    assert (move.state, move.updates) == (COMPLETED, {"ended_at": ended, "seconds": 600.0, "counts": {}})


@pytest.mark.parametrize("succeeded_at", [NOW, NOW + HOUR])
def test_a_success_of_the_later_run_does_not_complete_ours(succeeded_at: datetime) -> None:
    assert running(new_run("COMPLETE", succeeded_at=succeeded_at), adopted()) == failed(Cause.LOST)


@pytest.mark.parametrize("succeeded_at", [None, EARLIER, BEGAN - JUST_OVER])
@pytest.mark.parametrize("status", ["IN_PROGRESS", "COMPLETE", "FAILED"])
def test_a_replaced_run_without_a_success_since_its_start_is_lost(status: str, succeeded_at: datetime | None) -> None:
    later = new_run(status, ended_at=LATER, succeeded_at=succeeded_at, counts={"usersAdded": 9})
    assert running(later, adopted()) == failed(Cause.LOST)


@pytest.mark.parametrize(
    "webex_status",
    [
        new_run("IN_PROGRESS", started_at=BEGAN, tracking_id="ours"),
        new_run("IN_PROGRESS", started_at=BEGAN, tracking_id="another"),
        new_run("IN_PROGRESS", started_at=NOW, tracking_id="ours"),
        new_run("IN_PROGRESS", started_at=None, tracking_id="another"),
        BEFORE,
        WebexSyncStatus(),
    ],
)
def test_our_run_and_the_previous_run_do_not_replace_ours(
    webex_status: WebexSyncStatus,
) -> None:
    assert running(webex_status, adopted()).state is RUNNING


def test_a_later_start_without_a_tracking_id_replaces_our_run() -> None:
    assert running(new_run("IN_PROGRESS", tracking_id=None), adopted()) == failed(Cause.LOST)
    assert running(replace(BEFORE, tracking_id=None), adopted()).state is RUNNING


def test_a_run_can_be_replaced_only_after_it_was_seen() -> None:
    assert running(new_run("IN_PROGRESS", succeeded_at=LATER), sync(RUNNING)).state is RUNNING
    assert starting(new_run("IN_PROGRESS", succeeded_at=LATER)).state is RUNNING


def test_a_replaced_run_is_lost_even_after_the_time_limit() -> None:
    late = adopted(starting_at=NOW - TIMEOUT - HOUR)
    assert running(new_run("IN_PROGRESS"), late) == failed(Cause.LOST)


def test_only_an_end_state_is_final() -> None:
    assert {state: Transition(state).is_final for state in SyncState} == {
        state: state in (COMPLETED, FAILED, SyncState.CANCELLED) for state in SyncState
    }


@pytest.mark.parametrize("code", [600006, 600009])
def test_a_run_that_failed_as_busy_waits_for_the_cluster(code: int) -> None:
    full = new_run("FAILED", errors=(SyncError(code, "busy"),))
    first, second = (running(full, sync(RUNNING, starts=starts)) for starts in (1, 2))
    assert (first.state, first.waits_for, first.is_final) == (QUEUED, WaitsFor.CLUSTER, False)
    assert first.pause is not None
    assert second.pause is not None
    assert first.pause < second.pause
    assert first.gives_way
    assert running(new_run("FAILED", errors=(SyncError(code, "busy"), SyncError(600013, "bad")))).state is FAILED


def test_a_run_that_failed_beside_one_of_webexs_own_rests_the_enterprise() -> None:
    beside = running(
        new_run("FAILED", errors=(SyncError(600005, "in progress"),)), sync(RUNNING, starts=9 * MAX_STARTS)
    )
    assert (beside.state, beside.waits_for, beside.gives_way) == (QUEUED, WaitsFor.WEBEX, True)
    assert (beside.pause, beside.wait) == (None, OWN_RUN_WAIT)


def test_a_refused_start_keeps_webexs_words_without_the_request() -> None:
    refused = Rejected("Webex answered 400 to POST x: No", status=400, codes=(600013,), webex_message="No")
    assert from_start_request(refused, 1, 0, POLL).updates["errors"] == ((600013, "No"),)


@pytest.mark.parametrize("code", [code for code in MEANINGS if error_kind([code]) is ErrorKind.TEMPORARY])
def test_a_run_with_a_temporary_error_is_tried_again_a_few_times(code: int) -> None:
    webex_status = new_run("FAILED", errors=(SyncError(code, "just now"),))
    move = running(webex_status, sync(RUNNING, starts=MAX_STARTS - 1))
    assert (move.state, move.waits_for, move.pause) == (QUEUED, WaitsFor.RETRY, None)
    assert running(webex_status, sync(RUNNING, starts=MAX_STARTS)).state is FAILED


def test_a_retried_sync_does_not_mistake_its_last_run_for_the_new_one() -> None:
    first = new_run("FAILED", errors=(SyncError(600006, "busy"),), started_at=BEGAN, tracking_id="first")
    before = replace(adopted(), tracking_id="first")
    again = running(first, before)
    waiting = replace(
        before, state=QUEUED, starts=1, started_at=again.updates["started_at"], counts=again.updates["counts"]
    )
    assert waiting.started_at == BEGAN
    start = from_queued(waiting, first, NOW, POLL).updates
    second = replace(waiting, state=RUNNING, **start)
    assert running(new_run("IN_PROGRESS"), second).state is RUNNING
    assert running(new_run("COMPLETE", ended_at=LATER), second).state is COMPLETED
