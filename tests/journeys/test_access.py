"""Who may not, and what a group may not read."""

import pytest

from bot.formatting import csv_file
from sandbox.seed import SPACE
from sandbox.world import BOT
from storage import enterprises
from storage.models import AuditRow
from tests.journeys.house import ANA, BEN, OLGA, SAM, House
from tests.journeys.syncs import ends
from tests.journeys.tables import csv_of, rows

ADMINS = "Admins of Acme"


def test_a_stranger_is_told_whom_to_ask(house: House) -> None:
    answer = house.ask(SAM, "licenses location=Dallas").markdown or ""
    assert OLGA in answer
    assert "Acme" not in answer
    assert "acme" not in answer


def test_a_stranger_in_a_group_is_refused_in_private(house: House) -> None:
    house.say(BEN, "status", SPACE, mention=True)
    refused = house.wait_for(lambda: house.heard(BEN))[0]
    assert OLGA in (refused.markdown or "")
    answered = house.ask(ANA, "help", SPACE, mention=True)
    assert house.heard(SPACE) == [answered]


def test_the_group_shows_a_refusal_that_cannot_be_sent_in_private(house: House) -> None:
    house.faults.add(method="POST", path="/messages", token=BOT, status=403)
    said = house.say(BEN, "status", SPACE, mention=True)
    line = house.wait_for(lambda: house.answers(said))[0].markdown or ""
    assert "private" in line
    assert OLGA not in line


def test_licenses_in_a_group_with_others_go_to_the_requester_only(house: House) -> None:
    said = house.say(ANA, "licenses", SPACE, mention=True)
    answer = house.wait_for(lambda: house.heard(ANA))[0]
    line = house.wait_for(lambda: house.answers(said))[0]
    assert csv_of(house, answer) == rows(house)
    assert "1:1 message" in (line.markdown or "")
    assert line.parent_id == said.id
    assert line.files == ()
    assert "410" not in (line.markdown or "")


def test_licenses_in_a_space_of_admins_are_posted_there(house: House) -> None:
    house.make_room(ADMINS, ANA, BEN, OLGA)
    house.make_admin(BEN)
    answer = house.ask(ANA, "licenses", ADMINS, mention=True)
    assert csv_of(house, answer) == rows(house)
    house.ask(ANA, "help")
    assert [one for one in house.heard(ANA) if one.files] == []


def test_licenses_go_to_the_requester_only_if_members_cannot_be_read(house: House) -> None:
    house.make_room(ADMINS, ANA, OLGA)
    house.faults.add(method="GET", path="/memberships", token=BOT, status=403, times=None)
    line = house.ask(ANA, "licenses", ADMINS, mention=True)
    assert "1:1 message" in (line.markdown or "")
    answer = house.wait_for(lambda: house.heard(ANA))[0]
    assert csv_of(house, answer) == rows(house)


def test_a_member_who_joins_before_the_delivery_counts(house: House) -> None:
    house.make_room(ADMINS, ANA, OLGA)
    house.faults.add(method="GET", path="/broadworks/subscribers", delay=0.5)
    said = house.say(ANA, "licenses", ADMINS, mention=True)
    room_id = house.world.room(ADMINS).id
    house.world.rooms.join(room_id, house.world.person(SAM), house.world.person(ANA))
    line = house.wait_for(lambda: house.answers(said))[0]
    assert "1:1 message" in (line.markdown or "")


def test_every_answer_refusal_and_denial_is_audited(house: House) -> None:
    answer = house.ask(ANA, "licenses location=Dallas")
    house.ask(ANA, "bogus words")
    house.ask(SAM, "sync")
    kept = [row for row in house.audit() if row.command != "file"]
    found = [(row.email, row.command, row.arguments, row.outcome, row.detail) for row in kept]
    assert [row.file for row in kept] == [answer.files[0].name, None, None]
    assert found == [
        (ANA, "licenses", "location=Dallas", "answered", "88 rows"),
        (ANA, "bogus", "words", "refused", ""),
        (SAM, "sync", "", "denied", ""),
    ]
    direct = house.world.direct_room(ANA)
    assert direct is not None
    assert house.audit()[0].room_id == direct.id
    assert house.audit()[0].person_id == house.world.person(ANA).id
    assert house.audit()[0].enterprise_id is not None


def test_the_audit_says_which_space_got_each_file(house: House) -> None:
    house.make_room(ADMINS, ANA, OLGA)
    house.make_room("Anybody", ANA, SAM)
    for room in (ADMINS, "Anybody"):
        house.ask(ANA, "licenses", room, mention=True)
    house.wait_for(lambda: len(_files(house)) == 2)
    direct = house.world.direct_room(ANA)
    assert direct is not None
    assert [row.room_id for row in _files(house)] == [house.world.room(ADMINS).id, direct.id]
    assert all(row.enterprise_id and row.person_id == house.world.person(ANA).id for row in _files(house))
    sent = [one.files[0].name for one in (*house.heard(ADMINS), *house.heard(ANA)) if one.files]
    assert [row.file for row in _files(house)] == sent
    assert [row.file for row in house.audit() if row.command == "licenses"] == sent


def _files(house: House) -> list[AuditRow]:
    return [row for row in house.audit() if row.command == "file"]


def test_files_sent_at_the_end_of_a_sync_are_audited(house: House) -> None:
    house.ask(ANA, "sync")
    ended = house.wait_for(lambda: ends(house))[0]
    house.wait_for(lambda: _files(house))
    (told,) = [row for row in house.audit() if row.outcome == "told"]
    assert told.file == ended.files[0].name
    assert {(row.file, row.room_id) for row in _files(house)} == {(told.file, ended.room_id)}


def test_a_refusal_that_counts_license_holders_is_sent_in_private(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_file, "MAX_CSV_BYTES", 20_000)
    house.make_room("Anybody", ANA, SAM)
    line = house.ask(ANA, "licenses", "Anybody", mention=True)
    assert "1:1 message" in (line.markdown or "")
    refusal = house.wait_for(lambda: house.heard(ANA))[0]
    assert "100 MB" in (refusal.markdown or "")


def test_an_operator_is_asked_in_private_which_enterprise_is_meant(house: House) -> None:
    house.make_room("Acme and friends", ANA, OLGA)
    with house.database.write() as session:
        enterprises.add(
            session,
            key="secretive",
            name="Secretive",
            sp_enterprise_id="Reseller1+secretive",
            cluster="west",
            timezone="UTC",
            now=house.now(),
        )
    house.say(OLGA, "status", "Acme and friends", mention=True)
    house.wait_for(lambda: house.heard(OLGA))
    assert "secretive" in (house.heard(OLGA)[0].markdown or "")
    (line,) = house.wait_for(lambda: house.heard("Acme and friends"))
    assert "secretive" not in (line.markdown or "")
