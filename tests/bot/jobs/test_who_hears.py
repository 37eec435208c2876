"""Who belongs to an enterprise changes at any time: what is delivered goes by who belongs at that moment."""

from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from bot.chat.message import Denial
from bot.replies import delivery
from bot.replies.admin_changes import INVITATION
from bot.services import operators
from storage import admins, enterprises, outbox, spaces
from storage.engine.database import Database
from storage.models import AdminRow, AttachmentRow, AuditRow, OutboxRow, Table
from storage.values.messages import Address, Draft
from storage.values.records import WITHHELD
from tests.bot.jobs.company_house import ELSEWHERE, NAMES, OWN, CompanyHouse, Heard

NOBODY = "nobody@acme.example"
"""An address that Webex does not know."""

Row = TypeVar("Row", bound=Table)
PEOPLE = {"ana": OWN, "ben": OWN, "kim": ELSEWHERE, "mallory": ELSEWHERE}
ADDRESSES = tuple(f"{name}@acme.example" for name in PEOPLE)
NAME, PERSON, EMAIL = st.sampled_from(NAMES), st.sampled_from(tuple(PEOPLE)), st.sampled_from(ADDRESSES)


class Belonging(RuleBasedStateMachine):
    """Admins are added, removed and let in, write, lose their address; notices and answers are delivered late."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.house = CompanyHouse(database)
        for (person_id, org_id), email in zip(PEOPLE.items(), ADDRESSES, strict=True):
            self.house.arrive(person_id, email, org_id)
        self.house.webex.on_post = self.check
        self.denied: set[tuple[str, str]] = set()
        """Who was not let in when they wrote last, under the address they still have, and to which enterprise."""
        self.faults: list[str] = []

    @initialize(
        listed=st.lists(st.tuples(NAME, EMAIL), min_size=3, max_size=8, unique=True),
        known=st.sampled_from(((), NAMES[:1], NAMES)),
        writing=st.lists(PERSON, max_size=3, unique=True),
    )
    def begin(self, listed: list[tuple[str, str]], known: tuple[str, ...], writing: list[str]) -> None:
        """Begin with admins; some have written, maybe before the organization was known."""
        for name, email in listed:
            self.house.add(name, email)
        for name in known[1:]:
            self.house.learn_organization(name)
        for person in writing:
            self.a_person_writes(person)
        for name in known[:1]:
            self.house.learn_organization(name)

    def check(self, heard: Heard) -> None:
        """Whoever is denied now reads nothing of that enterprise; who may read it gets names only as that person."""
        for name in NAMES:
            if not heard.text.startswith((f"about {name}", f"**Admins of {name}")):
                continue
            person = self.house.webex.people[heard.person_id]
            may_as_stored = self.house.may(replace(person, org_id=None), name)
            may = may_as_stored and self.house.may(person, name)
            has_names = heard.has_file or f"about {name}\n" not in heard.text
            if not may_as_stored:
                self.faults.append(f"{person} lost their rights and reads {heard.text}")
            if (person.person_id, name) in self.denied and not may:
                self.faults.append(f"{person} was denied and reads {heard.text}")
            if has_names and self.house.webex.names_organizations and not may:
                self.faults.append(f"{person} reads names: {heard.text}")

    @invariant()
    def nobody_hears_what_is_not_theirs(self) -> None:
        """Every message went to a person who may read it. A failure of the outbox itself is only logged."""
        assert self.faults == []

    @rule(name=NAME, email=EMAIL, by=PERSON, any_organization=st.sampled_from((False, False, True)))
    def an_admin_is_added(self, name: str, email: str, by: str, any_organization: bool) -> None:
        self.house.add(name, email, by=self.house.webex.people[by], any_organization=any_organization)

    @rule(name=NAME, email=EMAIL)
    def an_admin_is_removed(self, name: str, email: str) -> None:
        self.house.remove(name, email)
        self.denied = {(person, denied) for person, denied in self.denied if denied != name}

    @rule(name=NAME)
    def the_organization_is_learned(self, name: str) -> None:
        self.house.learn_organization(name)

    @rule(person=PERSON, name=NAME)
    def a_person_writes_and_a_sync_ends(self, person: str, name: str) -> None:
        self.a_person_writes(person)
        self.house.notify(name)

    @rule(person=PERSON)
    def a_person_writes(self, person: str) -> None:
        self.house.write(person, "admins")
        for name in NAMES:
            may = self.house.may(self.house.webex.person(person), name)
            (self.denied.discard if may else self.denied.add)((person, name))

    @rule(person=PERSON)
    def a_person_is_answered_at_once(self, person: str) -> None:
        self.house.deliver()
        before = len(self.house.texts(person))
        self.a_person_writes(person)
        own = [name for name in NAMES if self.house.may(self.house.webex.person(person), name)]
        self.house.deliver()
        if len(own) == 1 and self.house.webex.names_organizations:
            assert any(text.startswith(f"**Admins of {own[0]}") for text in self.house.texts(person)[before:])

    @rule(name=NAME, is_delivered=st.booleans())
    def a_sync_ends(self, name: str, is_delivered: bool) -> None:
        self.house.notify(name)
        if is_delivered:
            self.house.deliver()

    @rule(giver=PERSON, taker=PERSON)
    def an_address_goes_to_another_person(self, giver: str, taker: str) -> None:
        people = self.house.webex.people
        given = people[giver].email
        people[giver] = replace(people[giver], email=f"{giver}.later@acme.example")
        people[taker] = replace(people[taker], email=given)
        self.denied = {(person, name) for person, name in self.denied if person not in (giver, taker)}

    @rule(named=st.booleans())
    def webex_names_organizations_or_not(self, named: bool) -> None:
        self.house.webex.names_organizations = named

    @rule(number=st.integers(1, 4))
    def messages_are_delivered(self, number: int) -> None:
        self.house.deliver(number)

    @rule(days=st.sampled_from((0.5, 2, 8)))
    def time_passes(self, days: float) -> None:
        self.house.deliver()
        self.house.pass_by(timedelta(days=days))

    def teardown(self) -> None:
        """Deliver what is left."""
        self.house.deliver()
        self.nobody_hears_what_is_not_theirs()


def test_who_is_denied_gets_no_later_message_about_the_enterprise(database: Database) -> None:
    class Here(Belonging):
        def __init__(self) -> None:
            super().__init__(database)

    examples = 15 if database.is_sqlite else 4
    tuned = settings(
        max_examples=examples,
        stateful_step_count=30,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),
    )
    run_state_machine_as_test(Here, settings=tuned)


ANA, BEN, KIM = ADDRESSES[:3]


@pytest.fixture
def house(database: Database) -> CompanyHouse:
    """Return Acme, whose organization is known, with Ana, who has written, and Kim of another organization."""
    made = CompanyHouse(database)
    ana = made.arrive("ana", ANA, OWN)
    made.arrive("ben", BEN, OWN)
    made.arrive("kim", KIM, ELSEWHERE)
    made.learn_organization("Acme")
    made.add("Acme", ANA)
    made.write("ana", "admins")
    made.add("Acme", KIM, by=ana)
    made.deliver()
    return made


def _rows(house: CompanyHouse, table: type[Row]) -> list[Row]:
    with house.database.read() as session:
        return list(session.scalars(select(table)))


def _listed(house: CompanyHouse) -> str:
    house.write("ana", "admins")
    house.deliver()
    return house.texts("ana")[-1]


def test_an_admin_kept_out_under_an_address_alone_gets_no_notice(house: CompanyHouse) -> None:
    assert "kim@acme.example (has not written" in _listed(house)
    assert isinstance(house.write("kim", "admins"), Denial)
    house.notify("Acme")
    house.deliver()
    assert [text for text in house.texts("kim") if "Acme" in text] == []
    assert house.texts("ana")[-1] == "about Acme: names"
    assert "kim@acme.example (kept out" in _listed(house)


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


def test_who_added_an_unknown_address_hears_it_once(house: CompanyHouse, caplog: pytest.LogCaptureFixture) -> None:
    house.add("Acme", "ana@acme.example")
    house.write("ana", f"admins add {NOBODY}")
    house.notify("Acme")
    house.deliver()
    (told,) = (text for text in house.texts("ana") if "Webex does not know this address" in text)
    assert told.startswith(f"**I could not write to {NOBODY}**")
    assert f"- {NOBODY} (Webex does not know this address)" in _listed(house)
    with house.database.read() as session:
        assert outbox.count_failed(session) == 0
    assert "ERROR" not in [record.levelname for record in caplog.records]
    rows = len(_rows(house, OutboxRow))
    house.notify("Acme")
    assert len(_rows(house, OutboxRow)) == rows + 2  # Ana and Kim


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
    assert "has not written to me yet" in _listed(house)
    house.write("new", "help")
    house.notify("Acme")
    house.deliver()
    assert house.texts("new")[-1].startswith("about Acme")


def test_an_admin_let_in_from_anywhere_is_answered_and_told(house: CompanyHouse) -> None:
    house.write("kim", "admins")
    assert house.add("Acme", KIM, any_organization=True)
    assert not house.add("Acme", KIM, any_organization=True)
    house.pass_by(timedelta(minutes=2))
    assert not isinstance(house.write("kim", "admins"), Denial)
    house.notify("Acme")
    house.deliver()
    assert house.texts("kim")[-1] == "about Acme: names"
    assert "kim@acme.example (may belong to any" in _listed(house)


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
    assert {row.kept_out_at for row in _rows(house, AdminRow) if row.email == KIM} == {None}


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
    assert [row.outcome for row in _rows(house, AuditRow)].count(WITHHELD) == 2


def test_a_new_owner_of_a_kept_out_address_is_let_in_at_once(house: CompanyHouse) -> None:
    house.write("kim", "admins")
    house.arrive("kim", "kim@elsewhere.example", ELSEWHERE)
    house.arrive("ben", KIM, OWN)
    assert not isinstance(house.write("ben", "admins"), Denial)
    assert "kim@acme.example\n" in _listed(house) + "\n"
    assert {row.kept_out_at for row in _rows(house, AdminRow)} == {None}


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
    assert {row.markdown for row in _rows(house, OutboxRow) if row.person_id == "ben"} == {
        "",
        delivery.NO_RIGHTS_ANY_MORE,
    }
    assert _rows(house, AttachmentRow) == []
    withheld = [row for row in _rows(house, AuditRow) if row.outcome == WITHHELD]
    assert ("ben", house.ids["Acme"], None) in {(row.person_id, row.enterprise_id, row.file) for row in withheld}


def test_a_file_for_an_admin_who_was_removed_is_deleted_and_audited(house: CompanyHouse) -> None:
    house.notify("Acme")
    house.add("Acme", BEN)
    house.remove("Acme", ANA)
    house.deliver()
    assert not any("about Acme" in text for text in house.texts("ana"))
    assert _rows(house, AttachmentRow) == []
    withheld = [row for row in _rows(house, AuditRow) if row.outcome == WITHHELD]
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
