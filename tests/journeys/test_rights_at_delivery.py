"""Rights that end between a request and its answer, and people who are kept out: nothing of theirs arrives later."""

from sqlalchemy import select

from bot.replies import delivery
from sandbox.world import BOT
from storage import admins, enterprises
from storage.models import AttachmentRow, OutboxRow
from storage.values.records import Identity
from tests.journeys.house import ANA, BEN, OLGA, SAM, House
from tests.journeys.syncs import ON_SQLITE, ends, take_rights, text

GROUP = "Acme and the provider"


def _wait_for_webex(house: House, number: int) -> bool:
    """Return whether so many files are written, Webex has refused each of them, and they wait for the next try."""
    with house.database.read() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.attachment_id.is_not(None))).all()
    return [(row.failures > 0, row.lease_until) for row in rows] == [(True, None)] * number


@ON_SQLITE
def test_rights_taken_away_before_the_delivery_stop_the_file(house: House) -> None:
    house.make_admin(BEN)
    house.ask(BEN, "help")
    house.make_room(GROUP, ANA, BEN, OLGA)
    house.faults.add(method="POST", path="/messages", token=BOT, status=503, times=None)
    asked = [house.say(BEN, "licenses"), house.say(BEN, "licenses", GROUP, mention=True)]
    house.wait_for(lambda: _wait_for_webex(house, len(asked)))
    take_rights(house, BEN)
    house.faults.clear()
    house.advance(seconds=30)
    lines = [house.wait_for(lambda said=said: house.answers(said))[0] for said in asked]  # type: ignore[misc]
    assert [text(line) for line in lines] == [delivery.NO_RIGHTS_ANY_MORE] * 2
    house.wait_for(house.is_silent)
    assert [message for where in (BEN, GROUP) for message in house.heard(where) if message.files] == []
    with house.database.read() as session:
        assert session.scalars(select(AttachmentRow)).all() == []
    assert [row.outcome for row in house.audit()].count("withheld") == 2


@ON_SQLITE
def test_who_was_kept_out_gets_no_notice_and_their_admin_hears_why(house: House) -> None:
    house.ask(ANA, "status")
    ana = Identity(house.world.person(ANA).id, ANA)
    with house.database.write() as session:
        admins.add(session, enterprises.in_use(session)[0].id, SAM, house.now(), added_by=ana)
    assert "you belong to another organization" in text(house.ask(SAM, "status"))
    why = house.wait_for(lambda: [said for said in house.heard(ANA) if "did not let" in text(said)])[0]
    assert f"`admins add {SAM} any-organization`" in text(why)
    assert f"{SAM} (kept out" in text(house.ask(ANA, "admins"))
    house.ask(ANA, "sync")
    house.wait_for(lambda: ends(house))
    house.wait_for(house.is_silent)
    assert ends(house, SAM) == []
