"""A silence ends when the person's rights change, and nobody with rights is taken for a stranger."""

from dataclasses import replace

from bot.webex.models import Membership
from storage import admins, enterprises, spaces
from storage.values.records import Enterprise
from tests.bot.jobs.strangers import ANA, BO, SAM, Strangers
from tests.storage import sample_rows


def test_a_stranger_who_is_made_an_admin_is_answered_at_once(people: Strangers, acme: Enterprise) -> None:
    for _ in range(2):
        people.write(SAM, "help")
    people.work()
    with people.database.write() as session:
        admins.add(session, acme.id, SAM.email, people.clock.now)
    people.write(SAM, "help")
    people.work()
    assert people.audit()[-1] == ("sam", "answered", "")


def test_a_person_made_an_operator_is_answered_at_once(people: Strangers) -> None:
    people.write(SAM, "help")
    people.work()
    with people.database.write() as session:
        admins.set_operators(session, [SAM.email])
    people.write(SAM, "help")
    people.work()
    assert people.audit()[-1] == ("sam", "answered", "")


def test_an_admin_who_has_never_written_is_heard_at_once(people: Strangers, acme: Enterprise) -> None:
    sample_rows.admin(people.database, acme.id, SAM.email)
    for number in range(3):
        people.write(SAM, "help", room=f"room {number}")
    people.work()
    assert people.audit() == [("sam", "answered", "")] * 3


def test_an_admin_whose_message_is_gone_is_heard_at_once(people: Strangers) -> None:
    people.write(ANA, is_gone=True)
    people.pass_by(minutes=1)
    people.write(ANA, "help")
    people.work()
    assert people.audit() == [("ana", "answered", "")]


def test_a_person_kept_out_for_their_organization_is_not_read_again(people: Strangers, acme: Enterprise) -> None:
    sample_rows.admin(people.database, acme.id, SAM.email)
    with people.database.write() as session:
        enterprises.learn_webex_id(session, acme.id, acme.sp_enterprise_id, "webex id", "organization of acme")
    for number in range(5):
        people.webex.members[f"room {number}", SAM.person_id] = Membership(replace(SAM, org_id="another"), "group")
        people.write(SAM, room=f"room {number}")
    people.work()
    assert people.webex.reads == ["message m1", "membership room 0"]
    with people.database.write() as session:
        admins.add(session, acme.id, SAM.email, people.clock.now, any_organization=True)
    people.write(SAM, "help", room="room 0")
    people.work()
    assert people.audit()[-1] == ("sam", "answered", "")


def test_an_admin_denied_in_one_space_is_answered_in_another(people: Strangers, acme: Enterprise) -> None:
    bolt = sample_rows.enterprise(people.database, "bolt")
    sample_rows.admin(people.database, bolt.id, BO.email)
    with people.database.write() as session:
        spaces.link(session, "of acme", acme.id, people.clock.now)
    for _ in range(3):
        people.write(BO, "status", room="of acme")
    people.write(BO, "help")
    people.work()
    assert people.audit() == [("bo", "denied", ""), ("bo", "answered", "")]


def test_who_is_denied_for_another_reason_is_told_again(people: Strangers, acme: Enterprise) -> None:
    bolt = sample_rows.enterprise(people.database, "bolt")
    people.write(BO)
    people.work()
    sample_rows.admin(people.database, bolt.id, BO.email)
    with people.database.write() as session:
        spaces.link(session, "of acme", acme.id, people.clock.now)
    for _ in range(2):
        people.write(BO, "status", room="of acme")
    people.work()
    with people.database.write() as session:
        admins.remove(session, bolt.id, BO.email)
    for _ in range(2):
        people.write(BO)
    people.work()
    said = people.said()
    assert len(said) == 3
    assert "That space belongs" in said[1]
    assert said[0] == said[2]
