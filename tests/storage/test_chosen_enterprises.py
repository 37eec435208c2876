"""The enterprise that each person has chosen."""

from functools import partial

from storage import chosen_enterprises, enterprises, spaces
from storage.engine.database import Database
from storage.values.records import Enterprise
from tests.storage.sample_rows import MINUTE, NOW
from tests.storage.threads import run_together


def _chosen(database: Database, person_id: str) -> int | None:
    with database.read() as session:
        return chosen_enterprises.chosen(session, person_id)


def test_each_person_has_their_own_last_choice(database: Database, acme: Enterprise, bolt: Enterprise) -> None:
    for minutes, (person_id, enterprise) in enumerate((("ana", acme), ("bo", bolt), ("ana", bolt), ("ana", acme))):
        with database.write() as session:
            chosen_enterprises.choose(session, person_id, enterprise.id, NOW + minutes * MINUTE)
    assert [_chosen(database, person_id) for person_id in ("ana", "bo", "cy")] == [acme.id, bolt.id, None]


def test_choices_made_at_the_same_time_leave_one(database: Database, acme: Enterprise, bolt: Enterprise) -> None:
    def choose(enterprise: Enterprise) -> None:
        with database.write() as session:
            chosen_enterprises.choose(session, "ana", enterprise.id, NOW)

    run_together([partial(choose, one) for one in (acme, bolt, acme, bolt)])
    assert _chosen(database, "ana") in (acme.id, bolt.id)


def test_removing_an_enterprise_removes_its_spaces_and_choices(
    database: Database, acme: Enterprise, bolt: Enterprise
) -> None:
    with database.write() as session:
        chosen_enterprises.choose(session, "ana", acme.id, NOW)
        chosen_enterprises.choose(session, "bo", bolt.id, NOW)
        spaces.link(session, "of acme", acme.id, NOW)
        spaces.link(session, "of bolt", bolt.id, NOW)
        enterprises.remove(session, acme.id, NOW)
        assert [space.room_id for space in spaces.find_all(session)] == ["of bolt"]
    assert (_chosen(database, "ana"), _chosen(database, "bo")) == (None, bolt.id)
