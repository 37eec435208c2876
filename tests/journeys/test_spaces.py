"""For which enterprise is spoken: the space's, one's choice, one's only one; and what a space may know."""

import pytest
from sqlalchemy import delete

from sandbox.seed import BOREALIS
from sandbox.world import BOT, PARTNER_ADMIN
from storage import chosen_enterprises, enterprises
from storage.models import InboxRow
from tests.journeys.house import ANA, BEN, OLGA, SAM, House
from tests.journeys.memberships import bring
from tests.journeys.syncs import BO, ON_SQLITE, add_enterprise, text
from tests.journeys.tables import csv_of, rows

TOGETHER = "Both companies"
ACME_KEY = "reseller1-acme"

pytestmark = ON_SQLITE


@pytest.fixture
def both(house: House) -> House:
    """A bot for two enterprises, and a group in which an admin of each is."""
    add_enterprise(house, BOREALIS, BO)
    house.make_room(TOGETHER, ANA, BO, OLGA, SAM)
    return house


def test_all_commands_in_a_linked_space_are_for_its_enterprise(both: House) -> None:
    said = text(both.ask(OLGA, f"link {ACME_KEY}", TOGETHER, mention=True))
    assert "This space is linked to" in said
    assert "No directory sync" in text(both.ask(ANA, "cancel", TOGETHER, mention=True))
    assert ACME_KEY in text(both.ask(OLGA, "status", TOGETHER, mention=True))
    both.say(BO, "status", TOGETHER, mention=True)
    denied = both.wait_for(lambda: both.heard(BO))[0]
    assert "no rights" in text(denied)
    assert "acme" not in text(denied).casefold()
    assert both.audit()[-1].outcome == "denied"


def test_unlinking_ends_the_link_and_the_notices_of_a_space(both: House) -> None:
    both.ask(OLGA, f"link {ACME_KEY}", TOGETHER, mention=True)
    both.ask(ANA, "notify on", TOGETHER, mention=True)
    assert "gets no messages" in text(both.ask(OLGA, "unlink", TOGETHER, mention=True))
    assert "not linked to an enterprise" in text(both.ask(OLGA, "unlink", TOGETHER, mention=True))
    assert "**Borealis**" in text(both.ask(BO, "status", TOGETHER, mention=True))
    assert "No group space" in text(both.ask(OLGA, "spaces"))


def test_spaces_are_listed_with_their_purposes(both: House) -> None:
    both.ask(OLGA, f"link {ACME_KEY}", TOGETHER, mention=True)
    both.ask(ANA, "notify on", TOGETHER, mention=True)
    answer = both.ask(OLGA, "spaces")
    assert f"`{ACME_KEY}`: linked, gets messages about syncs" in text(answer)
    header = ["Enterprise", "Name", "Space ID", "Linked", "Told of Syncs", "Trusted"]
    room_id = both.world.room(TOGETHER).id
    assert csv_of(both, answer, OLGA, header) == [[ACME_KEY, "Reseller1+acme", room_id, "yes", "yes", "no"]]


def test_only_operators_can_link_trust_and_list_spaces(both: House) -> None:
    for typed in (f"link {ACME_KEY}", "unlink", "trust on", "spaces"):
        assert "Only operators can use" in text(both.ask(ANA, typed, TOGETHER, mention=True))


def test_link_unlink_and_trust_work_only_in_a_group_space(both: House) -> None:
    for typed in (f"link {ACME_KEY}", "unlink", "trust on"):
        assert "is for group spaces" in text(both.ask(OLGA, typed))


def test_a_trusted_space_sees_license_holders_even_with_strangers(both: House) -> None:
    assert "First type `link KEY`, then `trust on`" in text(both.ask(OLGA, "trust on", TOGETHER, mention=True))
    both.ask(OLGA, f"link {ACME_KEY}", TOGETHER, mention=True)
    both.trusted.add(both.world.room(TOGETHER).id)
    assert "Everybody" in text(both.ask(OLGA, "trust on", TOGETHER, mention=True))
    assert csv_of(both, both.ask(ANA, "licenses", TOGETHER, mention=True)) == rows(both)
    assert "only while" in text(both.ask(OLGA, "trust off", TOGETHER, mention=True))
    assert "1:1 message" in text(both.ask(ANA, "licenses", TOGETHER, mention=True))


def test_trust_ends_when_a_space_is_linked_to_another_enterprise(both: House) -> None:
    both.ask(OLGA, f"link {ACME_KEY}", TOGETHER, mention=True)
    both.ask(OLGA, "trust on", TOGETHER, mention=True)
    both.ask(OLGA, "link borealis", TOGETHER, mention=True)
    assert "1:1 message" in text(both.ask(BO, "licenses", TOGETHER, mention=True))


def test_trust_needs_a_link_and_ends_with_it(both: House) -> None:
    both.ask(BO, "notify on", TOGETHER, mention=True)
    assert "First type `link KEY`, then `trust on`" in text(both.ask(OLGA, "trust on", TOGETHER, mention=True))
    both.ask(OLGA, "link borealis", TOGETHER, mention=True)
    both.ask(OLGA, "trust on", TOGETHER, mention=True)
    both.ask(OLGA, "unlink", TOGETHER, mention=True)
    assert "1:1 message" in text(both.ask(ANA, "licenses", TOGETHER, mention=True))


def test_trust_ends_when_the_bot_is_added_again(both: House) -> None:
    both.ask(OLGA, f"link {ACME_KEY}", TOGETHER, mention=True)
    both.ask(OLGA, "trust on", TOGETHER, mention=True)
    with both.database.write() as session:
        session.execute(delete(InboxRow).where(InboxRow.resource == "memberships"))
    bot, room = both.world.person(BOT), both.world.room(TOGETHER)
    data = {"id": "another membership", "roomId": room.id, "personId": bot.id, "created": both.now().isoformat()}
    assert bring(both, "memberships", "created", data) == 204
    both.wait_for(lambda: not both.events("memberships") and both.is_silent())
    assert "1:1 message" in text(both.ask(ANA, "licenses", TOGETHER, mention=True))


def test_a_waiting_command_does_not_run_for_another_enterprise(both: House) -> None:
    both.ask(OLGA, "use borealis")
    both.faults.add(path="/broadworks/subscribers", token=PARTNER_ADMIN, delay=60)
    asked = both.say(OLGA, "licenses count")
    both.wait_for(lambda: [row for row in both.inbox() if row.waited and row.lease_until is None])
    with both.database.write() as session:
        acme = enterprises.by_key(session, ACME_KEY)
        assert acme is not None
        chosen_enterprises.choose(session, both.world.person(OLGA).id, acme.id, both.now())
    both.advance(seconds=8.5)
    assert "now belongs to another enterprise" in text(both.wait_for(lambda: both.answers(asked))[0])
    both.faults.clear()


def test_use_chooses_an_enterprise_and_each_reply_names_it(both: House) -> None:
    assert "Choose one with `use KEY`" in text(both.ask(OLGA, "status"))
    assert "You have not chosen one yet" in text(both.ask(OLGA, "use"))
    assert "Your commands are now for Borealis" in text(both.ask(OLGA, "use borealis"))
    answer = text(both.ask(OLGA, "cancel"))
    assert answer.endswith("– for Borealis (`borealis`)")
    assert "`borealis` – Borealis (your choice)" in text(both.ask(OLGA, "use"))
    both.ask(OLGA, f"use {ACME_KEY}")
    assert f"(`{ACME_KEY}`)" in text(both.ask(OLGA, "status"))
    assert "– for" not in text(both.ask(ANA, "status"))
    assert "It is your only enterprise." in text(both.ask(ANA, "use"))


def test_use_answers_the_same_for_a_foreign_and_an_unknown_enterprise(both: House) -> None:
    known, unknown = (text(both.ask(ANA, f"use {key}")) for key in ("borealis", "nowhere"))
    assert known.replace("borealis", "nowhere") == unknown
    assert "Reseller1+acme" in text(both.ask(ANA, "status"))


def test_use_is_refused_in_a_linked_space(both: House) -> None:
    both.ask(OLGA, f"link {ACME_KEY}", TOGETHER, mention=True)
    assert "in 1:1" in text(both.ask(OLGA, "use borealis", TOGETHER, mention=True))


def test_a_chosen_enterprise_that_is_removed_is_no_longer_used(both: House) -> None:
    both.ask(OLGA, "use borealis")
    with both.database.write() as session:
        found = enterprises.by_key(session, "borealis")
        assert found is not None
        enterprises.remove(session, found.id, both.now())
    assert "Reseller1+acme" in text(both.ask(OLGA, "status"))


def test_the_reply_says_if_a_file_was_ignored(house: House) -> None:
    assert "did not read the file" in text(house.ask(ANA, "status", file=b"a,b\n"))
    assert "did not read the file" not in text(house.ask(ANA, "locations", file=b"a,b\n"))
    assert "did not read the file" not in text(house.ask(BEN, "status", file=b"a,b\n"))
