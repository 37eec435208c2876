"""The followers of a sync, and which of them may still act for its enterprise."""

import pytest

from storage import admins, enterprises, followers, teams
from storage.engine.database import Database
from storage.models import AdminRow
from storage.values.records import Enterprise, Follower, Sync
from tests.storage import sample_rows
from tests.storage.sample_rows import NOW

_ANA = Follower("ana", "ana@acme.example", "room", False, None)
_BO = Follower("bo", "bo@acme.example", "room", False, "thread")
_OLGA = Follower("olga", "olga@provider.example", "another room", True, None)


def _follow(database: Database, sync: Sync, *who: Follower) -> list[bool]:
    with database.write() as session:
        return [followers.follow(session, sync.id, one, NOW) for one in who]


def _entitled(database: Database, sync: Sync) -> list[Follower]:
    with database.read() as session:
        return followers.with_rights(session, sync.id, teams.get(session, sync.enterprise_id))


@pytest.fixture
def sync(database: Database, acme: Enterprise) -> Sync:
    """A queued sync without followers."""
    return sample_rows.queue_sync(database, acme)


def test_a_person_follows_a_sync_once_even_from_another_space(database: Database, sync: Sync) -> None:
    elsewhere = Follower("ana", "ana@acme.example", "another room", True, None)
    assert _follow(database, sync, _ANA, _BO, _ANA, elsewhere, _BO) == [True, True, False, False, False]
    with database.read() as session:
        assert followers.of_sync(session, sync.id) == [_ANA, _BO]


def test_following_one_sync_does_not_follow_another(database: Database, sync: Sync, bolt: Enterprise) -> None:
    other = sample_rows.queue_sync(database, bolt)
    _follow(database, sync, _ANA)
    assert _follow(database, other, _ANA, _BO) == [True, True]
    with database.read() as session:
        assert followers.of_sync(session, sync.id) == [_ANA]


def test_a_follower_who_withdraws_can_join_again(database: Database, sync: Sync, bolt: Enterprise) -> None:
    other = sample_rows.queue_sync(database, bolt)
    _follow(database, sync, _ANA, _BO)
    _follow(database, other, _ANA)
    with database.write() as session:
        gone = [followers.unfollow(session, sync.id, person) for person in ("ana", "ana", "cy")]
        assert gone == [True, False, False]
        assert followers.of_sync(session, sync.id) == [_BO]
        assert followers.of_sync(session, other.id) == [_ANA]
    assert _follow(database, sync, _ANA) == [True]
    with database.read() as session:
        assert followers.of_sync(session, sync.id) == [_BO, _ANA]


def test_only_admins_of_the_enterprise_and_operators_have_rights(
    database: Database, sync: Sync, bolt: Enterprise
) -> None:
    sample_rows.admin(database, sync.enterprise_id, "Bo@acme.example")
    sample_rows.admin(database, bolt.id, "ana@acme.example")
    with database.write() as session:
        admins.set_operators(session, ["olga@provider.example"])
    assert _entitled(database, sync) == []
    _follow(database, sync, _ANA)
    assert _entitled(database, sync) == []
    _follow(database, sync, _OLGA, _BO)
    assert _entitled(database, sync) == [_OLGA, _BO]
    with database.write() as session:
        admins.set_operators(session, ["other@provider.example"])
    assert _entitled(database, sync) == [_BO]


def test_rights_belong_to_the_person_once_the_person_is_known(database: Database, sync: Sync) -> None:
    sample_rows.admin(database, sync.enterprise_id, "ana@acme.example")
    successor = Follower("another person", "ana@acme.example", "room", False, None)
    renamed = Follower("ana", "ana.new@acme.example", "room", False, None)
    _follow(database, sync, successor)
    assert _entitled(database, sync) == [successor]
    with database.write() as session:
        sample_rows.learn_person(session, "ana", "ana@acme.example")
    _follow(database, sync, renamed)
    assert _entitled(database, sync) == [renamed]


def test_only_operators_have_rights_to_a_removed_enterprise(database: Database, sync: Sync) -> None:
    sample_rows.admin(database, sync.enterprise_id, "ana@acme.example")
    with database.write() as session:
        admins.set_operators(session, ["olga@provider.example"])
    _follow(database, sync, _ANA, _OLGA)
    assert _entitled(database, sync) == [_ANA, _OLGA]
    with database.write() as session:
        enterprises.remove(session, sync.enterprise_id, NOW)
    assert _entitled(database, sync) == [_OLGA]


def test_an_admin_who_was_removed_has_no_rights(database: Database, sync: Sync) -> None:
    for email in ("ana@acme.example", "bo@acme.example"):
        sample_rows.admin(database, sync.enterprise_id, email)
    _follow(database, sync, _ANA, _BO)
    assert _entitled(database, sync) == [_ANA, _BO]
    with database.write() as session:
        sample_rows.learn_person(session, "ana", "ana@acme.example")
        session.query(AdminRow).filter(AdminRow.email_folded == "ana@acme.example").delete()
    assert _entitled(database, sync) == [_BO]
