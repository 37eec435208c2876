"""Syncs asked for, joined, completed and started by many at once, on a real PostgreSQL."""

from sqlalchemy.orm import Session

from storage import syncs
from storage.database import Database
from storage.models import SyncRow
from storage.records import Claim, Enterprise, Follower, SyncState
from tests.storage import samples
from tests.storage.racing import overlapping, together
from tests.storage.samples import NOW

_ANA = Follower("ana", "ana@acme.example", "room", False, None)


def _ask_as_people_do(database: Database, enterprise: Enterprise) -> str:
    """What somebody hears who asks: the enterprise is locked, its cluster is, and then it is read again."""
    with database.write() as session:
        samples.lock(session, enterprise)
        active = syncs.active(session, enterprise.id)
        if active is not None:
            syncs.follow(session, active.id, Follower("bo", "bo@acme.example", "room", False, None), NOW)
            return "joined"
        if syncs.last_ended(session, enterprise.id, SyncState.COMPLETED) is not None:
            return "held"
        syncs.accept(session, enterprise, "bo@acme.example", NOW)
        return "accepted"


def test_who_asks_while_a_sync_completes_finds_it_completed(postgres: Database) -> None:
    acme = samples.enterprise(postgres)
    samples.ask(postgres, acme)
    row = samples.taken_sync(postgres)

    def complete(session: Session) -> None:
        samples.lock(session, acme)
        syncs.end(session, Claim(row.id, row.attempt), NOW, SyncState.COMPLETED)

    assert overlapping(postgres, complete, lambda: _ask_as_people_do(postgres, acme)) == "held"


def test_who_joins_while_a_sync_completes_is_told_with_it(postgres: Database) -> None:
    acme = samples.enterprise(postgres)
    sync = samples.ask(postgres, acme)
    row = samples.taken_sync(postgres)

    def join(session: Session) -> None:
        samples.lock(session, acme)
        syncs.follow(session, sync.id, _ANA, NOW)

    def complete() -> list[Follower]:
        with postgres.write() as session:
            samples.lock(session, acme)
            syncs.end(session, Claim(row.id, row.attempt), NOW, SyncState.COMPLETED)
            return syncs.followers(session, sync.id)

    assert overlapping(postgres, join, complete) == [_ANA]


def test_two_who_ask_at_once_get_one_sync(postgres: Database) -> None:
    acme = samples.enterprise(postgres)
    heard = together([lambda: _ask_as_people_do(postgres, acme)] * 6)
    assert sorted(heard) == ["accepted"] + ["joined"] * 5


def test_who_asks_while_the_last_of_a_queue_ends_becomes_the_first(postgres: Database) -> None:
    acme, bolt = samples.enterprise(postgres), samples.enterprise(postgres, "bolt")
    samples.ask(postgres, acme)
    row = samples.taken_sync(postgres)

    def complete(session: Session) -> None:
        samples.lock(session, acme)
        syncs.end(session, Claim(row.id, row.attempt), NOW, SyncState.COMPLETED)

    asked = overlapping(postgres, complete, lambda: samples.ask(postgres, bolt))
    assert samples.heads(postgres) == [asked.id]


def test_however_many_workers_race_one_sync_at_a_time_is_on_a_cluster_and_all_get_their_turn(
    postgres: Database,
) -> None:
    companies = {made.id: made for made in (samples.enterprise(postgres, f"e{index}") for index in range(6))}
    started: list[int] = []

    def work() -> None:
        while True:
            row = samples.next_sync(postgres)
            if row is None:
                with postgres.read() as session:
                    if session.query(SyncRow).filter(SyncRow.told_at.is_(None)).count() == 0:
                        return
                continue
            claim, enterprise = Claim(row.id, row.attempt), companies[row.enterprise_id]
            with postgres.write() as session:
                samples.lock(session, enterprise)
                if row.state == SyncState.QUEUED:
                    syncs.move(session, claim, NOW, state=SyncState.STARTING, due_at=NOW)
                    started.append(row.id)
                elif row.state == SyncState.STARTING:
                    syncs.end(session, claim, NOW, SyncState.COMPLETED)
                else:
                    syncs.told(session, claim, NOW)

    def ask_and_work(mine: list[Enterprise]) -> None:
        for enterprise in mine:
            samples.ask(postgres, enterprise)
        work()

    everybody = list(companies.values())
    together([lambda: ask_and_work(everybody[:3]), lambda: ask_and_work(everybody[3:]), work, work])
    assert started == sorted(started)
    assert len(started) == len(everybody)
