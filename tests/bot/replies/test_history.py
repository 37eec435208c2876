"""What `history` says: a line for each sync, newest first, what does not fit being left to the CSV."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.formatting.limits import fits
from bot.replies import history
from bot.replies.history import merged
from storage.values.records import Cause, Sync, SyncState, WebexRun
from tests.bot.samples import NOW, TEXTS, enterprise, sync

ACME = enterprise("Acme_1")
DONE = sync(
    SyncState.COMPLETED,
    ended_at=NOW - timedelta(hours=1),
    seconds=4320.0,
    counts={"usersAdded": 9, "machinesAdded": 1, "usersDeleted": 1234},
)
OWN = WebexRun(1, NOW - timedelta(days=2, hours=1), NOW - timedelta(days=2), "NA", "COMPLETE", {}, ())


def line(asked_for: Sync | None = None, own: WebexRun | None = None) -> str:
    """What is said of one entry."""
    entries = merged([asked_for] if asked_for else [], [own] if own else [])
    title, _, rest = history.answer(entries, ACME, NOW).partition("\n\n")
    assert title == r"**Directory syncs of Acme\_1**, newest first"
    return rest


def test_a_line_has_time_result_requester_duration_and_counts() -> None:
    assert line(DONE) == (
        "- Sun 22 Nov 03:14 CST: ✅ completed, asked for by ana@acme.example, took 1 h 12 min, 10 added, 1,234 deleted"
    )


def test_a_line_says_that_webex_ran_a_sync_by_itself() -> None:
    assert line(own=OWN) == "- Fri 20 Nov 04:14 CST: ✅ completed, started by Webex itself, took 1 h"


@pytest.mark.parametrize(
    ("state", "cause", "words"),
    [
        (SyncState.FAILED, Cause.LOST, ["❌ failed, ", "Webex started another sync"]),
        (SyncState.CANCELLED, Cause.WITHDRAWN, [": cancelled, ", "has withdrawn"]),
        (SyncState.CANCELLED, Cause.ENDED_BY_OPERATOR, [": cancelled, ", "An operator"]),
    ],
)
def test_a_sync_without_success_has_its_cause_and_no_counts(state: SyncState, cause: Cause, words: list[str]) -> None:
    said = line(sync(state, cause=cause, ended_at=NOW, counts={"usersAdded": 9}))
    assert [word for word in words if word not in said] == []
    assert "added" not in said


def test_a_completed_sync_with_errors_is_marked() -> None:
    assert "⚠️ completed with warnings, " in line(sync(SyncState.COMPLETED, ended_at=NOW, errors=((600018, "some"),)))


def test_webexs_words_for_a_refusal_are_escaped_once() -> None:
    refused = sync(SyncState.FAILED, cause=Cause.REFUSED, ended_at=NOW, reason="no_way <@all>")
    assert r"“no\_way ＜@all&gt;”" in line(refused)


def test_syncs_that_do_not_fit_are_counted_and_left_to_the_csv() -> None:
    said = history.answer(merged([DONE] * 1000, []), ACME, NOW)
    shown = said.count("took 1 h 12 min")
    assert 0 < shown < 1000
    assert said.endswith(f"\n- and {1000 - shown} more, all in the CSV")
    assert fits(said)


def test_without_an_ended_sync_the_reply_points_to_status() -> None:
    said = history.nothing_yet(ACME)
    assert r"I know of no directory sync of Acme\_1 that has ended" in said
    assert "`status`" in said


def test_a_wrong_number_is_quoted_with_what_to_type() -> None:
    said = history.no_number("ten_", 1000)
    assert r"“ten\_” is not a number from 1 to 1,000" in said
    assert "`history 50`" in said


@settings(max_examples=50, deadline=None)
@given(TEXTS, TEXTS, TEXTS, st.integers(0, 40))
def test_every_history_fits_into_one_message(name: str, email: str, words: str, many: int) -> None:
    refused = sync(SyncState.FAILED, cause=Cause.REFUSED, asker_email=email, reason=words, ended_at=NOW)
    own = WebexRun(1, NOW, NOW, words, words, {words: 1}, ((1, words),))
    assert fits(history.answer(merged([refused] * many, [own] * many), enterprise(name), NOW))
