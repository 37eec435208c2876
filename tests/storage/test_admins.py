from datetime import datetime

import pytest

from storage import admins, enterprises, rights, teams
from storage.engine.database import Database
from storage.rights import Rights
from storage.teams import AddedAdmin
from storage.values.records import Admin, Enterprise, Identity
from tests.storage import sample_rows
from tests.storage.sample_rows import DAY, MINUTE, NOW
from tests.storage.threads import run_together

_ANA = "ana@acme.example"


def _rights(database: Database, person_id: str, email: str, org_id: str | None = None) -> Rights:
    with database.read() as session:
        return rights.find(session, Identity(person_id, email, org_id))


def _may(database: Database, person_id: str, email: str) -> tuple[bool, set[int]]:
    found = _rights(database, person_id, email)
    return found.operator, set(found.enterprise_ids)


def _learn(database: Database, person_id: str, email: str, org_id: str | None = None) -> None:
    who = Identity(person_id, email, org_id)
    with database.write() as session:
        rights.learn(session, who, rights.find(session, who), NOW)


def _set_operators(database: Database, *emails: str) -> list[Admin]:
    with database.write() as session:
        admins.set_operators(session, emails)
        return admins.operators(session)


def test_a_stranger_has_no_rights(database: Database, acme: Enterprise) -> None:
    sample_rows.admin(database, acme.id, _ANA)
    assert _may(database, "sam", "sam@elsewhere.example") == (False, set())


def test_an_admin_has_rights_only_to_their_enterprises(database: Database, acme: Enterprise) -> None:
    bolt, dune = sample_rows.enterprise(database, "bolt"), sample_rows.enterprise(database, "dune")
    for enterprise in (acme, bolt):
        sample_rows.admin(database, enterprise.id, _ANA)
    sample_rows.admin(database, dune.id, "bo@dune.example")
    assert _may(database, "ana", _ANA) == (False, {acme.id, bolt.id})


def test_a_known_person_keeps_their_rights_under_a_new_address(database: Database, acme: Enterprise) -> None:
    sample_rows.admin(database, acme.id, _ANA)
    _learn(database, "ana", _ANA)
    known = (False, {acme.id})
    assert _may(database, "ana", _ANA) == known
    assert _may(database, "ana", "ana.new@acme.example") == known
    assert not _rights(database, "ana", _ANA).has_changes
    with database.read() as session:
        assert admins.of_enterprise(session, acme.id) == [Admin(_ANA, "ana")]


def test_a_known_address_gives_no_rights_to_another_person(database: Database, acme: Enterprise) -> None:
    sample_rows.admin(database, acme.id, _ANA)
    _set_operators(database, _ANA)
    _learn(database, "ana", _ANA)
    _learn(database, "another", _ANA)
    assert _may(database, "another", _ANA) == (False, set())
    assert _may(database, "ana", _ANA) == (True, {acme.id})


@pytest.mark.parametrize("written", ["ANA@Acme.Example", " ana@acme.example "])
def test_the_case_of_an_address_does_not_matter(database: Database, acme: Enterprise, written: str) -> None:
    sample_rows.admin(database, acme.id, _ANA)
    _set_operators(database, written)
    found = _rights(database, "ana", written)
    assert (found.operator, found.enterprise_ids) == (True, frozenset({acme.id}))


@pytest.mark.parametrize(
    "other", ["ána@acme.example", "an\u0430@acme.example", "ａna@acme.example", "ana@acmé.example"]
)
def test_an_accent_or_another_script_makes_a_different_address(
    database: Database, acme: Enterprise, other: str
) -> None:
    sample_rows.admin(database, acme.id, _ANA)
    _set_operators(database, _ANA)
    assert _may(database, "other", other) == (False, set())
    _learn(database, "other", other)
    assert _rights(database, "ana", _ANA).has_changes


def test_an_admin_is_made_once(database: Database, acme: Enterprise) -> None:
    with database.write() as session:
        assert admins.add(session, acme.id, _ANA, NOW)
        assert not admins.add(session, acme.id, "Ana@ACME.example", NOW)
        assert admins.add(session, acme.id, "bo@acme.example", NOW)
        assert [admin.email for admin in admins.of_enterprise(session, acme.id)] == [_ANA, "bo@acme.example"]


def test_an_admin_remembers_who_added_them_and_is_let_in_once(database: Database, acme: Enterprise) -> None:
    olga = Identity("olga", "olga@provider.example")
    with database.write() as session:
        enterprises.learn_webex_id(session, acme.id, acme.sp_enterprise_id, "webex", "org-of-acme")
        kim = Identity("kim", "kim@partner.example", "org-of-partner")
        assert admins.add(session, acme.id, kim.email, NOW, kim, added_by=olga)
        assert not teams.get(session, acme.id).includes(kim)
        found = rights.find(session, kim)
        assert rights.keep_out(session, kim, found, NOW) == [AddedAdmin(acme.id, kim.email, "olga")]
        assert rights.keep_out(session, kim, found, NOW) == []
        assert [admins.add(session, acme.id, kim.email, NOW, any_organization=True) for _ in range(2)] == [True, False]
        assert teams.get(session, acme.id).includes(kim)
        assert rights.find(session, kim).enterprise_ids == {acme.id}
        assert not rights.needs_org_lookup(session, kim, NOW + DAY)


def test_an_address_alone_is_looked_up_each_time(database: Database, acme: Enterprise) -> None:
    """What is stored with it may be the organization of the person who had the address before."""
    sample_rows.admin(database, acme.id, _ANA)
    with database.write() as session:
        enterprises.learn_webex_id(session, acme.id, acme.sp_enterprise_id, "webex", "org-of-acme")
    _learn(database, "another", _ANA, "another-org")
    with database.read() as session:
        assert rights.needs_org_lookup(session, Identity("ana", _ANA), NOW - DAY)


def test_a_person_with_two_addresses_in_one_enterprise_is_one_admin(database: Database, acme: Enterprise) -> None:
    sample_rows.admin(database, acme.id, _ANA)
    sample_rows.admin(database, acme.id, "ana.new@acme.example")
    _learn(database, "ana", _ANA)
    _learn(database, "ana", "ana.new@acme.example")
    with database.read() as session:
        assert admins.of_enterprise(session, acme.id) == [Admin("ana.new@acme.example", "ana")]


def test_an_admin_with_a_new_address_is_listed_by_it(database: Database, acme: Enterprise) -> None:
    sample_rows.admin(database, acme.id, _ANA)
    _learn(database, "ana", _ANA)
    _learn(database, "ana", "ana.new@acme.example")
    with database.read() as session:
        assert admins.of_enterprise(session, acme.id) == [Admin("ana.new@acme.example", "ana")]
    assert _may(database, "another", _ANA) == (False, set())


def test_an_address_that_another_admin_has_is_not_taken_over(database: Database, acme: Enterprise) -> None:
    for email, person in ((_ANA, "ana"), ("bo@acme.example", "bo")):
        sample_rows.admin(database, acme.id, email)
        _learn(database, person, email)
    _learn(database, "ana", "bo@acme.example")
    with database.read() as session:
        assert admins.of_enterprise(session, acme.id) == [Admin(_ANA, "ana"), Admin("bo@acme.example", "bo")]


def test_rights_say_which_enterprises_are_denied_to_a_person(database: Database, acme: Enterprise) -> None:
    sample_rows.admin(database, acme.id, _ANA)
    _set_operators(database, _ANA)
    assert _rights(database, "ana", _ANA).denied_enterprise_ids == frozenset()
    _learn(database, "ana", _ANA)
    another = _rights(database, "another", _ANA)
    assert (another.denied_enterprise_ids, another.operator_denied) == (frozenset({acme.id}), True)
    assert _rights(database, "ana", _ANA).denied_enterprise_ids == frozenset()
    assert not _rights(database, "ana", _ANA).operator_denied


def test_an_admin_of_another_organization_is_denied_and_not_learned(database: Database, acme: Enterprise) -> None:
    sample_rows.admin(database, acme.id, _ANA)
    with database.write() as session:
        enterprises.learn_webex_id(session, acme.id, acme.sp_enterprise_id, "webex", "org-of-acme")
    _learn(database, "another", _ANA, "another-org")
    assert _rights(database, "another", _ANA, "another-org").kept_out_ids == {acme.id}
    assert _rights(database, "another", _ANA, "another-org").denied_enterprise_ids == {acme.id}
    with database.read() as session:
        assert teams.get(session, acme.id).admins == ()
        (listed,) = admins.of_enterprise(session, acme.id)
    assert (listed.person_id, listed.is_kept_out) == (None, True)
    assert _rights(database, "ana", _ANA, "org-of-acme").enterprise_ids == {acme.id}
    _learn(database, "ana", _ANA, "ORG-of-acme")
    assert _may(database, "ana", _ANA) == (False, {acme.id})
    _learn(database, "ana", _ANA, "another-org")
    assert _may(database, "ana", _ANA) == (False, set())
    with database.read() as session:
        assert teams.get(session, acme.id).admins == ()
    _learn(database, "ana", _ANA, "org-of-acme")
    with database.read() as session:
        assert not teams.get(session, acme.id).includes(Identity("ana", _ANA, "another-org"))
        assert teams.get(session, acme.id).includes(Identity("ana", _ANA, "org-of-acme"))


def test_an_organization_is_looked_up_only_if_needed_and_once_a_day(database: Database, acme: Enterprise) -> None:
    sample_rows.admin(database, acme.id, _ANA)

    def wanted(person_id: str = "ana", email: str = _ANA, now: datetime = NOW) -> bool:
        with database.read() as session:
            return rights.needs_org_lookup(session, Identity(person_id, email), now - DAY)

    assert not wanted()
    with database.write() as session:
        enterprises.learn_webex_id(session, acme.id, acme.sp_enterprise_id, "webex", "org-of-acme")
    assert wanted()
    assert not wanted("sam", "sam@elsewhere.example")
    _learn(database, "ana", _ANA, "org-of-acme")
    assert not wanted()
    assert wanted(now=NOW + DAY + MINUTE)


def test_an_enterprise_that_was_removed_gives_no_rights(database: Database, acme: Enterprise) -> None:
    sample_rows.admin(database, acme.id, _ANA)
    with database.write() as session:
        enterprises.remove(session, acme.id, NOW)
    assert _may(database, "ana", _ANA) == (False, set())


def test_the_operators_are_exactly_those_of_the_settings(database: Database) -> None:
    assert _set_operators(database, "olga@provider.example", _ANA) == [
        Admin(_ANA, None),
        Admin("olga@provider.example", None),
    ]
    assert _set_operators(database, _ANA, "bo@provider.example") == [
        Admin(_ANA, None),
        Admin("bo@provider.example", None),
    ]
    assert _set_operators(database) == []


def test_processes_that_start_together_make_the_same_operators(database: Database) -> None:
    run_together([lambda: _set_operators(database, _ANA, "olga@provider.example")] * 4)
    with database.read() as session:
        assert [operator.email for operator in admins.operators(session)] == [_ANA, "olga@provider.example"]


def test_an_operator_who_stays_in_the_settings_stays_known(database: Database) -> None:
    _set_operators(database, _ANA, "olga@provider.example")
    _learn(database, "ana", _ANA)
    assert _set_operators(database, "ANA@acme.example") == [Admin(_ANA, "ana")]
    assert not _rights(database, "another", _ANA).operator


def test_an_operator_removed_from_the_settings_loses_their_rights(database: Database) -> None:
    _set_operators(database, _ANA)
    _learn(database, "ana", _ANA)
    _set_operators(database, "olga@provider.example")
    assert not _rights(database, "ana", _ANA).operator


def test_a_team_is_the_admins_of_an_enterprise_and_the_operators(database: Database, acme: Enterprise) -> None:
    bolt = sample_rows.enterprise(database, "bolt")
    sample_rows.admin(database, acme.id, _ANA)
    _set_operators(database, "olga@provider.example")
    with database.read() as session:
        of_acme, of_bolt = teams.get(session, acme.id), teams.get(session, bolt.id)
    assert of_acme.includes(Identity("ana", _ANA))
    assert of_acme.includes(Identity("olga", "olga@provider.example"))
    assert not of_bolt.includes(Identity("ana", _ANA))
    assert not of_acme.includes(Identity("sam", "sam@elsewhere.example"))
