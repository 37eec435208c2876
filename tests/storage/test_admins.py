import pytest

from storage import admins, enterprises
from storage.admins import Rights
from storage.database import Database
from storage.records import Admin, Enterprise
from tests.storage import samples
from tests.storage.racing import together
from tests.storage.samples import NOW

_ANA = "ana@acme.example"


def _rights(database: Database, person_id: str, email: str) -> Rights:
    with database.read() as session:
        return admins.rights(session, person_id, email)


def _learn(database: Database, person_id: str, email: str) -> None:
    with database.write() as session:
        admins.learn(session, person_id, email)


def _set_operators(database: Database, *emails: str) -> list[Admin]:
    with database.write() as session:
        admins.set_operators(session, emails)
        return admins.operators(session)


def test_a_stranger_may_nothing(database: Database, acme: Enterprise) -> None:
    samples.admin(database, acme.id, _ANA)
    assert _rights(database, "sam", "sam@elsewhere.example") == Rights(False, frozenset(), False)


def test_an_admin_may_act_for_his_enterprises_alone(database: Database, acme: Enterprise) -> None:
    bolt, dune = samples.enterprise(database, "bolt"), samples.enterprise(database, "dune")
    for enterprise in (acme, bolt):
        samples.admin(database, enterprise.id, _ANA)
    samples.admin(database, dune.id, "bo@dune.example")
    assert _rights(database, "ana", _ANA) == Rights(False, frozenset({acme.id, bolt.id}), True)


def test_a_person_is_learned_once_and_then_known_whatever_the_address(database: Database, acme: Enterprise) -> None:
    samples.admin(database, acme.id, _ANA)
    _learn(database, "ana", _ANA)
    known = Rights(False, frozenset({acme.id}), False)
    assert _rights(database, "ana", _ANA) == known
    assert _rights(database, "ana", "ana.new@acme.example") == known
    with database.read() as session:
        assert admins.of(session, acme.id) == [Admin(_ANA, "ana")]


def test_somebody_else_with_the_address_of_a_person_who_is_known_is_not_let_in(
    database: Database, acme: Enterprise
) -> None:
    samples.admin(database, acme.id, _ANA)
    _set_operators(database, _ANA)
    _learn(database, "ana", _ANA)
    _learn(database, "another", _ANA)
    assert _rights(database, "another", _ANA) == Rights(False, frozenset(), False)
    assert _rights(database, "ana", _ANA) == Rights(True, frozenset({acme.id}), False)


@pytest.mark.parametrize("written", ["ANA@Acme.Example", " ana@acme.example "])
def test_an_address_counts_whatever_its_case(database: Database, acme: Enterprise, written: str) -> None:
    samples.admin(database, acme.id, _ANA)
    _set_operators(database, written)
    found = _rights(database, "ana", written)
    assert (found.operator, found.enterprise_ids) == (True, frozenset({acme.id}))


@pytest.mark.parametrize(
    "other", ["ána@acme.example", "an\u0430@acme.example", "ａna@acme.example", "ana@acmé.example"]
)
def test_an_accent_or_another_script_makes_it_somebody_elses_address(
    database: Database, acme: Enterprise, other: str
) -> None:
    samples.admin(database, acme.id, _ANA)
    _set_operators(database, _ANA)
    assert _rights(database, "other", other) == Rights(False, frozenset(), False)
    _learn(database, "other", other)
    assert _rights(database, "ana", _ANA).unlearned


def test_an_admin_is_made_once(database: Database, acme: Enterprise) -> None:
    with database.write() as session:
        assert admins.add(session, acme.id, _ANA, NOW)
        assert not admins.add(session, acme.id, "Ana@ACME.example", NOW)
        assert admins.add(session, acme.id, "bo@acme.example", NOW)
        assert [admin.email for admin in admins.of(session, acme.id)] == [_ANA, "bo@acme.example"]


def test_a_person_with_two_addresses_in_one_enterprise_is_learned_for_one(database: Database, acme: Enterprise) -> None:
    samples.admin(database, acme.id, _ANA)
    samples.admin(database, acme.id, "ana.new@acme.example")
    _learn(database, "ana", _ANA)
    _learn(database, "ana", "ana.new@acme.example")
    with database.read() as session:
        assert [admin.person_id for admin in admins.of(session, acme.id)] == [None, "ana"]


def test_an_enterprise_that_was_removed_gives_no_rights(database: Database, acme: Enterprise) -> None:
    samples.admin(database, acme.id, _ANA)
    with database.write() as session:
        enterprises.remove(session, acme.id, NOW)
    assert _rights(database, "ana", _ANA) == Rights(False, frozenset(), False)


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
    together([lambda: _set_operators(database, _ANA, "olga@provider.example")] * 4)
    with database.read() as session:
        assert [operator.email for operator in admins.operators(session)] == [_ANA, "olga@provider.example"]


def test_an_operator_who_stays_stays_known(database: Database) -> None:
    _set_operators(database, _ANA, "olga@provider.example")
    _learn(database, "ana", _ANA)
    assert _set_operators(database, "ANA@acme.example") == [Admin(_ANA, "ana")]
    assert not _rights(database, "another", _ANA).operator


def test_an_operator_who_was_left_out_is_none_any_more(database: Database) -> None:
    _set_operators(database, _ANA)
    _learn(database, "ana", _ANA)
    _set_operators(database, "olga@provider.example")
    assert not _rights(database, "ana", _ANA).operator


def test_only_admins_of_the_enterprise_and_operators_may_read_what_is_personal(
    database: Database, acme: Enterprise
) -> None:
    bolt = samples.enterprise(database, "bolt")
    samples.admin(database, acme.id, _ANA)
    _set_operators(database, "olga@provider.example")
    with database.read() as session:
        of_acme, of_bolt = admins.team(session, acme.id), admins.team(session, bolt.id)
    assert of_acme.includes("ana", _ANA)
    assert of_acme.includes("olga", "olga@provider.example")
    assert not of_bolt.includes("ana", _ANA)
    assert not of_acme.includes("sam", "sam@elsewhere.example")
