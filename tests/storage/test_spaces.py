"""The spaces that get an enterprise's notices, and the people who turned notices off."""

from storage import spaces
from storage.engine.database import Database
from storage.values.records import Enterprise
from tests.storage.sample_rows import NOW
from tests.storage.threads import run_together


def _notify(database: Database, room_id: str, enterprise: Enterprise) -> bool:
    with database.write() as session:
        return spaces.notify(session, room_id, enterprise.id, NOW)


def _unnotify(database: Database, room_id: str, enterprise: Enterprise) -> bool:
    with database.write() as session:
        return spaces.unnotify(session, room_id, enterprise.id)


def _notified(database: Database, enterprise: Enterprise) -> list[str]:
    with database.read() as session:
        return spaces.notification_rooms(session, enterprise.id)


def test_an_enterprise_can_notify_several_spaces(database: Database, acme: Enterprise, bolt: Enterprise) -> None:
    assert [_notify(database, room, acme) for room in ("y", "x", "y")] == [True, True, False]
    assert _notify(database, "z", bolt)
    assert (_notified(database, acme), _notified(database, bolt)) == (["y", "x"], ["z"])


def test_a_space_gets_notices_of_its_last_enterprise_only(
    database: Database, acme: Enterprise, bolt: Enterprise
) -> None:
    _notify(database, "x", acme)
    assert _notify(database, "x", bolt)
    assert (_notified(database, acme), _notified(database, bolt)) == ([], ["x"])


def test_a_space_turned_off_gets_no_notices_until_turned_on_again(database: Database, acme: Enterprise) -> None:
    for room in ("x", "y"):
        _notify(database, room, acme)
    assert [_unnotify(database, room, acme) for room in ("x", "x", "never")] == [True, False, False]
    assert _notified(database, acme) == ["y"]
    assert _notify(database, "x", acme)
    assert set(_notified(database, acme)) == {"x", "y"}


def test_an_enterprise_cannot_turn_off_the_notices_of_another(
    database: Database, acme: Enterprise, bolt: Enterprise
) -> None:
    _notify(database, "x", bolt)
    assert not _unnotify(database, "x", acme)
    assert _notified(database, bolt) == ["x"]
    _unnotify(database, "x", bolt)
    assert _notify(database, "x", acme)
    assert (_notified(database, acme), _notified(database, bolt)) == (["x"], [])


def test_notices_turned_on_many_times_at_once_are_turned_on_once(database: Database, acme: Enterprise) -> None:
    made = run_together([lambda: _notify(database, "x", acme)] * 6)
    assert sorted(made) == [False] * 5 + [True]
    assert _notified(database, acme) == ["x"]


def test_a_muted_person_stays_muted_until_unmuted(database: Database) -> None:
    def muted() -> set[str]:
        with database.read() as session:
            return spaces.muted(session, ["ana", "bo"])

    with database.write() as session:
        assert [spaces.mute(session, person, NOW) for person in ("ana", "cy", "ana")] == [True, True, False]
    assert muted() == {"ana"}
    with database.write() as session:
        assert [spaces.unmute(session, person) for person in ("ana", "ana", "bo")] == [True, False, False]
        assert spaces.muted(session, ["cy"]) == {"cy"}
        assert spaces.muted(session, []) == set()
    assert muted() == set()


def test_a_space_without_any_purpose_is_deleted(database: Database, acme: Enterprise) -> None:
    for room in ("told", "linked too"):
        _notify(database, room, acme)
    with database.write() as session:
        spaces.link(session, "linked too", acme.id, NOW)
    for room in ("told", "linked too"):
        _unnotify(database, room, acme)
    with database.read() as session:
        assert [(space.room_id, space.linked) for space in spaces.find_all(session)] == [("linked too", True)]


def test_a_space_takes_the_id_it_has_moved_to(database: Database, acme: Enterprise) -> None:
    with database.write() as session:
        spaces.link(session, "the-number", acme.id, NOW)
        spaces.link(session, "another", acme.id, NOW)
        assert spaces.other_ids(session, "THE-NUMBER") == ["the-number"]
        spaces.change_room_id(session, "the-number", "THE-NUMBER")
    with database.read() as session:
        assert {space.room_id for space in spaces.find_all(session)} == {"THE-NUMBER", "another"}
