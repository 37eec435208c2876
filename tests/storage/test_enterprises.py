from collections.abc import Callable

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from storage import clusters, enterprises, rosters
from storage.engine.database import Database
from storage.values.records import Enterprise
from tests.storage import sample_rows
from tests.storage.sample_rows import NOW
from tests.storage.threads import TIMEOUT, in_thread, is_lock_awaited, run_before_commit, wait_until


def _get(database: Database, enterprise_id: int) -> Enterprise:
    with database.read() as session:
        return enterprises.get(session, enterprise_id)


def test_an_enterprise_comes_back_as_it_was_added(database: Database, acme: Enterprise) -> None:
    assert _get(database, acme.id) == acme
    assert (acme.key, acme.name, acme.sp_enterprise_id) == ("acme", "Acme", "Reseller+acme")
    assert (acme.cluster, acme.timezone, acme.webex_id) == ("east", "UTC", None)


def test_enterprises_that_name_the_same_cluster_share_it(database: Database, acme: Enterprise) -> None:
    bolt, dune = sample_rows.enterprise(database, "bolt"), sample_rows.enterprise(database, "dune", cluster="west")
    assert bolt.cluster_id == acme.cluster_id != dune.cluster_id


def test_any_was_added_stays_true_after_the_enterprise_is_removed(database: Database) -> None:
    with database.write() as session:
        assert not enterprises.any_was_added(session)
    acme = sample_rows.enterprise(database)
    with database.write() as session:
        enterprises.remove(session, acme.id, NOW)
        assert enterprises.any_was_added(session)


@pytest.mark.parametrize("same", ["key", "id"])
def test_a_key_or_id_can_never_be_reused(database: Database, acme: Enterprise, same: str) -> None:
    with database.write() as session:
        enterprises.remove(session, acme.id, NOW)
    with pytest.raises(IntegrityError), database.write() as session:
        enterprises.add(
            session,
            key=acme.key if same == "key" else "another",
            name="Another",
            sp_enterprise_id=acme.sp_enterprise_id if same == "id" else "another",
            cluster="east",
            timezone="UTC",
            now=NOW,
        )


def test_a_removed_enterprise_is_no_longer_in_use_but_stays_stored(database: Database, acme: Enterprise) -> None:
    with database.write() as session:
        enterprises.remove(session, acme.id, NOW)
    with database.read() as session:
        assert enterprises.by_key(session, "acme") is None
        assert enterprises.in_use(session) == []
        assert enterprises.in_use(session, [acme.id]) == []
    assert _get(database, acme.id) == acme


def test_only_the_requested_enterprises_are_listed_and_by_key(database: Database) -> None:
    dune, acme, bolt = (sample_rows.enterprise(database, key) for key in ("dune", "acme", "bolt"))
    with database.read() as session:
        assert enterprises.in_use(session) == [acme, bolt, dune]
        assert enterprises.in_use(session, {dune.id, acme.id}) == [acme, dune]
        assert enterprises.in_use(session, []) == []
        assert enterprises.by_key(session, "bolt") == bolt
        assert enterprises.by_key(session, "Bolt") is None


def test_only_what_is_given_is_changed(database: Database, acme: Enterprise) -> None:
    with database.write() as session:
        enterprises.change(session, acme.id, name="Acme Inc.", timezone="America/Chicago", cluster="west")
    changed = _get(database, acme.id)
    assert (changed.name, changed.timezone, changed.cluster) == ("Acme Inc.", "America/Chicago", "west")
    assert (changed.key, changed.sp_enterprise_id) == (acme.key, acme.sp_enterprise_id)


def test_a_new_sp_enterprise_id_clears_the_webex_id(database: Database, acme: Enterprise) -> None:
    with database.write() as session:
        enterprises.learn_webex_id(session, acme.id, acme.sp_enterprise_id, "webex", "org")
    assert _get(database, acme.id).webex_id == "webex"
    with database.write() as session:
        enterprises.change(session, acme.id, sp_enterprise_id=acme.sp_enterprise_id)
    assert _get(database, acme.id).webex_id == "webex"
    with database.write() as session:
        enterprises.change(session, acme.id, sp_enterprise_id="another")
    assert _get(database, acme.id).webex_id is None


def test_locking_reads_what_another_has_written_meanwhile(postgres: Database) -> None:
    acme = sample_rows.enterprise(postgres)
    with postgres.write() as session:
        assert enterprises.get(session, acme.id).name == "Acme"
        with postgres.write() as other:
            enterprises.change(other, acme.id, name="Renamed")
            clusters.pause(other, acme.cluster_id, NOW)
        assert enterprises.lock(session, acme.id).name == "Renamed"
        assert clusters.lock(session, acme.cluster_id).paused_until == NOW


def test_locking_an_enterprise_waits_for_the_lock_and_reads_the_change(postgres: Database) -> None:
    acme = sample_rows.enterprise(postgres)

    def rename(session: Session) -> None:
        enterprises.lock(session, acme.id)
        enterprises.change(session, acme.id, name="Renamed")

    def lock() -> str:
        with postgres.write() as session:
            return enterprises.lock(session, acme.id).name

    assert run_before_commit(postgres, rename, lock) == "Renamed"


@pytest.mark.parametrize("cluster", ["west", "a new one"])
def test_locking_an_enterprise_finds_it_on_the_cluster_it_moved_to(postgres: Database, cluster: str) -> None:
    acme = sample_rows.enterprise(postgres)
    sample_rows.enterprise(postgres, "dune", cluster="west")

    def lock() -> Enterprise:
        with postgres.write() as session:
            return enterprises.lock(session, acme.id)

    def move(session: Session) -> None:
        enterprises.change(session, acme.id, cluster=cluster)

    assert run_before_commit(postgres, move, lock).cluster == cluster


def test_locking_a_queue_locks_its_enterprise_and_its_cluster(postgres: Database) -> None:
    acme, bolt = sample_rows.enterprise(postgres), sample_rows.enterprise(postgres, "bolt")
    dune = sample_rows.enterprise(postgres, "dune", cluster="west")

    def lock_queue(session: Session) -> None:
        enterprises.lock_queue(session, acme.id, acme.cluster_id)

    def waited(work: Callable[[Session], object]) -> bool:
        """Return whether this waits until the lock on the queue is released."""

        def run() -> None:
            with postgres.write() as session:
                work(session)

        with postgres.write() as session:
            lock_queue(session)
            other = in_thread(run)
            wait_until(lambda: other.done() or is_lock_awaited(postgres))
            waits = not other.done()
        other.result(TIMEOUT)
        return waits

    assert waited(lambda session: enterprises.lock(session, acme.id))
    assert waited(lambda session: clusters.lock(session, acme.cluster_id))
    assert waited(lambda session: enterprises.lock_queue(session, bolt.id, bolt.cluster_id))
    assert not waited(lambda session: enterprises.lock(session, bolt.id))
    assert not waited(lambda session: enterprises.lock_queue(session, dune.id, dune.cluster_id))
    assert not waited(lambda session: rosters.request(session, acme.id, NOW))


def test_a_webex_id_found_for_an_old_enterprise_id_is_ignored(database: Database, acme: Enterprise) -> None:
    with database.write() as session:
        enterprises.change(session, acme.id, sp_enterprise_id="Reseller+another")
        assert not enterprises.learn_webex_id(session, acme.id, acme.sp_enterprise_id, "webex", "org")
        assert enterprises.get(session, acme.id).webex_id is None
        assert enterprises.learn_webex_id(session, acme.id, "Reseller+another", "webex", "org")
        assert enterprises.get(session, acme.id).webex_id == "webex"


def test_an_organization_is_not_forgotten_with_webexs_id(database: Database, acme: Enterprise) -> None:
    with database.write() as session:
        enterprises.learn_webex_id(session, acme.id, acme.sp_enterprise_id, "webex", "org")
        enterprises.forget_webex_id(session, acme.id)
        enterprises.learn_webex_id(session, acme.id, acme.sp_enterprise_id, "webex", None)
        assert enterprises.org_id_of(session, acme.id) == "org"
