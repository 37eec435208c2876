"""Who belongs to an enterprise changes at any time: what is delivered goes by who belongs at that moment."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from storage.engine.database import Database
from tests.bot.jobs.company_house import ELSEWHERE, NAMES, OWN, CompanyHouse, Heard

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
        """Each person who was not let in when they wrote last, with the enterprise, while they keep their address."""
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
        """Note a fault if a denied person reads about that enterprise, or a person without rights reads names."""
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
