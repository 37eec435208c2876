"""`sync`, when Webex is busy or does not answer."""

from sqlalchemy import func, select

from sandbox.seed import ACME, BOREALIS, CUMULUS
from sandbox.world import PARTNER_ADMIN
from storage import admins, enterprises
from storage.models import AttachmentRow, SyncRow
from tests.journeys.house import ANA, CORA, OLGA, House
from tests.journeys.syncs import (
    BO,
    ENTERPRISES,
    ON_SQLITE,
    add_enterprise,
    ends,
    hang_up,
    results,
    shown,
    take_rights,
    text,
)


def test_our_sync_waits_for_one_that_webex_runs_by_itself(house: House) -> None:
    house.world.broadworks.keep_running(ACME)
    house.world.broadworks.start_scheduled_sync(ACME)
    house.ask(ANA, "sync")
    house.wait_for(lambda: len(house.calls("GET", ENTERPRISES)) >= 3)
    assert house.syncs_asked() == []
    assert "queued" in shown(house)
    house.world.broadworks.let_finish(ACME)
    house.wait_for(lambda: results(house))
    assert house.syncs_asked() == [200]


def test_a_start_whose_response_was_lost_is_adopted_and_not_repeated(house: House) -> None:
    house.faults.add(method="POST", path=ENTERPRISES, token=PARTNER_ADMIN, drop="after")
    house.ask(ANA, "sync")
    told = house.wait_for(lambda: results(house))[0]
    assert "✅ completed" in text(told)
    assert house.syncs_asked() == [None]


def test_a_start_that_may_have_worked_is_repeated_after_two_minutes(house: House) -> None:
    house.faults.add(method="POST", path=ENTERPRISES, token=PARTNER_ADMIN, status=500)
    house.ask(ANA, "sync")
    house.wait_for(lambda: "starting" in shown(house))
    house.shift(seconds=100)
    seen = len(house.calls("GET", ENTERPRISES))
    house.wait_for(lambda: len(house.calls("GET", ENTERPRISES)) >= seen + 3)
    assert house.syncs_asked() == [500]
    house.shift(seconds=21)
    house.wait_for(lambda: results(house))
    assert house.syncs_asked() == [500, 200]


def test_a_sync_waits_while_webex_is_down_and_completes_later(house: House) -> None:
    fault = house.faults.add(path=ENTERPRISES, token=PARTNER_ADMIN, status=503, times=None)
    house.ask(ANA, "sync")
    house.wait_for(lambda: len(house.calls("GET", "/broadworks/enterprises")) >= 2)
    fault.times = 0
    house.shift(seconds=10)
    house.wait_for(lambda: results(house))
    assert house.syncs_asked() == [200]


def test_a_sync_whose_enterprise_webex_refuses_to_show_fails(house: House) -> None:
    house.sandbox.faults.add(method="GET", path=ENTERPRISES, status=403, times=None)
    house.ask(ANA, "sync")
    told = text(house.wait_for(lambda: ends(house))[0])
    assert "Webex refused it" in told
    assert "Webex says" in told
    assert "❌ failed" in shown(house)
    house.sandbox.faults.clear()
    house.ask(ANA, "sync")
    house.wait_for(lambda: results(house))


def test_a_running_sync_that_webex_forgets_fails_at_its_time_limit(house: House) -> None:
    house.world.broadworks.keep_running(ACME)
    house.ask(ANA, "sync")
    house.wait_for(lambda: "running" in shown(house))
    house.sandbox.faults.add(method="GET", path=ENTERPRISES, status=404, times=None)
    house.sandbox.faults.add(method="GET", path="/broadworks/enterprises$", status=200, body={"items": []}, times=None)
    house.wait_for(lambda: "/broadworks/enterprises" in [one.path for one in list(house.world.requests)[-3:]])
    assert "running" in shown(house)
    house.shift(hours=12, minutes=1)
    assert "did not finish it in time" in text(house.wait_for(lambda: ends(house))[0])


def test_a_follower_without_rights_gets_no_notice(house: House) -> None:
    house.world.broadworks.keep_running(ACME)
    house.ask(ANA, "sync")
    house.ask(OLGA, "sync")
    house.former_admins.add(OLGA)
    with house.database.write() as session:
        admins.set_operators(session, [])
    house.world.broadworks.let_finish(ACME)
    house.wait_for(lambda: results(house))
    assert results(house, OLGA) == []


@ON_SQLITE
def test_no_file_is_stored_if_nobody_gets_the_notice(house: House) -> None:
    house.world.broadworks.keep_running(ACME)
    house.ask(ANA, "sync")
    house.wait_for(lambda: "running" in shown(house))
    take_rights(house, ANA)
    house.world.broadworks.let_finish(ACME)

    def told() -> bool:
        with house.database.read() as session:
            return session.scalars(select(SyncRow.told_at)).one() is not None

    house.wait_for(told)
    with house.database.read() as session:
        assert session.scalar(select(func.count()).select_from(AttachmentRow)) == 0


@ON_SQLITE
def test_two_enterprises_without_an_answer_of_webex_stop_no_third(house: House) -> None:
    for sp_enterprise_id, who in ((BOREALIS, BO), (CUMULUS, CORA)):
        add_enterprise(house, sp_enterprise_id, who, who)
        at_webex = house.world.enterprise(sp_enterprise_id)
        with house.database.write() as session:
            (added,) = [each for each in enterprises.in_use(session) if each.sp_enterprise_id == sp_enterprise_id]
            enterprises.learn_webex_id(session, added.id, sp_enterprise_id, at_webex.id, None)
        hang_up(house, sp_enterprise_id)
        house.ask(who, "sync")
    house.wait_for(lambda: len(_in_hand(house)) == 2)
    house.ask(ANA, "sync")
    house.wait_for(lambda: results(house))
    assert len(_in_hand(house)) >= 2
    house.faults.clear()


def _in_hand(house: House) -> list[int]:
    """Return the syncs that threads work on."""
    with house.database.read() as session:
        return list(session.scalars(select(SyncRow.id).where(SyncRow.lease_until.is_not(None))))
