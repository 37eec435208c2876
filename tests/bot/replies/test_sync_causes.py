"""Why a sync ended without success: every cause in an admin's words, Webex's only where nothing else shows them."""

import re

import pytest

from bot.formatting.escape import visible
from bot.replies.sync_causes import why
from storage.values.records import Cause, SyncState
from tests.bot.samples import EVIL, sync

FAILED = SyncState.FAILED


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_has_a_sentence(cause: Cause) -> None:
    assert re.fullmatch(r"[A-Z].{20,}\.", why(sync(FAILED, cause=cause)))


def test_every_cause_has_a_different_sentence() -> None:
    assert len({why(sync(FAILED, cause=cause)) for cause in Cause}) == len(Cause)


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (
            Cause.NOBODY_ACTIVATED,
            ["activated and signed in", "Ask one license holder", "`sync` again", "enterprise id that I use"],
        ),
        (Cause.SWITCHED_OFF, ["switched off for your enterprise", "Ask your service provider to switch it on"]),
        (Cause.NOT_STARTED, ["24 hours", "Ask for a sync again"]),
        (Cause.TIMED_OUT, ["in time", "`status`", "tracking id to your service provider"]),
        (Cause.REFUSED, ["refused", "Ask for a sync again", "tracking id to your service provider"]),
        (
            Cause.WEBEX_FAILED,
            ["started it but could not finish it", "Ask for a sync again", "tracking id to your service provider"],
        ),
        (Cause.LOST, ["started another sync", "Ask for a sync again"]),
        (Cause.WITHDRAWN, ["Everybody", "withdrawn"]),
        (Cause.ENDED_BY_OPERATOR, ["operator", "cancelled", "before you ask"]),
        (Cause.NO_RIGHTS, ["Nobody who asked", "admin any more"]),
    ],
)
def test_a_cause_comes_with_what_to_do(cause: Cause, words: list[str]) -> None:
    said = why(sync(FAILED, cause=cause))
    assert [word for word in words if word not in said] == []


@pytest.mark.parametrize("cause", [Cause.REFUSED, Cause.WEBEX_FAILED])
def test_a_cause_leaves_it_to_webexs_errors_whether_to_try_again(cause: Cause) -> None:
    said = why(sync(FAILED, cause=cause, errors=((600012, ""),)))
    assert "Ask for a sync again" not in said
    assert "tracking id to your service provider" in said


def test_a_completed_sync_has_no_cause_to_explain() -> None:
    assert why(sync(SyncState.COMPLETED)) == ""


def test_webexs_words_for_a_refusal_are_shown_only_once() -> None:
    refused = {"cause": Cause.REFUSED, "reason": "Webex answered 403"}
    assert "“Webex answered 403”" in why(sync(FAILED, **refused))
    assert "Webex answered 403" not in why(sync(FAILED, **refused, errors=((600011, "Webex answered 403"),)))
    assert "Webex says" not in why(sync(FAILED, cause=Cause.REFUSED))


@pytest.mark.parametrize("cause", [cause for cause in Cause if cause is not Cause.REFUSED])
def test_webexs_words_are_shown_only_for_a_refusal(cause: Cause) -> None:
    assert "Webex answered" not in why(sync(FAILED, cause=cause, reason="Webex answered 403"))


def test_an_old_sync_without_a_cause_keeps_its_stored_reason() -> None:
    assert why(sync(FAILED, reason="It took too long.")) == "It took too long."


@pytest.mark.parametrize("cause", [Cause.REFUSED, None])
def test_webexs_words_are_escaped_in_chat_but_not_in_a_table(cause: Cause | None) -> None:
    failed = sync(FAILED, cause=cause, reason=EVIL)
    assert r"\*\*b\*\* \_i\_ \`c\`" in why(failed)
    assert "<@" not in why(failed)
    assert visible(EVIL) in why(failed, visible)
