"""The table of past syncs: those asked for here and Webex's own in one order, everything known of each in its cells."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.replies import sync_counts
from bot.replies.history import CSV_HEADER, csv_cells, merged
from bot.replies.sync_causes import why
from storage.values.records import Cause, Sync, SyncState, WebexRun
from tests.bot.samples import NOW, OWN, sync

HOUR = timedelta(hours=1)
DONE = sync(
    SyncState.COMPLETED,
    asked_at=NOW - 3 * HOUR,
    starting_at=NOW - 2 * HOUR,
    started_at=NOW - timedelta(minutes=119),
    ended_at=NOW - HOUR,
    seconds=3540.4,
    tracking_id="NA_1",
    counts={"usersAdded": 9, "groupContactsDeleted": 3},
)


def row(asked_for: Sync | None = None, own: WebexRun | None = None) -> dict[str, str]:
    """One entry's cells under their headings, those that are empty left out."""
    (entry,) = merged([asked_for] if asked_for else [], [own] if own else [])
    return {heading: cell for heading, cell in zip(CSV_HEADER, csv_cells(entry), strict=True) if cell}


def test_the_header_says_what_each_cell_is() -> None:
    assert CSV_HEADER[:7] == ("Asked By", "Asked At", "Started At", "Ended At", "Seconds", "Result", "Reason")
    assert CSV_HEADER[7:-2] == sync_counts.CSV_HEADER
    assert CSV_HEADER[-2:] == ("Errors", "Tracking ID")


def test_a_row_has_requester_times_duration_result_and_counts() -> None:
    assert row(DONE) == {
        "Asked By": "ana@acme.example",
        "Asked At": "2026-11-22T07:14:00Z",
        "Started At": "2026-11-22T08:15:00Z",
        "Ended At": "2026-11-22T09:14:00Z",
        "Seconds": "3540",
        "Result": "completed",
        "People Added": "9",
        "Group Contacts Deleted": "3",
        "Tracking ID": "NA_1",
    }


def test_a_start_time_missing_from_webex_is_replaced_by_ours() -> None:
    assert row(replace(DONE, started_at=None))["Started At"] == "2026-11-22T08:14:00Z"


def test_a_run_of_webexs_own_has_webex_as_requester_and_no_request_time() -> None:
    assert row(own=replace(OWN, started_at=NOW - HOUR, ended_at=NOW, counts={"usersUpdated": 0})) == {
        "Asked By": "Webex",
        "Started At": "2026-11-22T09:14:00Z",
        "Ended At": "2026-11-22T10:14:00Z",
        "Seconds": "3600",
        "Result": "completed",
        "People Updated": "0",
        "Tracking ID": "NA_own",
    }


@pytest.mark.parametrize(
    ("state", "cause", "result"),
    [
        (SyncState.COMPLETED, None, "completed with warnings"),
        (SyncState.FAILED, Cause.WEBEX_FAILED, "failed"),
        (SyncState.FAILED, None, "failed"),
        (SyncState.CANCELLED, Cause.NO_RIGHTS, "cancelled"),
    ],
)
def test_only_a_sync_completed_with_errors_has_warnings(state: SyncState, cause: Cause | None, result: str) -> None:
    told = row(sync(state, cause=cause, ended_at=NOW, errors=((600018, "some"), (6003, "x; y"))))
    assert told["Result"] == result
    assert told["Errors"] == "600018: some; 6003: x; y"


@pytest.mark.parametrize(
    ("status", "errors", "result"),
    [
        ("complete", ((1, "x"),), "completed with warnings"),
        ("FAILED", (), "failed"),
        ("IN_PROGRESS", (), "running"),
        ("NEW_KIND", (), "NEW_KIND"),
        (None, (), ""),
    ],
)
def test_the_result_of_webexs_own_run_is_in_our_words_or_webexs(
    status: str | None, errors: tuple[tuple[int, str], ...], result: str
) -> None:
    assert row(own=replace(OWN, status=status, errors=errors)).get("Result", "") == result


@pytest.mark.parametrize("cause", Cause)
def test_the_reason_is_the_cause_in_words(cause: Cause) -> None:
    failed = sync(SyncState.FAILED, cause=cause, ended_at=NOW)
    assert row(failed)["Reason"] == why(failed)


def test_webexs_words_in_a_cell_are_not_escaped_for_chat() -> None:
    assert "“no_way <x>”" in row(sync(SyncState.FAILED, cause=Cause.REFUSED, reason="no_way <x>"))["Reason"]


def test_our_syncs_and_webexs_own_are_in_one_list_newest_first() -> None:
    asked_for = [replace(DONE, asker_email=str(hours), ended_at=NOW - hours * HOUR) for hours in (2, 4)]
    own = [
        replace(OWN, tracking_id="running", started_at=NOW - HOUR, ended_at=None),
        replace(OWN, tracking_id="ended", started_at=NOW - 5 * HOUR, ended_at=NOW - 3 * HOUR),
        replace(OWN, tracking_id="unknown", started_at=None, ended_at=None),
    ]
    entries = merged(asked_for, own)
    told = [entry.tracking_id if entry.asked_by == "Webex" else entry.asked_by for entry in entries]
    assert told == ["running", "2", "ended", "4", "unknown"]


@given(st.lists(st.sampled_from(SyncState), max_size=5), st.integers(0, 5))
def test_every_sync_has_a_row_as_long_as_the_header(states: list[SyncState], own: int) -> None:
    entries = merged([sync(state) for state in states], [OWN] * own)
    assert len(entries) == len(states) + own
    assert {len(csv_cells(entry)) for entry in entries} <= {len(CSV_HEADER)}
