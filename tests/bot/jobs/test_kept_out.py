"""Admins of another Webex organization are kept out until an operator lets them in, and those concerned are told."""

from datetime import timedelta

from bot.chat.message import Denial
from storage import admins, enterprises
from storage.models import AdminRow
from tests.bot.jobs.company_house import ANA, BEN, ELSEWHERE, KIM, OWN, CompanyHouse


def test_an_admin_kept_out_under_an_address_alone_gets_no_notice(house: CompanyHouse) -> None:
    assert "kim@acme.example (has not written" in house.listed()
    assert isinstance(house.write("kim", "admins"), Denial)
    house.notify("Acme")
    house.deliver()
    assert [text for text in house.texts("kim") if "Acme" in text] == []
    assert house.texts("ana")[-1] == "about Acme: names"
    assert "kim@acme.example (kept out" in house.listed()


def test_who_was_kept_out_stays_so_when_the_enterprise_gets_another_id(house: CompanyHouse) -> None:
    house.write("kim", "admins")
    with house.database.write() as session:
        enterprises.change(session, house.ids["Acme"], sp_enterprise_id="Other")
    house.pass_by(timedelta(minutes=5))
    assert isinstance(house.write("kim", "admins"), Denial)
    house.notify("Acme")
    house.deliver()
    assert not any("Acme" in text for text in house.texts("kim"))
    house.learn_organization("Acme", ELSEWHERE)
    house.pass_by(timedelta(minutes=5))
    assert not isinstance(house.write("kim", "admins"), Denial)
    assert {row.kept_out_at for row in house.rows(AdminRow) if row.email == KIM} == {None}


def test_a_new_owner_of_a_kept_out_address_is_let_in_at_once(house: CompanyHouse) -> None:
    house.write("kim", "admins")
    house.arrive("kim", "kim@elsewhere.example", ELSEWHERE)
    house.arrive("ben", KIM, OWN)
    assert not isinstance(house.write("ben", "admins"), Denial)
    assert "kim@acme.example\n" in house.listed() + "\n"
    assert {row.kept_out_at for row in house.rows(AdminRow)} == {None}


def test_an_admin_let_in_from_anywhere_is_answered_and_told(house: CompanyHouse) -> None:
    house.write("kim", "admins")
    assert house.add("Acme", KIM, any_organization=True)
    assert not house.add("Acme", KIM, any_organization=True)
    house.pass_by(timedelta(minutes=2))
    assert not isinstance(house.write("kim", "admins"), Denial)
    house.notify("Acme")
    house.deliver()
    assert house.texts("kim")[-1] == "about Acme: names"
    assert "kim@acme.example (may belong to any" in house.listed()


def test_an_admin_let_in_under_a_new_address_stays_let_in(house: CompanyHouse) -> None:
    house.add("Bolt", KIM)
    house.write("kim", "use bolt")
    house.add("Acme", "kim@partner.example")
    house.arrive("kim", "kim@partner.example", ELSEWHERE)
    house.learn_organization("Bolt")
    house.add("Bolt", "kim@partner.example", any_organization=True)
    for _ in range(3):
        house.pass_by(timedelta(days=2))
        assert not isinstance(house.write("kim", "admins"), Denial)


def test_who_added_a_person_hears_once_that_the_person_is_kept_out(house: CompanyHouse) -> None:
    for _ in range(3):
        house.write("kim", "status")
        house.deliver()
        house.pass_by(timedelta(days=2))
    assert sum("did not let kim@acme.example in" in text for text in house.texts("ana")) == 1


def test_an_admin_and_an_operator_read_what_they_can_do(house: CompanyHouse) -> None:
    with house.database.write() as session:
        admins.set_operators(session, ["ben@acme.example"])
    house.write("ben", "help")
    house.write("ben", "use acme")
    house.write("kim", "status")
    house.deliver()
    assert "ask an operator to type" in house.texts("ana")[-1]
    assert "- ben@acme.example" in house.texts("ana")[-1]
    assert f"Added by: {ANA}" in house.texts("ben")[-1]
    assert house.texts("kim")[-1].startswith("I cannot let you in yet")
    house.arrive("lou", "lou@acme.example", ELSEWHERE)
    house.write("ben", "admins add lou@acme.example")
    house.write("lou", "status")
    house.deliver()
    (told,) = (text for text in house.texts("ben") if "let lou@acme.example in" in text)
    assert "type `use acme` and then `admins add lou@acme.example any-organization`" in told
    assert "ask an operator" not in told


def test_who_added_a_person_and_lost_their_rights_hears_nothing(house: CompanyHouse) -> None:
    house.add("Acme", BEN)
    house.write("ben", "admins")
    house.write("kim", "status")
    house.remove("Acme", ANA)
    house.deliver()
    assert [text for text in house.texts("ana") if "did not let" in text] == []
