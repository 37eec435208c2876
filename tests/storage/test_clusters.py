from datetime import datetime

from storage import clusters, enterprises
from storage.engine.database import Database
from storage.models import ClusterRow
from storage.values.records import Enterprise
from tests.storage.sample_rows import MINUTE, NOW
from tests.storage.threads import run_together


def _ensure(database: Database, name: str) -> int:
    with database.write() as session:
        return clusters.ensure(session, name)


def test_a_cluster_named_many_times_at_once_is_made_once(database: Database) -> None:
    assert len(set(run_together([lambda: _ensure(database, "east")] * 6))) == 1
    assert _ensure(database, "East") != _ensure(database, "east")


def test_a_busy_cluster_counts_its_pauses_until_it_takes_a_sync(database: Database, acme: Enterprise) -> None:
    for count in (1, 2):
        with database.write() as session:
            clusters.pause(session, acme.cluster_id, NOW + count * MINUTE)
            assert enterprises.lock_queue(session, acme.id, acme.cluster_id) == count
            assert clusters.lock(session, acme.cluster_id).paused_until == NOW + count * MINUTE
    with database.write() as session:
        clusters.unpause(session, acme.cluster_id)
        assert clusters.lock(session, acme.cluster_id).pauses == 0
        assert clusters.lock(session, acme.cluster_id).paused_until is None


def test_a_pause_applies_to_one_cluster_only(database: Database, acme: Enterprise) -> None:
    west = _ensure(database, "west")
    with database.write() as session:
        clusters.pause(session, acme.cluster_id, NOW)
        assert clusters.lock(session, west).paused_until is None


def test_only_one_transaction_at_a_time_locks_a_cluster(database: Database, acme: Enterprise) -> None:
    run_together([lambda: _count_up(database, acme.cluster_id)] * 6)
    with database.read() as session:
        assert session.get_one(ClusterRow, acme.cluster_id).pauses == 6


def _count_up(database: Database, cluster_id: int) -> None:
    with database.write() as session:
        row = clusters.lock(session, cluster_id)
        row.pauses = row.pauses + 1


def test_paused_clusters_are_listed_by_name_until_their_pause_ends(database: Database, acme: Enterprise) -> None:
    def paused(now: datetime) -> dict[str, datetime]:
        with database.read() as session:
            return clusters.paused(session, now)

    _ensure(database, "west")
    assert paused(NOW) == {}
    with database.write() as session:
        clusters.pause(session, acme.cluster_id, NOW + MINUTE)
    assert paused(NOW) == {"east": NOW + MINUTE}
    assert paused(NOW + MINUTE) == {}
