import psycopg
from sqlalchemy import Select, bindparam, select
from sqlalchemy.dialects import postgresql

from storage.engine.conditions import state_in
from storage.engine.database import Database
from storage.models import SyncRow
from storage.values.records import SyncState
from tests.storage import sample_rows

_OF_CLUSTER = select(SyncRow.id).where(SyncRow.cluster_id == bindparam("cluster"), ~SyncRow.head)


def test_a_cached_plan_uses_the_index_of_a_state(postgres_url: str) -> None:
    assert "ix_syncs_queue" in _kept_plan(postgres_url, _OF_CLUSTER.where(state_in(SyncRow.state, SyncState.QUEUED)))
    with_parameter = _OF_CLUSTER.where(SyncRow.state == SyncState.QUEUED)
    assert "ix_syncs_queue" not in _kept_plan(postgres_url, with_parameter)


def test_rows_are_found_in_any_of_the_states(database: Database) -> None:
    sample_rows.queue_sync(database, sample_rows.enterprise(database))
    with database.read() as session:
        for states, found in (
            ((SyncState.QUEUED,), 1),
            ((SyncState.RUNNING, SyncState.QUEUED), 1),
            ((SyncState.RUNNING, SyncState.STARTING), 0),
        ):
            assert len(session.scalars(select(SyncRow.id).where(state_in(SyncRow.state, *states))).all()) == found


def _kept_plan(url: str, query: Select[int]) -> str:
    """Return the plan that PostgreSQL keeps for a query for all values of its parameters."""
    statement = str(query.compile(dialect=postgresql.dialect(paramstyle="numeric_dollar")))  # type: ignore[no-untyped-call]
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("SET enable_seqscan = off")  # which PostgreSQL prefers while a table is empty
        return str(connection.execute(b"EXPLAIN (GENERIC_PLAN) " + statement.encode()).fetchall())
