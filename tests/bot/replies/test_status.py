"""What `status` says: each thing an admin may want to know of the enterprise's syncs, and what is wrong with them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.replies import status
from bot.replies.status import STALE, Known
from bot.replies.sync import Standing
from bot.syncs.timing import Estimate
from storage.values.records import Cause, SyncState, WaitsFor, WebexRun, WebexSyncStatus
from tests.bot.samples import EARLIER, JUST_OVER, NOW, OWN, READING, ROSTER, enterprise, sync

HOUR = timedelta(hours=1)
DONE = replace(sync(SyncState.COMPLETED, ended_at=NOW - 30 * HOUR, seconds=3600.0), id=7)
FAILED = replace(sync(SyncState.FAILED, ended_at=NOW - HOUR, cause=Cause.LOST), id=8)
QUIET = Known(
    enterprise=enterprise("Acme_1"),
    standing=None,
    last=DONE,
    last_success=DONE,
    own=OWN,
    reading=READING,
    estimate=Estimate(4320.0, own=True),
    hold_until=NOW - 6 * HOUR,
    roster=ROSTER,
    activation={"Activated": 2, "Not begun": 12},
    named=True,
)


def said(known: Known = QUIET, *, live: bool = True, **more: object) -> list[str]:
    """The lines of an answer."""
    return status.answer(replace(known, **more), NOW, live=live).split("\n")  # type: ignore[arg-type]


def under_way(state: SyncState, *, named: bool = True, **more: object) -> Standing:
    return Standing(replace(sync(state), **more), QUIET.enterprise, 3, QUIET.estimate, named)  # type: ignore[arg-type]


def test_status_without_a_sync_under_way_has_one_fact_a_line() -> None:
    assert said() == [
        r"**Acme\_1**: no directory sync is under way.",
        "- Last attempt: ✅ completed Fri 20 Nov 22:14 CST, 30 h ago, asked for by ana@acme.example",
        "- Webex's own last sync: ✅ completed, Thu 19 Nov 04:14 CST, 3 d ago",
        "- `sync` works now",
        "- A sync usually takes 1 h 12 min",
        "- 14 license holders (2 Activated, 12 Not begun), as of Sun 22 Nov 04:09 CST, 5 min ago",
    ]


def test_a_running_sync_has_start_duration_estimate_and_requester() -> None:
    running = under_way(SyncState.RUNNING, starting_at=NOW - 2 * HOUR, asked_at=NOW - 3 * HOUR)
    lines = said(standing=running)
    assert lines[:2] == [
        r"**Directory sync of Acme\_1**: running since Sun 22 Nov 02:14 CST (usually takes 1 h 12 min). "
        "It has taken 2 h so far.",
        "- Asked for by ana@acme.example Sun 22 Nov 01:14 CST, 3 h ago",
    ]
    assert not any("`sync` works now" in line or "usually takes" in line for line in lines[1:])


def test_a_queued_sync_has_its_place() -> None:
    first = said(standing=under_way(SyncState.QUEUED))[0]
    assert first.endswith("queued, number 3 in the queue (usually takes 1 h 12 min).")


@pytest.mark.parametrize(
    ("rests", "words"),
    [
        (None, " It is number 3 in the queue."),
        (timedelta(), " It is number 3 in the queue."),
        (timedelta(minutes=2), " I try it again Sun 22 Nov 04:16 CST, in 2 min."),
    ],
)
def test_a_sync_that_waits_has_its_reason_and_its_next_try(rests: timedelta | None, words: str) -> None:
    rests_until = None if rests is None else NOW + rests
    first = said(standing=under_way(SyncState.QUEUED, waits_for=WaitsFor.WEBEX, rests_until=rests_until))[0]
    assert "queued (usually takes 1 h 12 min). Webex is running its own sync" in first
    assert first.endswith(words)


def test_during_a_hold_status_says_when_it_ends() -> None:
    lines = said(hold_until=NOW + 19 * HOUR)
    assert "- `sync` will work again Sun 22 Nov 23:14 CST, in 19 h" in lines
    assert "- `sync` works now" not in lines
    assert "- `sync` works now" in said(hold_until=NOW)
    assert "- `sync` works now" in said(hold_until=None)


def test_a_failed_attempt_has_its_reason_and_the_last_success() -> None:
    lines = said(last=FAILED)
    attempt = "- Last attempt: ❌ failed Sun 22 Nov 03:14 CST, 1 h ago, asked for by ana@acme.example. Webex started"
    assert lines[1].startswith(attempt)
    assert lines[2] == "- Last success: Fri 20 Nov 22:14 CST, 30 h ago"
    assert not any("Last success" in line for line in said(last=FAILED, last_success=None))


def test_status_says_that_no_sync_has_been_attempted_yet() -> None:
    none_yet = "- No sync has been started here yet"
    assert said(last=None, last_success=None)[1] == none_yet
    assert none_yet in said(standing=under_way(SyncState.QUEUED), last=None, last_success=None)


def test_status_says_that_the_last_attempt_was_cancelled() -> None:
    cancelled = sync(SyncState.CANCELLED, ended_at=NOW, cause=Cause.ENDED_BY_OPERATOR)
    assert said(last=cancelled)[1].startswith("- Last attempt: cancelled Sun 22 Nov 04:14 CST, just now, asked for by")


@pytest.mark.parametrize(
    ("own", "words"),
    [
        (replace(OWN, errors=((600018, "some"),)), "⚠️ completed with warnings, Thu 19 Nov 04:14 CST, 3 d ago"),
        (replace(OWN, status="FAILED"), "❌ failed, Thu 19 Nov"),
        (replace(OWN, status="IN_PROGRESS", ended_at=None), "running, started Thu 19 Nov 03:14 CST"),
        (replace(OWN, status="NEW_*"), r"“NEW\_\*”, Thu 19 Nov"),
        (replace(OWN, status=None), "result unknown, Thu 19 Nov"),
    ],
)
def test_webexs_own_last_sync_has_its_result_and_time(own: WebexRun, words: str) -> None:
    line = next(line for line in said(own=own) if "own last sync" in line)
    assert line.startswith(f"- Webex's own last sync: {words}")


@pytest.mark.parametrize(("own", "words"), [(OWN, "own last sync: "), (None, "own syncs: none seen yet")])
def test_an_old_webex_status_is_shown_with_its_age(own: WebexRun | None, words: str) -> None:
    old = next(line for line in said(own=own, live=False) if words in line)
    assert old.endswith("(as of Sun 22 Nov 03:24 CST, 50 min ago)")
    live = next(line for line in said(own=own, live=True) if words in line)
    assert "as of" not in live


@pytest.mark.parametrize("live", [True, False])
def test_status_says_that_webexs_own_syncs_are_not_known_yet(live: bool) -> None:
    lines = said(
        own=None, reading=None, last_success=None, live=live, enterprise=enterprise(created_at=NOW - 9 * STALE)
    )
    assert "- Webex's own syncs: not known yet" in lines
    assert not any("⚠️" in line for line in lines)


def warned(
    reading: WebexSyncStatus | None = READING,
    succeeded: timedelta | None = None,
    done: timedelta | None = None,
    **more: object,
) -> str:
    """The warning where Webex and we know of successes so long ago."""
    told = replace(reading, succeeded_at=NOW - succeeded if succeeded else None) if reading else None
    own = {"own": None, "last_success": replace(DONE, ended_at=NOW - done) if done else None}
    return "".join(line for line in said(reading=told, **{**own, **more}) if "has succeeded" in line)  # type: ignore[arg-type]


def test_eight_days_without_a_success_cause_a_warning() -> None:
    assert timedelta(days=8) == STALE
    warning = warned(succeeded=STALE, done=2 * STALE)
    assert "⚠️ No directory sync has succeeded since Sat 14 Nov 04:14 CST, 8 d ago" in warning
    assert "service provider" in warning


def test_any_success_within_eight_days_prevents_the_warning() -> None:
    recent = STALE - JUST_OVER
    old = 2 * STALE
    assert warned(succeeded=recent, done=old) == ""
    assert warned(succeeded=old, done=recent) == ""
    assert warned(succeeded=old, done=old, own=replace(OWN, ended_at=NOW - recent)) == ""
    assert warned(succeeded=old, done=old, own=replace(OWN, ended_at=NOW - recent, status="FAILED")) != ""


@pytest.mark.parametrize("known_for", [STALE - JUST_OVER, STALE])
def test_the_eight_days_can_count_from_when_the_enterprise_was_added(known_for: timedelta) -> None:
    warning = warned(enterprise=enterprise(created_at=NOW - known_for))
    assert (warning != "") is (known_for >= STALE)
    assert not warning or "since your enterprise was added" in warning


def test_a_failed_attempt_does_not_prevent_the_warning() -> None:
    old = replace(DONE, ended_at=EARLIER - STALE)
    assert warned(succeeded=2 * STALE, last=FAILED, last_success=old) != ""


def test_license_holders_are_counted_by_activation_with_the_age() -> None:
    assert said()[-1].startswith("- 14 license holders (2 Activated, 12 Not begun), as of Sun 22 Nov 04:09 CST")
    assert said(activation={}, roster=replace(ROSTER, size=0))[-1].startswith("- 0 license holders (none), as of ")
    assert said(roster=None)[-1] == "- License holders: not read yet; `licenses` reads them"
    assert said(roster=replace(ROSTER, read_at=None))[-1] == "- License holders: not read yet; `licenses` reads them"


@pytest.mark.parametrize("named", [True, False])
def test_the_requester_is_named_only_if_people_may_be_named(named: bool) -> None:
    text = "\n".join(said(standing=under_way(SyncState.RUNNING, named=named), named=named))
    assert text.count("ana@acme.example") == (2 if named else 0)
    assert text.count("sked for by an admin") == (0 if named else 2)


def test_operators_see_the_counts_of_failed_messages() -> None:
    assert said(failed=(3, 1200))[-1].startswith(
        "- ⚠️ I gave up on 3 unanswered messages and 1,200 undelivered messages"
    )
    assert said(failed=(0, 1))[-1].startswith("- ⚠️ I gave up on 1 undelivered message")
    assert said(failed=(1, 0))[-1].startswith("- ⚠️ I gave up on 1 unanswered message")
    assert not any("Set aside" in line for line in said())


def test_status_gives_no_estimate_without_past_syncs() -> None:
    assert not any("A sync" in line for line in said(estimate=None))
    assert "no estimate yet" in said(standing=replace(under_way(SyncState.RUNNING), estimate=None))[0]
