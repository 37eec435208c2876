"""The overview of all enterprises."""

from storage import enterprises, overviews, spaces, syncs
from storage.engine.database import Database
from storage.values.records import Claim, Enterprise, SyncState
from tests.storage import sample_rows
from tests.storage.sample_rows import MINUTE, NOW


def test_an_overview_has_admins_spaces_and_the_last_sync(
    database: Database, acme: Enterprise, bolt: Enterprise
) -> None:
    for email in ("zoe@acme.example", "ana@acme.example"):
        sample_rows.admin(database, acme.id, email)
    with database.write() as session:
        for room in ("one", "two"):
            spaces.link(session, room, acme.id, NOW)
        syncs.accept(session, acme, "ana@acme.example", NOW)
    with database.single_write() as connection:
        row = syncs.claim(connection, NOW)
    assert row is not None
    with database.write() as session:
        syncs.end(session, Claim(row.id, row.attempt), NOW + MINUTE, SyncState.FAILED, ended_at=NOW + MINUTE)
    with database.read() as session:
        of_acme, of_bolt = overviews.find_all(session)
    assert (of_acme.admins, of_acme.spaces) == (("ana@acme.example", "zoe@acme.example"), 2)
    assert (of_acme.last_state, of_acme.last_at) == ("failed", NOW + MINUTE)
    assert (of_bolt.enterprise, of_bolt.admins, of_bolt.spaces, of_bolt.last_state) == (bolt, (), 0, None)


def test_a_removed_enterprise_has_no_overview(database: Database, acme: Enterprise) -> None:
    with database.write() as session:
        enterprises.remove(session, acme.id, NOW)
        assert overviews.find_all(session) == []
