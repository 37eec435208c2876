"""The syncs that have ended, and how long they took."""

from storage import history
from storage.engine.database import Database
from storage.models import SyncRow
from storage.values.records import Enterprise, SyncState
from tests.storage import sample_rows
from tests.storage.sample_rows import NOW

_COMPLETED, _FAILED, _CANCELLED = SyncState.COMPLETED, SyncState.FAILED, SyncState.CANCELLED


def _add(database: Database, enterprise: Enterprise, state: SyncState, seconds: float | None = None) -> int:
    with database.write() as session:
        row = SyncRow(enterprise_id=enterprise.id, cluster_id=enterprise.cluster_id, state=state, head=False)
        row.asked_at, row.asker_email, row.counts, row.errors = NOW, "ana@acme.example", {}, []
        row.seconds = seconds
        session.add(row)
        session.flush()
        return row.id


def _ended(database: Database, enterprise: Enterprise, limit: int, *states: SyncState) -> list[int]:
    with database.read() as session:
        return [sync.id for sync in history.ended(session, enterprise.id, limit, *states)]


def test_ended_syncs_are_filtered_by_state_and_newest_first(
    database: Database, acme: Enterprise, bolt: Enterprise
) -> None:
    ids = [_add(database, acme, state) for state in (_COMPLETED, _FAILED, _CANCELLED, _COMPLETED, _FAILED)]
    _add(database, bolt, _COMPLETED)
    sample_rows.queue_sync(database, acme)
    assert _ended(database, acme, 9, *history.END_STATES) == ids[::-1]
    assert _ended(database, acme, 9, *history.ATTEMPT_STATES) == [ids[4], ids[3], ids[1], ids[0]]
    assert _ended(database, acme, 3, *history.ATTEMPT_STATES) == [ids[4], ids[3], ids[1]]
    assert _ended(database, acme, 9, _CANCELLED) == [ids[2]]


def test_the_last_sync_in_a_state_is_found_even_if_others_followed(database: Database, acme: Enterprise) -> None:
    def last(*states: SyncState) -> int | None:
        with database.read() as session:
            sync = history.last(session, acme.id, *states)
            return None if sync is None else sync.id

    assert last(_COMPLETED) is None
    sample_rows.queue_sync(database, acme)
    assert last(*history.END_STATES) is None
    sample_rows.end_sync(database, acme, sample_rows.claim_sync(database), _CANCELLED)
    completed = _add(database, acme, _COMPLETED)
    failed = _add(database, acme, _FAILED)
    assert (last(_COMPLETED), last(*history.ATTEMPT_STATES)) == (completed, failed)


def test_an_ended_sync_comes_with_its_counts_and_errors(database: Database, acme: Enterprise) -> None:
    sync = sample_rows.ended_sync(database, acme, _COMPLETED, seconds=61.5, counts={"added": 3}, errors=[[1, "odd"]])
    with database.read() as session:
        assert history.last(session, acme.id, _COMPLETED) == sync
    assert (sync.ended_at, sync.seconds, sync.counts, sync.errors) == (NOW, 61.5, {"added": 3}, ((1, "odd"),))


def test_durations_are_those_of_the_last_twenty_completed_syncs(
    database: Database, acme: Enterprise, bolt: Enterprise
) -> None:
    for index in range(21):
        _add(database, acme, _COMPLETED, float(index))
    for state, seconds in ((_FAILED, 999.0), (_CANCELLED, 998.0), (_COMPLETED, None)):
        _add(database, acme, state, seconds)
    _add(database, bolt, _COMPLETED, 500.0)
    _add(database, sample_rows.enterprise(database, "dune", cluster="west"), _COMPLETED, 700.0)
    with database.read() as session:
        own, _ = history.past_durations(session, acme.id, acme.cluster_id)
        none, of_cluster = history.past_durations(session, 0, acme.cluster_id)
    assert (own, none) == ([float(index) for index in range(20, 0, -1)], [])
    assert of_cluster == [500.0, *(float(index) for index in range(20, 1, -1))]


def test_durations_come_from_the_cluster_if_the_enterprise_has_none(
    database: Database, acme: Enterprise, bolt: Enterprise
) -> None:
    def past(enterprise: Enterprise) -> tuple[list[float], list[float]]:
        with database.read() as session:
            return history.past_durations(session, enterprise.id, enterprise.cluster_id)

    assert past(acme) == ([], [])
    _add(database, bolt, _COMPLETED, 5.0)
    assert past(acme) == ([], [5.0])
    _add(database, acme, _COMPLETED, 7.0)
    assert past(acme) == ([7.0], [])
