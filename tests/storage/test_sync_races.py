"""One enterprise's sync, requested, joined, cancelled, started and completed by many at once, on PostgreSQL."""

import threading
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy.orm import Session

from bot.commands import cancel, sync
from storage import followers, syncs
from storage.engine.database import Database
from storage.models import SyncRow
from storage.values.records import Cause, Claim, Enterprise, Sync, SyncState
from tests.storage import sample_rows, sync_commands
from tests.storage.sample_rows import NOW
from tests.storage.sync_commands import REFUSED, FakeBroadWorks, Run
from tests.storage.threads import TIMEOUT, in_thread, run_before_commit, run_together


@pytest.fixture
def acme(postgres: Database) -> Enterprise:
    """An enterprise that Webex knows."""
    return sync_commands.enterprise_known_to_webex(postgres, "acme")


def _ask(database: Database, enterprise: Enterprise, who: str = "ana") -> Sync:
    """A sync that was requested."""
    assert sync_commands.type_command(database, enterprise, sync.run, who) == "sync"
    return _active(database, enterprise)


def _active(database: Database, enterprise: Enterprise) -> Sync:
    with database.read() as session:
        found = syncs.active(session, enterprise.id)
    assert found is not None
    return found


def _followers(database: Database, sync_id: int) -> set[str]:
    with database.read() as session:
        return {follower.person_id for follower in followers.of_sync(session, sync_id)}


def _together(database: Database, enterprise: Enterprise, run: Run, people: list[str]) -> list[str]:
    """Let these people type the same command at once. Return what each is told."""
    return run_together([partial(sync_commands.type_command, database, enterprise, run, who) for who in people])


def _end(session: Session, enterprise: Enterprise, claim: Claim, state: SyncState) -> None:
    sample_rows.lock(session, enterprise)
    syncs.end(session, claim, NOW, state, ended_at=NOW)


def _taken(database: Database) -> Claim:
    row = sample_rows.claim_sync(database)
    return Claim(row.id, row.attempt)


def test_requests_at_the_same_time_get_one_sync(postgres: Database, acme: Enterprise) -> None:
    people = [f"person {index}" for index in range(6)]
    pending = _together(postgres, acme, sync.run, people)
    assert sorted(pending) == ["joined"] * 5 + ["sync"]
    assert _followers(postgres, _active(postgres, acme).id) == set(people)


def test_a_request_during_a_completion_waits_and_finds_the_hold(postgres: Database, acme: Enterprise) -> None:
    _ask(postgres, acme)
    claim = _taken(postgres)
    pending = run_before_commit(
        postgres,
        lambda session: _end(session, acme, claim, SyncState.COMPLETED),
        lambda: sync_commands.type_command(postgres, acme, sync.run, "bo"),
    )
    assert pending == REFUSED
    with postgres.read() as session:
        assert syncs.active(session, acme.id) is None


def test_a_request_while_a_sync_fails_gets_a_new_sync(postgres: Database, acme: Enterprise) -> None:
    first = _ask(postgres, acme)
    claim = _taken(postgres)
    pending = run_before_commit(
        postgres,
        lambda session: _end(session, acme, claim, SyncState.FAILED),
        lambda: sync_commands.type_command(postgres, acme, sync.run, "bo"),
    )
    assert pending == "sync"
    second = _active(postgres, acme)
    assert (_followers(postgres, first.id), _followers(postgres, second.id)) == ({"ana"}, {"bo"})
    assert sample_rows.heads(postgres) == [second.id]


def test_a_follower_who_joins_during_a_completion_is_told(postgres: Database, acme: Enterprise) -> None:
    queued = _ask(postgres, acme)
    portal = FakeBroadWorks()
    for _ in range(2):
        assert sync_commands.work_one_sync(postgres, portal)
    assert sample_rows.sync_of(postgres, queued.id).state is SyncState.RUNNING

    def complete() -> set[str]:
        while sample_rows.sync_of(postgres, queued.id).state is SyncState.RUNNING:
            sync_commands.work_one_sync(postgres, portal)
        return _followers(postgres, queued.id)

    def join(session: Session) -> None:
        assert sync_commands.run_command(session, acme, sync.run, "bo") == "joined"

    assert run_before_commit(postgres, join, complete) == {"ana", "bo"}
    assert sample_rows.sync_of(postgres, queued.id).state is SyncState.COMPLETED


def test_a_request_near_a_completion_joins_it_or_is_refused(postgres: Database, acme: Enterprise) -> None:
    queued = _ask(postgres, acme)
    claim = _taken(postgres)
    told: set[str] = set()

    def complete() -> str:
        with postgres.write() as session:
            _end(session, acme, claim, SyncState.COMPLETED)
            told.update(follower.person_id for follower in followers.of_sync(session, queued.id))
        return "completed"

    people = [f"person {index}" for index in range(6)]
    works: list[Callable[[], str]] = [
        partial(sync_commands.type_command, postgres, acme, sync.run, who) for who in people
    ]
    pending = run_together([*works, complete])[:-1]
    assert set(pending) <= {"joined", REFUSED}
    assert told == {"ana", *(who for who, what in zip(people, pending, strict=True) if what == "joined")}
    with postgres.read() as session:
        assert syncs.active(session, acme.id) is None


@pytest.mark.parametrize("operator", [False, True])
def test_a_sync_cancelled_before_its_start_is_not_requested_from_webex(
    postgres: Database, acme: Enterprise, operator: bool
) -> None:
    queued = _ask(postgres, acme)
    looking, cancelled = threading.Event(), threading.Event()

    def look() -> None:
        looking.set()
        assert cancelled.wait(TIMEOUT)

    def withdraw(session: Session) -> None:
        assert sync_commands.run_command(session, acme, cancel.run, operator=operator) == "cancelled"
        cancelled.set()

    portal = FakeBroadWorks(look)
    starting = in_thread(partial(sync_commands.work_one_sync, postgres, portal))
    assert looking.wait(TIMEOUT)
    assert run_before_commit(postgres, withdraw, lambda: starting.result(TIMEOUT))
    ended = sample_rows.sync_of(postgres, queued.id)
    assert (ended.state, portal.asked) == (SyncState.CANCELLED, [])
    assert ended.cause is (Cause.ENDED_BY_OPERATOR if operator else Cause.WITHDRAWN)


def test_a_sync_that_is_starting_cannot_be_cancelled(postgres: Database, acme: Enterprise) -> None:
    queued = _ask(postgres, acme)
    claim = _taken(postgres)

    def start(session: Session) -> None:
        sample_rows.lock(session, acme)
        syncs.move(session, claim, NOW, keep_claim=True, state=SyncState.STARTING)

    assert run_before_commit(postgres, start, lambda: sync_commands.type_command(postgres, acme, cancel.run)) == REFUSED
    assert sample_rows.sync_of(postgres, queued.id).state is SyncState.STARTING
    assert _followers(postgres, queued.id) == {"ana"}
    with postgres.write() as session:
        syncs.move(session, claim, NOW, state=SyncState.RUNNING, due_at=NOW)


def test_either_the_start_or_the_cancellation_wins(postgres: Database) -> None:
    for index in range(8):
        enterprise = sync_commands.enterprise_known_to_webex(postgres, f"e{index}", cluster=f"c{index}")
        queued = _ask(postgres, enterprise)
        both = threading.Barrier(2, timeout=TIMEOUT)
        portal = FakeBroadWorks(both.wait)

        def withdraw(enterprise: Enterprise = enterprise, both: threading.Barrier = both) -> str:
            both.wait()
            return sync_commands.type_command(postgres, enterprise, cancel.run)

        withdrawn = in_thread(withdraw)
        assert sync_commands.work_one_sync(postgres, portal)
        pending = withdrawn.result(TIMEOUT)
        cancelled = sample_rows.sync_of(postgres, queued.id).state is SyncState.CANCELLED
        assert (pending, portal.asked) == (("cancelled", []) if cancelled else (REFUSED, [enterprise.key]))
        with postgres.write() as session:
            session.query(SyncRow).update({SyncRow.due_at: None})


def test_joining_while_the_last_follower_withdraws_keeps_the_sync(postgres: Database, acme: Enterprise) -> None:
    queued = _ask(postgres, acme)

    def join(session: Session) -> None:
        assert sync_commands.run_command(session, acme, sync.run, "bo") == "joined"

    assert (
        run_before_commit(postgres, join, lambda: sync_commands.type_command(postgres, acme, cancel.run)) == "withdrew"
    )
    assert _active(postgres, acme).id == queued.id
    assert _followers(postgres, queued.id) == {"bo"}


def test_a_request_while_the_last_follower_withdraws_gets_a_new_sync(postgres: Database, acme: Enterprise) -> None:
    queued = _ask(postgres, acme)

    def withdraw(session: Session) -> None:
        assert sync_commands.run_command(session, acme, cancel.run) == "cancelled"

    assert (
        run_before_commit(postgres, withdraw, lambda: sync_commands.type_command(postgres, acme, sync.run, "bo"))
        == "sync"
    )
    again = _active(postgres, acme)
    assert again.id != queued.id
    assert (_followers(postgres, queued.id), _followers(postgres, again.id)) == (set(), {"bo"})
    assert sample_rows.heads(postgres) == [again.id]


def test_a_sync_is_cancelled_once_if_all_followers_withdraw_at_once(postgres: Database, acme: Enterprise) -> None:
    queued = _ask(postgres, acme)
    assert sync_commands.type_command(postgres, acme, sync.run, "bo") == "joined"
    pending = _together(postgres, acme, cancel.run, ["ana", "bo"])
    assert sorted(pending) == ["cancelled", "withdrew"]
    assert sample_rows.sync_of(postgres, queued.id).state is SyncState.CANCELLED
    assert sample_rows.heads(postgres) == []
