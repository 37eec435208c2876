"""Who is told how a sync has ended, where, and with what."""

from sandbox.seed import ACME, SPACE
from sandbox.world import BOT
from tests.journeys.house import ANA, BEN, OLGA, House
from tests.journeys.syncs import ON_SQLITE, ends, results, take_rights, text
from tests.journeys.tables import csv_of, rows

DORA, EVE, FAY, GUS = (f"{name}@acme.example" for name in ("dora", "eve", "fay", "gus"))
ADMINS = "Admins of Acme"


def _fail(house: House, times: int) -> None:
    """Have a sync fail, which starts no hold, and wait until the asker has been told so often."""
    house.world.broadworks.fail_next_sync(ACME, [(600013, "Timed out")])
    house.ask(ANA, "sync")
    house.wait_for(lambda: len(ends(house)) == times)


def test_each_admin_gets_exactly_one_notice(house: House) -> None:
    for email in (DORA, EVE, FAY, GUS):
        house.world.add_person(email)
    for email in (BEN, DORA, EVE, FAY, GUS):
        house.make_admin(email)
    house.make_room(ADMINS, FAY)
    assert "This space gets a message" in text(house.ask(FAY, "notify on", ADMINS, mention=True))
    house.ask(DORA, "help")
    house.ask(EVE, "notify off")
    house.world.broadworks.keep_running(ACME)
    house.ask(ANA, "sync")
    joining = house.say(BEN, "sync", SPACE, mention=True)
    house.wait_for(lambda: house.answers(joining))
    house.world.broadworks.let_finish(ACME)
    told = (ANA, SPACE, DORA, ADMINS, GUS)
    house.wait_for(lambda: all(ends(house, where) for where in told))
    for email in (ANA, BEN, DORA, EVE, FAY, GUS, OLGA):
        house.ask(email, "help")
    assert [len(ends(house, where)) for where in told] == [1] * len(told)
    assert [ends(house, email) for email in (BEN, EVE, FAY, OLGA)] == [[]] * 4
    assert ends(house, SPACE)[0].parent_id == joining.id
    for where, reader in ((ANA, ANA), (DORA, DORA), (ADMINS, FAY)):
        assert csv_of(house, ends(house, where)[0], reader) == rows(house)
    assert ends(house, GUS)[0].files == ()
    assert "Write to me: `licenses` gives you both" in text(ends(house, GUS)[0])


@ON_SQLITE
def test_a_notice_without_license_holders_has_no_file(house: House) -> None:
    house.world.broadworks.keep_running(ACME)
    house.ask(ANA, "sync")
    house.wait_for(lambda: "running since" in house.transcript())
    for subscriber in house.world.subscribers.of_enterprise(ACME):
        house.world.subscribers.remove(subscriber.id)
    house.world.broadworks.let_finish(ACME)
    told = house.wait_for(lambda: ends(house))[0]
    assert "✅ completed" in text(told)
    assert "Attached" not in text(told)
    assert told.files == ()


@ON_SQLITE
def test_a_space_with_others_gets_notices_without_license_holders(house: House) -> None:
    house.ask(ANA, "notify on", SPACE, mention=True)
    house.ask(ANA, "sync")
    told = house.wait_for(lambda: results(house) and ends(house, SPACE))[0]
    assert "✅ completed" in text(told)
    assert "- People: 4 added" in text(told)
    assert "Attached" not in text(told)
    assert (told.files, told.parent_id) == ((), None)
    assert "gets no messages about syncs" in text(house.ask(ANA, "notify off", SPACE, mention=True))
    house.shift(hours=25)
    house.ask(ANA, "sync")
    house.wait_for(lambda: len(results(house)) == 2)
    house.ask(ANA, "help", SPACE, mention=True)
    assert len(ends(house, SPACE)) == 1


@ON_SQLITE
def test_notify_off_stops_notices_of_syncs_that_others_request(house: House) -> None:
    house.make_admin(BEN)
    for email in (ANA, BEN):
        assert "get no messages about syncs that others ask for" in text(house.ask(email, "notify off"))
    _fail(house, times=1)
    house.ask(BEN, "help")
    assert ends(house, BEN) == []
    assert "You get a message whenever" in text(house.ask(BEN, "notify on"))
    assert "You already get a message" in text(house.ask(BEN, "notify on"))
    _fail(house, times=2)
    house.wait_for(lambda: ends(house, BEN))


@ON_SQLITE
def test_an_admin_who_loses_rights_before_the_notice_does_not_get_it(house: House) -> None:
    house.make_admin(BEN)
    house.ask(BEN, "help")
    house.make_room(ADMINS, ANA)
    house.ask(ANA, "notify on", ADMINS, mention=True)
    asking = house.faults.add(method="GET", path="/memberships", token=BOT, delay=30)
    house.ask(ANA, "sync")
    house.wait_for(lambda: asking.times == 0)
    take_rights(house, BEN)
    house.faults.clear()
    house.wait_for(lambda: results(house))
    house.ask(BEN, "help")
    assert results(house, BEN) == []


@ON_SQLITE
def test_notify_takes_on_or_off(house: House) -> None:
    for typed in ("notify", "notify perhaps"):
        assert "`notify on` or `notify off`" in text(house.ask(ANA, typed))


@ON_SQLITE
def test_admins_are_told_in_private_if_their_notice_space_is_gone(house: House) -> None:
    house.make_admin(BEN)
    house.make_room(ADMINS, BEN)
    house.ask(BEN, "notify on", ADMINS, mention=True)
    gone = house.world.room(ADMINS)
    house.world.rooms.delete(gone.id, house.world.person(BEN))
    house.ask(ANA, "sync")
    house.wait_for(lambda: results(house) and results(house, BEN))
