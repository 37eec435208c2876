"""Who may read a message is decided when it is delivered."""

from datetime import timedelta

import pytest

from bot.replies import delivery
from bot.services import operators
from storage import admins, outbox, spaces
from storage.models import AttachmentRow, AuditRow, OutboxRow
from storage.values.messages import Address, Draft
from storage.values.records import WITHHELD
from tests.bot.jobs.company_house import ANA, BEN, ELSEWHERE, KIM, CompanyHouse, Heard


def test_a_group_that_got_another_enterprise_hears_no_notice_of_the_first(house: CompanyHouse) -> None:
    notice = Draft(
        "names", public_markdown="about Acme", personal=True, enterprise_id=house.ids["Acme"], is_notice=True
    )
    for room_id in ("room-given", "room-quiet"):
        with house.database.write() as session:
            spaces.notify(session, room_id, house.ids["Acme"], house.now)
            outbox.send(session, Address(room_id), notice, house.now)
    with house.database.write() as session:
        spaces.link(session, "room-given", house.ids["Bolt"], house.now)
        spaces.unnotify(session, "room-quiet", house.ids["Acme"])
    house.deliver()
    assert house.texts("given") == house.texts("quiet") == []
    assert [row.outcome for row in house.rows(AuditRow)].count(WITHHELD) == 2


def test_an_admin_who_never_wrote_gets_notices_without_names_and_file(house: CompanyHouse) -> None:
    house.add("Acme", BEN)
    house.notify("Acme")
    house.deliver()
    (told,) = [heard for heard in house.webex.heard if heard.person_id == "ben"]
    assert told.text.startswith("about Acme\n")
    assert "`licenses` gives you both" in told.text
    assert not told.has_file
    house.notify("Acme")
    house.write("ben", "admins")
    house.deliver()
    assert Heard("ben", "about Acme: names", True) in house.webex.heard


def test_who_loses_rights_before_an_answer_is_delivered_gets_one_line(house: CompanyHouse) -> None:
    house.add("Acme", BEN)
    house.write("ben", "admins")
    house.notify("Acme")
    house.remove("Acme", BEN)
    house.deliver()
    assert house.texts("ben") == [delivery.NO_RIGHTS_ANY_MORE]
    assert {row.markdown for row in house.rows(OutboxRow) if row.person_id == "ben"} == {
        "",
        delivery.NO_RIGHTS_ANY_MORE,
    }
    assert house.rows(AttachmentRow) == []
    withheld = [row for row in house.rows(AuditRow) if row.outcome == WITHHELD]
    assert ("ben", house.ids["Acme"], None) in {(row.person_id, row.enterprise_id, row.file) for row in withheld}


def test_a_file_for_an_admin_who_was_removed_is_deleted_and_audited(house: CompanyHouse) -> None:
    house.notify("Acme")
    house.add("Acme", BEN)
    house.remove("Acme", ANA)
    house.deliver()
    assert not any("about Acme" in text for text in house.texts("ana"))
    assert house.rows(AttachmentRow) == []
    withheld = [row for row in house.rows(AuditRow) if row.outcome == WITHHELD]
    assert ("ana", "licenses.csv") in {(row.person_id, row.file) for row in withheld}


def test_a_status_message_is_not_edited_for_who_lost_their_rights(house: CompanyHouse) -> None:
    address = Address("room-ana", "ana", direct=True)
    with house.database.write() as session:
        draft = Draft("queued", enterprise_id=house.ids["Acme"], person_id="ana")
        about = outbox.send(session, address, draft, house.now)
    house.deliver()
    house.add("Acme", BEN)
    house.remove("Acme", ANA)
    with house.database.write() as session:
        outbox.edit(session, about, "completed", house.now)
    house.deliver()
    assert house.webex.edits == []


@pytest.mark.parametrize("stays", [True, False])
def test_alerts_go_only_to_who_is_an_operator_at_their_delivery(house: CompanyHouse, stays: bool) -> None:
    house.arrive("olga", "olga@provider.example", ELSEWHERE)
    house.add("Bolt", "olga@provider.example")
    with house.database.write() as session:
        admins.set_operators(session, ["olga@provider.example"])
        operators.tell(session, "an alert", house.now)
        admins.set_operators(session, ["olga@provider.example"] if stays else [])
    house.deliver()
    assert house.texts("olga") == (["an alert"] if stays else [])


def test_an_organization_never_read_is_read_before_names_are_delivered(house: CompanyHouse) -> None:
    house.add("Bolt", KIM)
    house.write("kim", "use bolt")
    house.notify("Bolt")
    house.learn_organization("Bolt")
    house.deliver()
    assert [text for text in house.texts("kim") if "about Bolt" in text] == []


def test_names_wait_while_webex_does_not_say_who_reads_them(house: CompanyHouse) -> None:
    house.add("Bolt", BEN)
    house.write("ben", "use bolt")
    house.deliver()
    house.learn_organization("Bolt")
    house.notify("Bolt")
    house.webex.is_away = True
    house.deliver()
    assert not any("about Bolt" in text for text in house.texts("ben"))
    house.webex.is_away = False
    house.pass_by(timedelta(minutes=10))
    house.deliver()
    assert house.texts("ben")[-1] == "about Bolt: names"
