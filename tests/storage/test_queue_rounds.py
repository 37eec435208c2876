"""While a sync is ready, each other sync of its queue has at most one turn before it, whatever keeps them all."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, update

from storage import clusters, queues, syncs
from storage.engine.database import Database
from storage.models import SyncRow
from storage.values.records import Claim, Enterprise, SyncState, WaitsFor
from tests.storage import sample_rows
from tests.storage.sample_rows import NOW, SECOND

ENTERPRISES = st.integers(0, 4)
SECONDS = st.sampled_from([0, 1, 15, 60, 300])


class Queue(RuleBasedStateMachine):
    """Five enterprises on one cluster. The head is tried when it is due."""

    def __init__(self, database: Database, companies: list[Enterprise]) -> None:
        super().__init__()
        self.database, self.companies, self.now = database, companies, NOW
        self.passed: Counter[tuple[int, int]] = Counter()
        with database.write() as session:
            session.execute(delete(SyncRow))
            clusters.unpause(session, companies[0].cluster_id)

    def rows(self) -> list[SyncRow]:
        """Return the queued syncs."""
        with self.database.read() as session:
            return session.query(SyncRow).filter_by(state=SyncState.QUEUED).all()

    def claim_head(self) -> SyncRow:
        """Let time pass until the head is due, and claim it. It has its turn, and all that are ready see that."""
        (head,) = [row for row in self.rows() if row.head]
        assert head.due_at is not None
        self.now = max(self.now, head.due_at)
        row = sample_rows.claim_due_sync(self.database, self.now)
        assert row is not None
        assert row.id == head.id
        for other in self.rows():
            is_ready = other.rests_until is None or other.rests_until <= self.now
            if other.id == row.id or not is_ready:
                self.passed = Counter({pair: times for pair, times in self.passed.items() if pair[0] != other.id})
            else:
                self.passed[other.id, row.id] += 1
        assert [pair for pair, times in self.passed.items() if times > 1] == []
        return row

    def give_way(self, rest: timedelta, wait: timedelta, *, pauses: bool = False) -> int:
        """Let the head give way, and return which sync that was."""
        row = self.claim_head()
        until, soon = self.now + rest, self.now + wait
        with self.database.write() as session:
            clusters.lock(session, row.cluster_id)
            if pauses:
                clusters.pause(session, row.cluster_id, until)
            claim, rests_until = Claim(row.id, row.attempt), None if pauses else until
            syncs.move(session, claim, self.now, waits_for=WaitsFor.RETRY, rests_until=rests_until, due_at=until)
            queues.give_way(session, syncs.get(session, row.id), self.now, soon, soon)
        return row.id

    @initialize()
    def all_ask(self) -> None:
        for which in range(len(self.companies)):
            self.somebody_asks(which)

    @rule(which=ENTERPRISES)
    def somebody_asks(self, which: int) -> None:
        if all(row.enterprise_id != self.companies[which].id for row in self.rows()):
            sync = sample_rows.queue_sync(self.database, self.companies[which], self.now)
            assert sync.queue_order == max(row.queue_order for row in self.rows())

    @precondition(lambda self: self.rows())
    @rule(rest=SECONDS, wait=st.sampled_from([0, 5]), pauses=st.booleans())
    def the_head_gives_way(self, rest: int, wait: int, pauses: bool) -> None:
        self.give_way(rest * SECOND, wait * SECOND, pauses=pauses)

    @precondition(lambda self: self.rows())
    @rule()
    def the_head_ends(self) -> None:
        row = self.claim_head()
        with self.database.write() as session:
            clusters.lock(session, row.cluster_id)
            syncs.end(session, Claim(row.id, row.attempt), self.now, SyncState.COMPLETED, due_at=None)

    @rule(which=ENTERPRISES)
    def somebody_cancels(self, which: int) -> None:
        if any(row.enterprise_id == self.companies[which].id for row in self.rows()):
            sample_rows.cancel_sync(self.database, self.companies[which])
            with self.database.write() as session:  # nobody needs to be told
                session.execute(update(SyncRow).where(SyncRow.state == SyncState.CANCELLED).values(due_at=None))

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: int) -> None:
        self.now += seconds * SECOND

    @invariant()
    def one_sync_is_head_and_places_are_the_order_of_turns(self) -> None:
        rows = self.rows()
        assert len([row for row in rows if row.head]) == min(1, len(rows))
        assert all(row.due_at is None for row in rows if not row.head)
        with self.database.read() as session:
            places = {queues.place(session, syncs.get(session, row.id)): row.queue_order for row in rows}
        assert sorted(places) == list(range(1, len(rows) + 1))
        behind = [places[place] for place in sorted(places)[1:]]
        assert behind == sorted(set(behind))

    @invariant()
    def no_sync_that_rests_is_tried_before_one_that_is_ready(self) -> None:
        ready_at = {row: max(self.now, row.rests_until or self.now) for row in self.rows()}
        assert all(ready_at[row] == min(ready_at.values()) for row in ready_at if row.head)

    def teardown(self) -> None:
        """When no rest lasts any more, each sync has its turn before one has two."""
        self.now += 300 * SECOND
        ids = {row.id for row in self.rows()}
        assert {self.give_way(0 * SECOND, 5 * SECOND) for _ in ids} == ids


@pytest.fixture
def companies(database: Database) -> list[Enterprise]:
    """Five enterprises on one cluster."""
    return [sample_rows.enterprise(database, f"e{number}") for number in range(5)]


def test_every_sync_of_a_queue_has_its_turn(database: Database, companies: list[Enterprise]) -> None:
    tuned = settings(
        max_examples=8 if database.is_sqlite else 2,
        stateful_step_count=25,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )

    class Here(Queue):
        def __init__(self) -> None:
            super().__init__(database, companies)

    run_state_machine_as_test(Here, settings=tuned)
