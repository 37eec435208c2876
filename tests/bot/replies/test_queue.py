"""What `queue` says: every cluster, in its order, within one message."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.formatting.limits import fits
from bot.replies import queue
from storage.values.records import Sync, SyncState, WaitsFor
from tests.bot.samples import NOW, TEXTS, enterprise, sync

ACME = enterprise("Acme_1")
BOREALIS = replace(enterprise("Borealis", key="borealis"), id=2)
ENTERPRISES = {1: ACME, 2: BOREALIS}
RUNNING = sync(SyncState.RUNNING, asked_at=NOW - timedelta(hours=2))
WAITING = sync(enterprise_id=2, head=False, asked_at=NOW - timedelta(minutes=5))


def test_the_reply_says_that_the_queue_is_empty() -> None:
    assert queue.answer({}, {}, {}, NOW) == "No directory sync is queued or running."


def test_a_line_has_place_enterprise_state_and_age_of_the_request() -> None:
    said = queue.answer({"east": [RUNNING, WAITING]}, {}, ENTERPRISES, NOW)
    assert said.split("\n") == [
        "**Cluster east**: 2 syncs",
        r"1. Acme\_1 (acme): running, asked for 2 h ago",
        "2. Borealis (borealis): queued, asked for 5 min ago",
    ]


@pytest.mark.parametrize(
    ("waits_for", "words"),
    [
        (WaitsFor.CLUSTER, "waiting because Webex is busy with another customer"),
        (WaitsFor.WEBEX, "waiting because Webex is running its own sync"),
        (WaitsFor.RETRY, "waiting because Webex could not start it"),
    ],
)
def test_a_line_says_what_a_sync_that_was_tried_waits_for(waits_for: WaitsFor, words: str) -> None:
    said = queue.answer({"east": [replace(WAITING, waits_for=waits_for)]}, {}, ENTERPRISES, NOW)
    assert f"queued, {words}, asked for" in said
    resting = replace(WAITING, waits_for=waits_for, rests_until=NOW + timedelta(minutes=2))
    said = queue.answer({"east": [resting]}, {}, ENTERPRISES, NOW)
    assert f"queued, {words}, tried again Sun 22 Nov 10:16 UTC, in 2 min, asked for" in said
    assert "**Cluster east**: 1 sync\n" in said


def test_each_cluster_has_a_paragraph_with_its_pause() -> None:
    queues = {"west": [WAITING], "east": [RUNNING]}
    paused = {"north": NOW + timedelta(minutes=2), "east": NOW + timedelta(minutes=5)}
    said = queue.answer(queues, paused, ENTERPRISES, NOW)
    assert [block.partition("\n")[0] for block in said.split("\n\n")] == [
        "**Cluster east**: 1 sync, busy: I ask again Sun 22 Nov 10:19 UTC, in 5 min",
        "**Cluster north**: 0 syncs, busy: I ask again Sun 22 Nov 10:16 UTC, in 2 min",
        "**Cluster west**: 1 sync",
    ]


def test_a_long_queue_shows_its_first_and_counts_the_rest() -> None:
    said = queue.answer({"east": [WAITING] * 10_000, "west": [RUNNING]}, {}, ENTERPRISES, NOW)
    lines = said.split("\n")
    shown = [line for line in lines if "Borealis" in line]
    assert lines[0] == "**Cluster east**: 10,000 syncs"
    assert shown[0].startswith("1. ")
    assert f"- and {10_000 - len(shown):,} more, all in the CSV" in lines
    assert "**Cluster west**: 1 sync" in lines
    assert fits(said)


def test_clusters_that_do_not_fit_are_counted() -> None:
    queues = {f"c{number:03}": [RUNNING, *[WAITING] * 99] for number in range(100)}
    said = queue.answer(queues, {}, ENTERPRISES, NOW)
    shown = said.count("**Cluster")
    assert 0 < shown < 100
    assert said.endswith(f"\n\nand {100 - shown} more clusters, all in the CSV")
    assert fits(said)


@settings(max_examples=50, deadline=None)
@given(
    name=TEXTS,
    lengths=st.dictionaries(TEXTS, st.integers(0, 40), max_size=30),
    paused=st.dictionaries(TEXTS, st.timedeltas(timedelta(), timedelta(days=9)), max_size=9),
)
def test_every_queue_fits_into_one_message(name: str, lengths: dict[str, int], paused: dict[str, timedelta]) -> None:
    queues: dict[str, list[Sync]] = {cluster: [RUNNING] * length for cluster, length in lengths.items()}
    resting = {cluster: NOW + rest for cluster, rest in paused.items()}
    assert fits(queue.answer(queues, resting, {1: enterprise(name, key=name)}, NOW))
