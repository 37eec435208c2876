"""What is said when a sync has ended: how, what it changed, how long it took, when the next is possible, and why."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.formatting.limits import fits
from bot.replies import sync_ended
from bot.replies.sync_causes import why
from bot.syncs.transitions import from_start_request
from bot.webex.errors import Rejected
from bot.webex.sync_error_codes import MEANINGS
from storage.values.records import Cause, Roster, Sync, SyncState
from tests.bot.samples import NOW, POLL, ROSTER, enterprise, sync

HOLD = timedelta(hours=24)
COMPLETED = sync(
    SyncState.COMPLETED,
    ended_at=NOW - timedelta(minutes=2),
    seconds=4320.0,
    tracking_id="NA_1",
    counts={"usersAdded": 4, "usersDeleted": 60, "totalExternalUsersInCI": 40, "machinesUpdated": 1},
)
REFUSED = sync(
    SyncState.FAILED, ended_at=NOW, cause=Cause.REFUSED, tracking_id="NA_2", errors=((600011, "not enabled"),)
)


def ended(over: Sync, roster: Roster | None = None, *, fresh: bool = True) -> list[str]:
    return sync_ended.ended(over, enterprise("Acme_1"), HOLD, NOW, roster, fresh=fresh).split("\n")


def test_a_completed_sync_has_counts_duration_and_end_of_the_hold() -> None:
    lines = ended(COMPLETED, ROSTER)
    assert lines[:4] == [
        r"**Directory sync of Acme\_1**: ✅ completed, Sun 22 Nov 04:12 CST.",
        "",
        "- People: 4 added, **60 deleted**; 40 in total",
        "- Machines: 1 updated",
    ]
    assert "**Webex deleted 60 of 96 entries, more than a tenth" in lines[4]
    assert lines[5:] == [
        "- Took 1 h 12 min",
        "- Webex's tracking id: `NA_1`",
        "- `sync` will work again Mon 23 Nov 04:12 CST, in 24 h",
        "",
        "Attached: your 14 license holders.",
    ]


def test_license_holders_that_are_not_fresh_have_their_age() -> None:
    assert ended(COMPLETED, ROSTER, fresh=False)[-1] == "Attached: your 14 license holders, as of Sun 22 Nov 04:09 CST."


def test_a_notice_without_a_file_promises_none() -> None:
    for over in (COMPLETED, replace(REFUSED, errors=()), replace(COMPLETED, errors=((600018, "some"),))):
        assert "Attached" not in "\n".join(ended(over))


def test_a_sync_completed_with_errors_explains_them_and_starts_the_hold() -> None:
    text = "\n".join(ended(replace(COMPLETED, errors=((600018, "some"),))))
    assert "⚠️ completed with warnings" in text
    assert MEANINGS[600018].explanation in text
    assert "`sync` will work again" in text


@pytest.mark.parametrize("cause", Cause)
def test_a_failed_sync_has_its_reason_and_allows_the_next_at_once(cause: Cause) -> None:
    failed = replace(REFUSED, cause=cause, errors=())
    lines = ended(failed)
    assert lines[0] == r"**Directory sync of Acme\_1**: ❌ failed, Sun 22 Nov 04:14 CST."
    assert why(failed) in lines
    assert "- Webex's tracking id: `NA_2`" in lines
    assert "- You can use `sync` again now. The wait of 24 h starts only after a completed sync" in lines


def test_without_a_hold_a_failed_sync_names_no_wait() -> None:
    said = sync_ended.ended(REFUSED, enterprise(), timedelta(), NOW)
    assert "- You can use `sync` again now" in said.splitlines()


@pytest.mark.parametrize("code", [*sorted(MEANINGS), 6003])
def test_every_error_is_explained_after_the_cause_and_attached(code: int) -> None:
    failed = replace(REFUSED, cause=Cause.WEBEX_FAILED, errors=((code, "no way"),))
    lines = ended(failed)
    assert why(failed) in lines
    assert any(line.startswith(f"- **{code}**: ") and "no way" in line for line in lines)
    assert lines[-1] == "Attached: the errors, what they mean and what to do."


def test_if_nobody_has_activated_the_people_who_must_act_are_attached() -> None:
    nobody = replace(REFUSED, cause=Cause.NOBODY_ACTIVATED, errors=((600029, "no user"),))
    assert "Attached" not in "\n".join(ended(nobody))
    lines = ended(nobody, ROSTER, fresh=False)
    assert not any("600029" in line for line in lines)
    assert lines[-1] == (
        "Attached: the license holders who have not activated yet, and what each of them must do, "
        "as of Sun 22 Nov 04:09 CST."
    )


def test_a_cancelled_sync_has_its_reason_and_allows_the_next_at_once() -> None:
    cancelled = sync(SyncState.CANCELLED, ended_at=NOW, cause=Cause.ENDED_BY_OPERATOR)
    lines = ended(cancelled)
    assert "\n".join(lines).count(why(cancelled)) == 1
    assert any("can use `sync` again now" in line for line in lines)


def test_a_final_status_message_has_the_reason_only_if_cancelled() -> None:
    cancelled = sync(SyncState.CANCELLED, ended_at=NOW, cause=Cause.WITHDRAWN)
    assert sync_ended.final(cancelled, enterprise(), NOW).endswith(f"cancelled, Sun 22 Nov 04:14 CST. {why(cancelled)}")
    assert sync_ended.final(REFUSED, enterprise(), NOW).endswith("failed, Sun 22 Nov 04:14 CST.")


@pytest.mark.parametrize(
    ("over", "said"),
    [
        (COMPLETED, "✅ completed"),
        (replace(COMPLETED, errors=((1, ""),)), "⚠️ completed with warnings"),
        (REFUSED, "❌ failed"),
        (sync(SyncState.CANCELLED), "cancelled"),
    ],
)
def test_a_final_status_message_has_the_result(over: Sync, said: str) -> None:
    assert sync_ended.final(over, enterprise(), NOW).startswith(f"**Directory sync of Acme**: {said}, ")


def test_a_rejection_with_many_codes_still_fits() -> None:
    rejected = Rejected("no" * 300, status=400, codes=tuple(range(2000)), tracking_id="x" * 300)
    updates = from_start_request(rejected, 1, 0, POLL).updates
    failed = replace(REFUSED, **updates)
    assert fits(sync_ended.ended(failed, enterprise("𝕏" * 999), HOLD, NOW, None, fresh=True))
