"""What `sync` says, and its status message: the place, the estimate, what holds it up, whose it is, and warnings."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.replies import sync as replies
from bot.replies.help import no_arguments
from bot.replies.sync import Standing
from bot.syncs.timing import Estimate
from storage.values.records import SyncState, WaitsFor
from tests.bot.samples import NOW, enterprise
from tests.bot.samples import sync as a_sync

OWN = Estimate(3600.0, own=True)
STANDING = Standing(a_sync(), enterprise("Acme_1"), 1, OWN, named=True)
RUNNING = a_sync(SyncState.RUNNING, starting_at=NOW - timedelta(minutes=50), asked_at=NOW - timedelta(hours=2))


@pytest.mark.parametrize(
    ("place", "estimate", "words"),
    [
        (1, OWN, "queued, next in the queue (usually takes 1 h)."),
        (12, OWN, "queued, number 12 in the queue (usually takes 1 h)."),
        (1, None, "queued, next in the queue (no estimate yet)."),
        (1, replace(OWN, own=False), "queued, next in the queue (other companies' syncs usually take 1 h)."),
    ],
)
def test_an_accepted_sync_has_its_place_and_an_estimate(place: int, estimate: Estimate | None, words: str) -> None:
    said = replies.accepted(replace(STANDING, place=place, estimate=estimate), NOW, {}, 0)
    assert said == rf"**Directory sync of Acme\_1**: {words}"


@pytest.mark.parametrize(
    ("activation", "without_email", "words"),
    [
        ({"Not begun": 10, "Begun": 4}, 9, "⚠️ 0 of 14 activated; 9 have no e-mail yet."),
        ({"Not begun": 14}, 1, "⚠️ 0 of 14 activated; 1 has no e-mail yet."),
        ({"Begun": 1234, "Activated": 0}, 0, "⚠️ 0 of 1,234 activated. Webex knows your company only after"),
    ],
)
def test_a_sync_warns_with_numbers_if_nobody_has_activated(
    activation: dict[str, int], without_email: int, words: str
) -> None:
    said = replies.accepted(STANDING, NOW, activation, without_email)
    assert words in said
    assert "I try it anyway" in said
    assert "next in the queue" in said


@pytest.mark.parametrize("activation", [{}, {"Activated": 1, "Begun": 9}])
def test_a_sync_does_not_warn_if_a_person_is_activated_or_none_is_known(activation: dict[str, int]) -> None:
    assert "⚠️" not in replies.accepted(STANDING, NOW, activation, 9)


@pytest.mark.parametrize(
    ("waits_for", "words"),
    [
        (WaitsFor.CLUSTER, "busy with another customer of your service provider"),
        (WaitsFor.WEBEX, "running its own sync for you now. Yours starts after that one has ended"),
        (WaitsFor.RETRY, "could not start it just now. I will ask again"),
    ],
)
def test_the_reply_says_what_a_sync_that_was_tried_waits_for(waits_for: WaitsFor, words: str) -> None:
    said = replies.progress(replace(STANDING, sync=a_sync(waits_for=waits_for)), NOW)
    assert "queued (usually takes 1 h). " in said
    assert words in said


@pytest.mark.parametrize("waits_for", WaitsFor)
def test_everything_a_sync_can_wait_for_has_a_sentence_of_its_own(waits_for: WaitsFor) -> None:
    said = {one: replies.progress(replace(STANDING, sync=a_sync(waits_for=one)), NOW) for one in (None, *WaitsFor)}
    assert [one for one in said if said[one] == said[waits_for]] == [waits_for]


def test_a_starting_sync_and_a_running_sync_are_described() -> None:
    starting = replies.progress(replace(STANDING, sync=a_sync(SyncState.STARTING)), NOW)
    assert "starting, I am asking Webex now (usually takes 1 h)." in starting
    running = replies.progress(replace(STANDING, sync=RUNNING), NOW)
    assert running.endswith("running since Sun 22 Nov 03:24 CST (usually takes 1 h).")


@pytest.mark.parametrize("waits_for", WaitsFor)
def test_a_status_message_stays_as_it_is_while_the_queue_goes_round(waits_for: WaitsFor) -> None:
    first, later = (
        replace(STANDING, sync=a_sync(waits_for=waits_for, rests_until=rests_until), place=place)
        for rests_until, place in ((NOW + timedelta(minutes=1), 9), (None, 1))
    )
    assert replies.progress(first, NOW) == replies.progress(later, NOW)


def test_a_status_message_stays_as_it_is_until_the_state_changes() -> None:
    for state in (SyncState.QUEUED, SyncState.STARTING, SyncState.RUNNING):
        standing = replace(STANDING, sync=a_sync(state))
        assert replies.progress(standing, NOW) == replies.progress(standing, NOW + timedelta(hours=3))


@pytest.mark.parametrize(
    ("new", "words"),
    [(True, "When it ends, I will tell you here."), (False, "I will tell you in the space where you first asked.")],
)
def test_joining_shows_requester_progress_and_place_of_the_notice(new: bool, words: str) -> None:
    said = replies.joined(replace(STANDING, sync=RUNNING), NOW, new=new)
    assert "ana@acme.example asked for it Sun 22 Nov 02:14 CST, 2 h ago" in said
    assert words in said
    assert "running since Sun 22 Nov 03:24 CST" in said
    assert said.endswith("It has taken 50 min so far.")
    assert "so far" not in replies.joined(STANDING, NOW, new=new)


@pytest.mark.parametrize("named", [True, False])
def test_the_requester_is_named_only_if_people_may_be_named(named: bool) -> None:
    said = replies.joined(replace(STANDING, named=named), NOW, new=True)
    assert ("ana@acme.example" in said, "an admin asked" in said) == (named, not named)


def test_a_refusal_during_the_hold_gives_reason_end_and_advice() -> None:
    said = replies.held(NOW + timedelta(hours=19), timedelta(hours=24), NOW, enterprise())
    assert "less than 24 h ago" in said
    assert "will work again Sun 22 Nov 23:14 CST, in 19 h" in said
    assert "`status`" in said


def test_words_after_a_command_without_arguments_are_quoted() -> None:
    assert no_arguments("cancel") == "Type just `cancel`."
