"""`sync`, when Webex is busy, fails, or does not answer."""

from collections.abc import Callable

import pytest

from sandbox.messages import Message
from sandbox.seed import ACME, BOREALIS, CUMULUS
from sandbox.world import PARTNER_ADMIN
from storage import admins
from tests.journeys.house import ANA, CORA, OLGA, House
from tests.journeys.tables import csv_of, file_of, rows

ENTERPRISES = "/broadworks/enterprises/"


def _results(house: House, where: str = ANA) -> list[Message]:
    return [one for one in house.heard(where) if one.files]


def _shown(house: House) -> str:
    return house.heard(ANA)[0].markdown or ""


def test_a_failed_sync_is_told_with_its_errors_and_starts_no_hold(house: House) -> None:
    house.world.broadworks.fail_next_sync(ACME, [(600013, "Timed out reading users"), (600018, "Bad data, twice")])
    house.ask(ANA, "sync")
    told = house.wait_for(lambda: _results(house))[0]
    assert "❌ failed" in (told.markdown or "")
    assert "Webex reports that the sync failed" in (told.markdown or "")
    assert "600013: Timed out reading users" in (told.markdown or "")
    assert file_of(house, told).decode("utf-8-sig").splitlines() == [
        "Code,Description",
        "600013,Timed out reading users",
        '600018,"Bad data, twice"',
    ]
    assert "queued" in (house.ask(ANA, "sync").markdown or "")
    house.wait_for(lambda: "✅ completed" in (_results(house)[-1].markdown or ""))


def test_a_sync_with_errors_is_completed_with_warnings_and_starts_the_hold(house: House) -> None:
    house.world.broadworks.end_next_sync(ACME, "COMPLETE", [(600018, "One phone was left out")])
    house.ask(ANA, "sync")
    told = house.wait_for(lambda: _results(house))[0]
    assert "completed with warnings" in (told.markdown or "")
    assert "One phone was left out" in (told.markdown or "")
    assert csv_of(house, told) == rows(house)
    assert "will work again" in (house.ask(ANA, "sync").markdown or "")


def test_a_busy_cluster_is_waited_for(house: House) -> None:
    house.world.broadworks.retry_after = 1
    house.world.broadworks.hold(BOREALIS)
    house.world.broadworks.sync_now(house.world.enterprise(BOREALIS).id)
    house.ask(ANA, "sync")
    house.wait_for(lambda: 429 in house.syncs_asked())
    house.wait_for(lambda: "queued" in _shown(house))
    house.world.broadworks.release(BOREALIS)
    house.wait_for(lambda: _results(house))
    assert house.syncs_asked()[-1] == 200
    assert house.syncs_asked().count(200) == 1


def test_a_sync_that_webex_runs_by_itself_is_waited_for(house: House) -> None:
    house.world.broadworks.hold(ACME)
    house.world.broadworks.start_own_sync(ACME)
    house.ask(ANA, "sync")
    house.wait_for(lambda: len(house.calls("GET", ENTERPRISES)) >= 3)
    assert house.syncs_asked() == []
    assert "queued" in _shown(house)
    house.world.broadworks.release(ACME)
    house.wait_for(lambda: _results(house))
    assert house.syncs_asked() == [200]


def test_a_sync_whose_start_was_not_answered_is_adopted_and_asked_for_once(house: House) -> None:
    house.faults.add(method="POST", path=ENTERPRISES, who=PARTNER_ADMIN, drop="after")
    house.ask(ANA, "sync")
    told = house.wait_for(lambda: _results(house))[0]
    assert "✅ completed" in (told.markdown or "")
    assert house.syncs_asked() == [None]


def test_a_sync_that_may_have_begun_is_asked_for_again_only_after_two_minutes(house: House) -> None:
    house.faults.add(method="POST", path=ENTERPRISES, who=PARTNER_ADMIN, status=500)
    house.ask(ANA, "sync")
    house.wait_for(lambda: "starting" in _shown(house))
    house.shift(seconds=100)
    seen = len(house.calls("GET", ENTERPRISES))
    house.wait_for(lambda: len(house.calls("GET", ENTERPRISES)) >= seen + 3)
    assert house.syncs_asked() == [500]
    house.shift(seconds=21)
    house.wait_for(lambda: _results(house))
    assert house.syncs_asked() == [500, 200]


def test_a_sync_is_held_back_while_webex_is_down_and_completes_later(house: House) -> None:
    fault = house.faults.add(path=ENTERPRISES, who=PARTNER_ADMIN, status=503, times=None)
    house.ask(ANA, "sync")
    house.wait_for(lambda: len(house.calls("GET", "/broadworks/enterprises")) >= 2)
    fault.times = 0
    house.shift(seconds=10)
    house.wait_for(lambda: _results(house))
    assert house.syncs_asked() == [200]


@pytest.fixture
def cumulus(database_url: str, build: Callable[..., House]) -> House:
    """A house whose enterprise has nobody who activated."""
    built = build(database_url, enterprise=CUMULUS, people=(CORA,))
    built.start()
    return built


def test_a_sync_without_anybody_activated_fails_with_who_must_activate(cumulus: House) -> None:
    accepted = cumulus.ask(CORA, "sync")
    told = cumulus.wait_for(lambda: _results(cumulus, CORA))[0]
    assert "Webex does not know this enterprise yet" in (told.markdown or "")
    assert "no hold" in (told.markdown or "")
    assert csv_of(cumulus, told, CORA) == rows(cumulus)
    assert len(rows(cumulus)) == 14
    assert cumulus.heard(CORA)[0].id == accepted.id
    assert cumulus.syncs_asked() == []


def test_a_sync_without_anybody_activated_warns_at_once_where_that_is_known(cumulus: House) -> None:
    cumulus.ask(CORA, "licenses")
    accepted = cumulus.ask(CORA, "sync").markdown or ""
    assert "None of your 14 licence holders has activated yet" in accepted
    cumulus.wait_for(lambda: len(_results(cumulus, CORA)) == 2)


def test_a_sync_after_everybody_has_left_fails_with_who_must_activate(house: House) -> None:
    for one in house.world.subscribers.of(ACME):
        if one.status == "provisioned":
            house.world.subscribers.set_status(one.id, "pending_user_migration")
    house.ask(ANA, "sync")
    told = house.wait_for(lambda: _results(house))[0]
    assert "❌ failed" in (told.markdown or "")
    assert "activated" in (told.markdown or "")
    assert csv_of(house, told) == rows(house)


def _ends(house: House, where: str = ANA) -> list[Message]:
    return [one for one in house.heard(where) if "❌ failed" in (one.markdown or "")]


def test_a_sync_whose_enterprise_may_not_be_read_fails_with_the_reason_and_frees_the_queue(house: House) -> None:
    house.sandbox.faults.add(method="GET", path=ENTERPRISES, status=403, times=None)
    house.ask(ANA, "sync")
    told = house.wait_for(lambda: _ends(house)[1:])[0]
    assert "HTTP 403" in (told.markdown or "")
    assert "❌ failed" in _shown(house)
    house.sandbox.faults.clear()
    house.ask(ANA, "sync")
    house.wait_for(lambda: _results(house))


def test_a_running_sync_whose_enterprise_webex_has_forgotten_ends(house: House) -> None:
    house.world.broadworks.hold(ACME)
    house.ask(ANA, "sync")
    house.wait_for(lambda: "running" in _shown(house))
    house.sandbox.faults.add(method="GET", path=ENTERPRISES, status=404, times=None)
    house.sandbox.faults.add(method="GET", path="/broadworks/enterprises$", status=200, body={"items": []}, times=None)
    house.wait_for(lambda: _ends(house)[1:])


def test_who_has_lost_their_rights_is_not_told_of_the_end(house: House) -> None:
    house.world.broadworks.hold(ACME)
    house.ask(ANA, "sync")
    house.ask(OLGA, "sync")
    with house.database.write() as session:
        admins.set_operators(session, [])
    house.world.broadworks.release(ACME)
    house.wait_for(lambda: _results(house))
    assert _results(house, OLGA) == []
