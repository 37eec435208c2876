"""`admins`: who may act for an enterprise; and who only seems to."""

from bot.replies.admin_changes import INVITATION
from sandbox.seed import BOREALIS, SPACE
from sandbox.world import BOT
from storage import admins, enterprises
from storage.values.records import Identity
from tests.journeys.house import ANA, BEN, OLGA, SAM, House
from tests.journeys.syncs import BO, add_enterprise, ends, text


def _team(house: House) -> list[str]:
    with house.database.read() as session:
        return [one.email for one in admins.of_enterprise(session, enterprises.in_use(session)[0].id)]


def test_an_admin_added_by_address_can_use_the_bot_at_once(house: House) -> None:
    assert "not on my list" in text(house.ask(BEN, "status"))
    assert f"- {BEN}" in text(house.ask(ANA, f"admins add\nBen <{BEN}>."))
    house.wait_for(lambda: INVITATION in map(text, house.heard(BEN)))
    assert "**Reseller1+acme**" in text(house.ask(BEN, "status"))
    assert _team(house) == [ANA, BEN]
    assert "already admins" in text(house.ask(ANA, f"admins add {BEN.upper()}"))


def test_an_admin_is_added_and_removed_by_a_mention(house: House) -> None:
    house.former_admins.add(BEN)
    house.ask(ANA, f"admins add <@personEmail:{BEN}|Ben>", SPACE, mention=True)
    assert _team(house) == [ANA, BEN]
    house.ask(ANA, f"admins remove <@personEmail:{BEN}|Ben>", SPACE, mention=True)
    assert _team(house) == [ANA]


def test_the_last_admin_stays(house: House) -> None:
    assert "who has written to me must stay" in text(house.ask(ANA, f"admins remove {ANA}"))
    assert "who has written to me must stay" in text(house.ask(OLGA, f"admins remove {ANA}"))
    assert _team(house) == [ANA]


def test_the_last_admin_who_has_written_cannot_be_removed(house: House) -> None:
    assert "has an address at `acme.exmaple`" in text(house.ask(ANA, "admins add slip@acme.exmaple"))
    assert _team(house) == [ANA]
    house.ask(ANA, "admins add slip@acme.exmaple")
    house.wait_for(lambda: [said for said in house.heard(ANA) if "Webex does not know this address" in text(said)])
    assert "who has written to me" in text(house.ask(ANA, f"admins remove {ANA}"))
    assert _team(house) == [ANA, "slip@acme.exmaple"]
    house.ask(ANA, "admins remove slip@acme.exmaple")
    assert _team(house) == [ANA]


def test_neither_bots_nor_people_of_another_organization_are_added(house: House) -> None:
    house.world.add_person("helper@acme.example", bot=True)
    house.make_room("With a helper", ANA, "helper@acme.example")
    for typed in (f"admins add {BOT}", "admins add helper@sparkbot.io"):
        assert "a bot cannot be an admin" in text(house.ask(ANA, typed))
    mentioned = "admins add <@personEmail:helper@acme.example|Helper>"
    assert "a bot cannot be an admin" in text(house.ask(ANA, mentioned, "With a helper", mention=True))
    house.ask(ANA, "status")
    house.make_room("With Sam", ANA, SAM)
    answer = house.ask(ANA, f"admins add <@personEmail:{SAM}|Sam>", "With Sam", mention=True)
    assert "another Webex organization" in text(answer)
    assert _team(house) == [ANA]


def test_an_admin_removes_their_own_rights_by_typing_it_twice(house: House) -> None:
    house.make_admin(BEN)
    house.ask(BEN, "help")
    house.former_admins.add(ANA)
    assert "your own rights" in text(house.ask(ANA, f"admins remove {ANA}"))
    assert _team(house) == [ANA, BEN]
    assert "**Removed**" in text(house.ask(ANA, f"admins remove {ANA}"))
    assert "not on my list" in text(house.ask(ANA, "status"))
    assert _team(house) == [BEN]


def test_a_command_that_names_no_known_person_is_refused(house: House) -> None:
    for typed, expected in (
        ("admins add", "Type who"),
        ("admins add ben", "is not an e-mail address"),
        ("admins remove nobody@acme.example", "a person who is not an admin"),
        ("admins promote ben@acme.example", "I do not know `admins promote`"),
    ):
        assert expected in text(house.ask(ANA, typed)), typed
    assert _team(house) == [ANA]


def test_a_group_with_others_does_not_see_the_list_of_admins(house: House) -> None:
    assert ANA in text(house.ask(ANA, "admins"))
    answer = text(house.ask(ANA, "admins", SPACE, mention=True))
    assert ANA not in answer
    assert "1:1 message" in answer


def test_an_admin_of_one_enterprise_changes_nothing_of_another(house: House) -> None:
    add_enterprise(house, BOREALIS, BO)
    for _ in range(2):
        house.ask(BO, f"admins add {SAM}")
    house.ask(BO, f"admins remove {ANA}")
    assert _team(house) == [BO, SAM]
    assert "**Reseller1+acme**" in text(house.ask(ANA, "status"))


def _recycled(house: House, email: str) -> None:
    """Have the bot know the address as that of somebody else."""
    with house.database.write() as session:
        enterprise = enterprises.in_use(session)[0]
        admins.add(session, enterprise.id, email, house.now(), Identity("somebody who had it before", email))


def test_a_new_owner_of_an_admins_address_is_denied_and_reported_once(house: House) -> None:
    _recycled(house, BEN)
    for _ in range(2):
        house.say(BEN, "status")
    assert "not on my list" in text(house.wait_for(lambda: house.heard(BEN))[0])
    report = house.wait_for(lambda: house.heard(OLGA))
    house.wait_for(lambda: len(house.inbox()) >= 2 and all(row.due_at is None for row in house.inbox()))
    assert len(report) == 1
    assert BEN in text(report[0])
    assert "I did not let a person in" in text(report[0])
    assert [row.outcome for row in house.audit()].count("reported") == 1


def test_an_admin_of_another_organization_is_denied_and_reported(house: House) -> None:
    house.make_admin(SAM)
    house.ask(ANA, "status")
    assert "you belong to another organization" in text(house.ask(SAM, "status"))
    assert SAM in text(house.wait_for(lambda: house.heard(OLGA))[0])
    assert "**Reseller1+acme**" in text(house.ask(ANA, "status"))


def test_an_operator_lets_in_an_admin_who_was_kept_out(house: House) -> None:
    house.make_admin(SAM)
    house.ask(ANA, "status")
    assert "you belong to another organization" in text(house.ask(SAM, "status"))
    typed = f"admins add {SAM} any-organization"
    assert "Only operators" in text(house.ask(ANA, typed))
    sent = house.say(OLGA, typed)
    house.wait_for(lambda: "**Let in**" in " ".join(map(text, house.answers(sent))))
    assert "**Reseller1+acme**" in text(house.ask(SAM, "status"))


def test_an_admin_with_a_new_address_stays_admin_and_is_listed_by_it(house: House) -> None:
    house.ask(ANA, "status")
    with house.database.write() as session:
        enterprise = enterprises.in_use(session)[0]
        admins.remove(session, enterprise.id, ANA)
        known = Identity(house.world.person(ANA).id, "ana.before@acme.example")
        admins.add(session, enterprise.id, known.email, house.now(), known)
    assert "**Reseller1+acme**" in text(house.ask(ANA, "status"))
    assert _team(house) == [ANA]


def test_an_outside_admin_who_leaves_the_space_at_once_is_still_denied(house: House) -> None:
    house.make_admin(SAM)
    house.ask(ANA, "status")
    house.make_room("Passing through", ANA, SAM)
    house.faults.add(path="/messages/", token=BOT, method="GET", status=503)
    house.say(SAM, "status", "Passing through", mention=True)
    room = house.world.room("Passing through")
    own = next(one for one in house.world.rooms.members(room.id) if one.person.email == SAM)
    house.world.rooms.remove(own.id, house.world.person(SAM))
    house.wait_for(lambda: house.faults.is_clear)
    house.shift(seconds=30)
    assert "you belong to another organization" in text(house.wait_for(lambda: house.heard(SAM))[0])


def test_an_admin_of_another_organization_gets_no_notices(house: House) -> None:
    house.ask(ANA, "status")
    with house.database.write() as session:
        enterprise = enterprises.in_use(session)[0]
        stray = Identity(house.world.person(SAM).id, SAM, house.world.person(SAM).org_id)
        admins.add(session, enterprise.id, SAM, house.now(), stray)
    house.ask(ANA, "sync")
    house.wait_for(lambda: ends(house))
    house.wait_for(house.is_silent)
    assert house.world.direct_room(SAM) is None
