"""Addresses of admins that Webex does not know: who is told of them, and when they are tried again."""

import pytest

from bot.replies.admin_changes import INVITATION
from storage import admins, outbox
from storage.models import OutboxRow
from tests.bot.jobs.company_house import BEN, NOBODY, OWN, CompanyHouse


def test_who_added_an_unknown_address_hears_it_once(house: CompanyHouse, caplog: pytest.LogCaptureFixture) -> None:
    house.add("Acme", "ana@acme.example")
    house.write("ana", f"admins add {NOBODY}")
    house.notify("Acme")
    house.deliver()
    (told,) = (text for text in house.texts("ana") if "Webex does not know this address" in text)
    assert told.startswith(f"**I could not write to {NOBODY}**")
    assert f"- {NOBODY} (Webex does not know this address)" in house.listed()
    with house.database.read() as session:
        assert outbox.count_failed(session) == 0
    assert "ERROR" not in [record.levelname for record in caplog.records]
    rows = len(house.rows(OutboxRow))
    house.notify("Acme")
    assert len(house.rows(OutboxRow)) == rows + 2  # Ana and Kim


def test_operators_hear_of_an_unknown_address_that_nobody_added_in_chat(house: CompanyHouse) -> None:
    with house.database.write() as session:
        admins.set_operators(session, [BEN])
    house.write("ben", "help")
    house.add("Acme", NOBODY)
    house.notify("Acme")
    house.deliver()
    assert house.texts("ben")[-1].startswith(f"**I could not write to {NOBODY}**")
    assert "`use acme`" in house.texts("ben")[-1]


def test_an_unknown_address_gets_messages_when_it_is_added_again(house: CompanyHouse) -> None:
    house.add("Acme", "ana@acme.example")
    house.write("ana", f"admins add {NOBODY}")
    house.deliver()
    house.arrive("new", NOBODY, OWN)
    house.write("ana", f"admins add {NOBODY}")
    house.deliver()
    assert house.texts("new") == [INVITATION]
    assert "has not written to me yet" in house.listed()
    house.write("new", "help")
    house.notify("Acme")
    house.deliver()
    assert house.texts("new")[-1].startswith("about Acme")
