"""`cancel`, and syncs that end because nobody is left to have them for."""

from sandbox.seed import ACME, BOREALIS, SPACE
from storage import enterprises, syncs
from tests.journeys.house import ANA, BEN, OLGA, SAM, House
from tests.journeys.syncs import (
    BO,
    ON_SQLITE,
    add_enterprise,
    ends,
    hang_up,
    queue_up,
    results,
    shown,
    take_rights,
    text,
)


def test_the_requester_can_cancel_a_queued_sync(house: House) -> None:
    queue_up(house)
    assert "is cancelled" in text(house.ask(ANA, "cancel"))
    house.wait_for(lambda: "cancelled" in shown(house))
    assert "nothing to cancel" in text(house.ask(ANA, "cancel"))
    house.world.broadworks.let_finish(ACME)
    assert "queued" in text(house.ask(ANA, "sync"))
    house.wait_for(lambda: results(house))
    assert len(ends(house)) == 1
    assert house.syncs_asked() == [200]


@ON_SQLITE
def test_a_sync_stays_queued_until_the_last_follower_withdraws(house: House) -> None:
    house.make_admin(BEN)
    queue_up(house)
    house.ask(BEN, "sync")
    assert "Others wait for it" in text(house.ask(ANA, "cancel"))
    assert "running its own sync" in shown(house)
    assert "running its own sync" in text(house.ask(BEN, "status"))
    assert "is cancelled" in text(house.ask(BEN, "cancel"))
    house.wait_for(lambda: "cancelled" in shown(house))
    assert house.syncs_asked() == []


@ON_SQLITE
def test_a_withdrawn_follower_gets_the_notice_of_any_other_admin(house: House) -> None:
    house.make_admin(BEN)
    queue_up(house)
    joining = house.say(BEN, "sync", SPACE, mention=True)
    house.wait_for(lambda: house.answers(joining))
    house.ask(BEN, "cancel", SPACE, mention=True)
    house.world.broadworks.let_finish(ACME)
    house.wait_for(lambda: ends(house) and ends(house, BEN))
    assert ends(house, SPACE) == []


@ON_SQLITE
def test_an_operator_cancels_a_queued_sync_and_its_followers_are_told(house: House) -> None:
    house.make_admin(BEN)
    house.make_admin(SAM)
    queue_up(house)
    joining = house.say(BEN, "sync", SPACE, mention=True)
    house.wait_for(lambda: house.answers(joining))
    assert "I will tell the people who waited for it" in text(house.ask(OLGA, "cancel"))
    told = house.wait_for(lambda: ends(house) and ends(house, SPACE) and [*ends(house), *ends(house, SPACE)])
    assert [one.parent_id for one in told] == [None, joining.id]
    for one in told:
        assert "cancelled" in text(one)
        assert "An operator at your service provider cancelled it" in text(one)
    house.wait_for(lambda: "cancelled" in shown(house))
    for email in (BEN, SAM, OLGA):
        house.ask(email, "help")
        assert ends(house, email) == []


@ON_SQLITE
def test_a_sync_that_webex_runs_cannot_be_cancelled(house: House) -> None:
    house.world.broadworks.keep_running(ACME)
    house.ask(ANA, "sync")
    house.wait_for(lambda: "running since" in shown(house))
    for email in (ANA, OLGA):
        assert "cannot be stopped" in text(house.ask(email, "cancel"))
    house.world.broadworks.let_finish(ACME)
    house.wait_for(lambda: "✅ completed" in shown(house))


@ON_SQLITE
def test_an_admin_who_does_not_follow_a_sync_cannot_cancel_it(house: House) -> None:
    house.make_admin(BEN)
    queue_up(house)
    refused = text(house.ask(BEN, "cancel"))
    assert "do not wait for this sync" in refused
    assert ANA in refused
    in_group = text(house.ask(BEN, "cancel", SPACE, mention=True))
    assert "another admin" in in_group
    assert ANA not in in_group
    house.world.broadworks.let_finish(ACME)
    house.wait_for(lambda: "✅ completed" in shown(house))


@ON_SQLITE
def test_the_next_sync_moves_up_when_the_first_is_cancelled(house: House) -> None:
    add_enterprise(house, BOREALIS, BO)
    hang_up(house, ACME)
    house.ask(ANA, "sync")
    assert "number 2 in the queue" in text(house.ask(BO, "sync"))
    hang_up(house, BOREALIS)
    house.ask(ANA, "cancel")
    house.wait_for(lambda: "next in the queue" in shown(house, BO))
    house.faults.clear()
    house.wait_for(lambda: results(house, BO))


def _is_idle(house: House) -> bool:
    """Return whether the first enterprise has no sync that goes on."""
    with house.database.read() as session:
        return syncs.active(session, enterprises.in_use(session)[0].id) is None


@ON_SQLITE
def test_a_sync_is_cancelled_if_all_followers_have_lost_their_rights(house: House) -> None:
    queue_up(house)
    house.make_admin(BEN)
    take_rights(house, ANA)
    house.world.broadworks.let_finish(ACME)
    house.wait_for(lambda: _is_idle(house))
    assert "Nobody who asked for it is an admin any more" in text(house.ask(BEN, "history"))
    assert house.syncs_asked() == []
    assert (ends(house), ends(house, BEN)) == ([], [])
    house.wait_for(house.is_silent)
    assert "cancelled" not in shown(house)  # Ana may not read it any more


@ON_SQLITE
def test_a_sync_starts_for_a_follower_if_the_requester_lost_rights(house: House) -> None:
    house.make_admin(BEN)
    queue_up(house)
    house.ask(BEN, "sync")
    take_rights(house, ANA)
    house.world.broadworks.let_finish(ACME)
    house.wait_for(lambda: results(house, BEN))
    assert house.syncs_asked() == [200]
    assert ends(house) == []
