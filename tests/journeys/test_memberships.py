"""What becomes of a space when the bot comes, goes, or finds it under another id."""

import base64

from sandbox.world import BOT
from tests.journeys.house import ANA, OLGA, SAM, House
from tests.journeys.memberships import bring
from tests.journeys.syncs import ON_SQLITE, text
from tests.journeys.tables import csv_of, rows

ROOM = "A new space"
ACME_KEY = "reseller1-acme"

pytestmark = ON_SQLITE


def _moved(room_id: str) -> str:
    """The id by which a space is known that has moved to another region."""
    padded = room_id + "=" * (-len(room_id) % 4)
    number = base64.urlsafe_b64decode(padded).decode().rpartition("/")[2]
    return base64.urlsafe_b64encode(f"ciscospark://urn:TEAM:eu-central-1_k/ROOM/{number}".encode()).decode().rstrip("=")


def test_a_stranger_who_adds_the_bot_learns_only_who_may_use_it(house: House) -> None:
    house.make_room(ROOM, SAM)
    (said,) = house.greetings(ROOM)
    assert OLGA in text(said)
    assert "cme" not in text(said)
    assert house.audit()[0].outcome == "greeted"


def test_an_admin_who_adds_the_bot_is_told_how_to_use_it(house: House) -> None:
    house.make_room(ROOM, ANA, SAM)
    greeting = text(house.greetings(ROOM)[0])
    assert "`help`" in greeting
    assert "`link" not in greeting
    house.make_room("Of an operator", OLGA)
    assert "`link KEY`" in text(house.greetings("Of an operator")[0])


def test_a_person_gets_one_greeting_a_minute_across_spaces(house: House) -> None:
    for number in range(3):
        house.make_room(f"Space {number}", SAM)
    assert [len(house.greetings(f"Space {number}")) for number in range(3)] == [1, 0, 0]


def test_the_bot_sends_no_greeting_in_a_1_to_1_space(house: House) -> None:
    house.ask(ANA, "help")
    house.wait_for(lambda: not house.events("memberships"))
    house.wait_for(house.is_silent)
    assert len(house.heard(ANA)) == 1


def _linked(house: House) -> None:
    """A space of an admin and an operator that is tied to their enterprise."""
    house.make_room(ROOM, ANA, OLGA)
    house.ask(OLGA, f"link {ACME_KEY}", ROOM, mention=True)


def test_removing_the_bot_from_a_space_ends_its_link(house: House) -> None:
    _linked(house)
    house.ask(OLGA, "trust on", ROOM, mention=True)
    room = house.world.room(ROOM)
    own = next(one for one in house.world.rooms.members(room.id) if one.person.email == BOT)
    house.world.rooms.remove(own.id, house.world.person(ANA))
    house.wait_for(lambda: "No group space" in text(house.ask(OLGA, "spaces")))


def test_an_old_membership_event_does_not_end_the_link_of_a_space(house: House) -> None:
    _linked(house)
    bot, room = house.world.person(BOT), house.world.room(ROOM)
    gone = {"id": "a membership of before", "roomId": room.id, "personId": bot.id, "created": "2020-01-01T00:00:00Z"}
    assert bring(house, "memberships", "deleted", gone) == 204
    house.wait_for(lambda: not house.events("memberships"))
    assert ACME_KEY in text(house.ask(OLGA, "spaces"))


def test_a_space_that_moves_to_another_region_keeps_its_link(house: House) -> None:
    _linked(house)
    house.wait_for(house.is_silent)
    new = _moved(house.world.room(ROOM).id)
    assert bring(house, "rooms", "migrated", {"id": new}) == 204
    house.wait_for(lambda: not house.events("rooms"))
    header = ["Enterprise", "Name", "Space ID", "Linked", "Told of Syncs", "Trusted"]
    assert [row[2] for row in csv_of(house, house.ask(OLGA, "spaces"), OLGA, header)] == [new]
    assert csv_of(house, house.ask(ANA, "licenses")) == rows(house)


def test_old_events_are_not_accepted(house: House) -> None:
    said = house.ask(ANA, "help")
    data = {"id": "unseen", "roomId": said.room_id, "personId": house.world.person(ANA).id}
    assert bring(house, "messages", "created", data | {"created": "2020-01-01T00:00:00.000Z"}) == 204
    assert "unseen" not in {row.data_id for row in house.inbox()}
    assert bring(house, "messages", "created", data | {"created": house.now().isoformat()}) == 204
    assert "unseen" in {row.data_id for row in house.inbox()}
