"""`sync`, when all goes well."""

import pytest

from bot.formatting import csv_file
from sandbox.seed import ACME, SPACE
from sandbox.world import PARTNER_ADMIN
from tests.journeys.house import ANA, BEN, OLGA, House
from tests.journeys.syncs import ends, results, text, versions
from tests.journeys.tables import csv_of, rows


def test_a_sync_is_shown_from_the_queue_to_its_end(house: House) -> None:
    house.faults.add(method="POST", path="/broadworks/enterprises/", token=PARTNER_ADMIN, delay=0.5)
    shown = house.ask(ANA, "sync")
    assert "queued, next in the queue" in text(shown)
    result = house.wait_for(lambda: results(house, ANA))[0]
    house.wait_for(lambda: "completed" in versions(house, shown)[-1])
    states = ("queued", "starting", "running since", "✅ completed")
    said = versions(house, shown)
    assert len(said) == len(states)
    for state, version in zip(states, said, strict=True):
        assert state in version
    assert house.heard(ANA)[0].edits <= 10
    assert "✅ completed" in text(result)
    for line in (
        "- People: 4 added, 2 updated, **1 deleted**; 827 in total",
        "- Machines: 1 added, 0 updated, 0 deleted; 136 in total",
        "- Personal contacts: 3 added, 1 updated, 0 deleted; 205 in total",
        "- Enterprise contacts: 2 added, 0 updated, **1 deleted**; 205 in total",
        "- Took ",
        str(house.enterprise().last_status["lastSyncTrackingId"]),
        "- `sync` will work again",
        "Attached: your 410 license holders.",
    ):
        assert line in text(result)
    assert "more than a tenth" not in text(result)
    assert csv_of(house, result) == rows(house)
    assert house.syncs_asked() == [200]


def test_every_admin_gets_one_notice_when_a_sync_ends(house: House) -> None:
    house.make_admin(BEN)
    house.ask(BEN, "help")
    house.ask(ANA, "sync")
    house.wait_for(lambda: results(house, ANA) and results(house, BEN))
    house.ask(BEN, "help")
    house.ask(ANA, "help")
    assert len(results(house, ANA)) == len(results(house, BEN)) == 1
    assert csv_of(house, results(house, BEN)[0], BEN) == rows(house)
    assert house.heard(OLGA) == []


def test_a_second_sync_joins_the_first_and_is_told_in_its_thread(house: House) -> None:
    house.make_admin(BEN)
    house.world.broadworks.keep_running(ACME)
    house.ask(ANA, "sync")
    joining = house.say(BEN, "sync", SPACE, mention=True)
    joined = house.wait_for(lambda: house.answers(joining))[0]
    assert "is already under way: an admin asked for it" in text(joined)
    house.world.broadworks.let_finish(ACME)
    house.wait_for(lambda: results(house, ANA) and results(house, SPACE))
    assert [one.parent_id for one in results(house, SPACE)] == [joining.id]
    house.ask(BEN, "help")
    assert results(house, BEN) == []
    assert house.syncs_asked() == [200]


def test_joining_shows_who_requested_the_sync_and_its_progress(house: House) -> None:
    house.make_admin(BEN)
    house.world.broadworks.keep_running(ACME)
    shown = house.ask(ANA, "sync")
    house.wait_for(lambda: "running since" in versions(house, shown)[-1])
    joined = text(house.ask(BEN, "sync"))
    assert "already under way: ana@acme.example asked for it" in joined
    assert "When it ends, I will tell you here" in joined
    assert "running since" in joined
    assert "so far" in joined


def test_an_admin_who_joins_twice_gets_one_notice(house: House) -> None:
    house.world.broadworks.keep_running(ACME)
    for _ in range(3):
        house.ask(ANA, "sync")
    house.world.broadworks.let_finish(ACME)
    house.wait_for(lambda: results(house, ANA))
    house.ask(ANA, "help")
    assert len(results(house, ANA)) == 1


def test_a_completed_sync_starts_a_hold_of_24_hours(house: House) -> None:
    house.ask(ANA, "sync")
    house.wait_for(lambda: results(house, ANA))
    refused = house.ask(ANA, "sync").markdown or ""
    assert "`sync` will work again" in refused
    assert "in 24 h" in refused
    house.shift(hours=23, minutes=55)
    assert "in 5 min" in (house.ask(ANA, "sync").markdown or "")
    house.shift(minutes=6)
    assert "queued" in (house.ask(ANA, "sync").markdown or "")
    house.wait_for(lambda: len(results(house, ANA)) == 2)
    assert house.syncs_asked() == [200, 200]


def test_the_end_of_a_sync_requested_in_a_group_goes_to_the_requester(house: House) -> None:
    said = house.say(ANA, "sync", SPACE, mention=True)
    house.wait_for(lambda: results(house, ANA))
    house.wait_for(lambda: any("1:1 message" in text(one) for one in house.heard(SPACE)))
    assert results(house, SPACE) == []
    assert {one.parent_id for one in house.heard(SPACE)} == {said.id}


def test_a_notice_leaves_out_a_file_too_large_for_webex(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "MAX_CSV_BYTES", 20_000)
    house.ask(ANA, "sync")
    ended = house.wait_for(lambda: ends(house))[0]
    assert ended.files == ()
    assert "Attached" not in text(ended)
