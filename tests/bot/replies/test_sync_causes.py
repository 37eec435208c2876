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


def test_no_two_causes_have_the_same_sentence() -> None:
    assert len({why(sync(FAILED, cause=cause)) for cause in Cause}) == len(Cause)


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (
            Cause.NOBODY_ACTIVATED,
            ["activates", "signs in", "Ask one of your license holders", "id I have for your enterprise"],
        ),
        (Cause.SWITCHED_OFF, ["switched off for your enterprise", "Ask your service provider to switch it on"]),
        (Cause.NOT_STARTED, ["24 hours", "Ask for a sync again"]),
        (Cause.TIMED_OUT, ["in time", "`status`", "tracking id to your service provider"]),
        (Cause.REFUSED, ["refused", "service provider", "tracking id"]),
        (Cause.WEBEX_FAILED, ["started it but could not finish it"]),
        (Cause.LOST, ["started another sync", "Ask for a sync again"]),
        (Cause.WITHDRAWN, ["Everybody", "withdrawn"]),
        (Cause.ENDED_BY_OPERATOR, ["operator", "out of the queue", "before you ask"]),
        (Cause.NO_RIGHTS, ["Nobody who asked", "admin any more"]),
    ],
)
def test_a_cause_is_told_with_what_can_be_done(cause: Cause, words: list[str]) -> None:
    said = why(sync(FAILED, cause=cause))
    assert [word for word in words if word not in said] == []


def test_a_sync_that_ended_well_has_nothing_to_explain() -> None:
    assert why(sync(SyncState.COMPLETED)) == ""


def test_webexs_words_for_a_refusal_are_shown_where_no_error_shows_them() -> None:
    refused = {"cause": Cause.REFUSED, "reason": "Webex answered 403"}
    assert "“Webex answered 403”" in why(sync(FAILED, **refused))
    assert "Webex answered 403" not in why(sync(FAILED, **refused, errors=((600011, "Webex answered 403"),)))
    assert "Webex says" not in why(sync(FAILED, cause=Cause.REFUSED))


@pytest.mark.parametrize("cause", [cause for cause in Cause if cause is not Cause.REFUSED])
def test_webexs_words_for_what_was_no_refusal_are_left_to_its_errors(cause: Cause) -> None:
    assert "Webex answered" not in why(sync(FAILED, cause=cause, reason="Webex answered 403"))


def test_what_ended_before_causes_were_kept_is_told_as_it_was() -> None:
    assert why(sync(FAILED, reason="It took too long.")) == "It took too long."


@pytest.mark.parametrize("cause", [Cause.REFUSED, None])
def test_webexs_words_are_harmless_in_markdown_and_as_they_are_in_a_table(cause: Cause | None) -> None:
    failed = sync(FAILED, cause=cause, reason=EVIL)
    assert r"\*\*b\*\* \_i\_ \`c\`" in why(failed)
    assert "<@" not in why(failed)
    assert visible(EVIL) in why(failed, visible)
