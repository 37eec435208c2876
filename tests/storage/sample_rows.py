"""Short ways to add, claim and end rows, with invented people and a fixed time."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from storage import admins, clusters, destinations, enterprises, inbox, outbox, rights, rosters, syncs
from storage.engine.database import Database
from storage.models import OutboxRow, RosterRow, SyncRow
from storage.values.license_table import LicenseHolder
from storage.values.messages import Draft, Event
from storage.values.records import Cause, Claim, Enterprise, Identity, Sync, SyncState

NOW = datetime(2030, 5, 6, 7, 8, 9, tzinfo=UTC)
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


def enterprise(database: Database, key: str = "acme", cluster: str = "east") -> Enterprise:
    """Add an enterprise."""
    with database.write() as session:
        return enterprises.add(
            session,
            key=key,
            name=key.title(),
            sp_enterprise_id=f"Reseller+{key}",
            cluster=cluster,
            timezone="UTC",
            now=NOW,
        )


def admin(database: Database, enterprise_id: int, email: str) -> None:
    """Add an admin."""
    with database.write() as session:
        admins.add(session, enterprise_id, email, NOW)


def learn_person(session: Session, person_id: str, email: str) -> None:
    """Learn a person's id, as from their first message."""
    who = Identity(person_id, email)
    rights.learn(session, who, rights.find(session, who), NOW)


def event(data_id: str, room_id: str = "room", created: str = "2030-05-06T07:08:09Z") -> Event:
    """Return an event about a new message."""
    return Event("messages", "created", data_id, created, room_id, "person")


def receive_event(database: Database, data_id: str, room_id: str = "room", at: datetime = NOW) -> bool:
    """Store an event, as the webhook door does. Return False if it was there already."""
    with database.single_write() as connection:
        return inbox.record(connection, [event(data_id, room_id)], at)


def claim_event(database: Database, now: datetime = NOW) -> tuple[str, Claim] | None:
    """Claim a due event. Return its data id and the claim; None if none is due."""
    with database.single_write() as connection:
        row = inbox.claim(connection, now)
        return None if row is None else (row.data_id, Claim(row.id, row.attempt))


def claim_this_event(database: Database, data_id: str, now: datetime = NOW) -> Claim:
    """Claim a due event, which must be this one."""
    found = claim_event(database, now)
    assert found is not None
    assert found[0] == data_id
    return found[1]


def post_message(database: Database, markdown: str, room_id: str = "room", now: datetime = NOW) -> int:
    """Queue a message to a group space. Return the id of the outbox row."""
    with database.write() as session:
        return outbox.post(session, destinations.ensure_room(session, room_id, direct=False), Draft(markdown), now)


def claim_message(database: Database, now: datetime = NOW) -> OutboxRow | None:
    """Claim a due outbox row."""
    with database.single_write() as connection:
        return outbox.claim(connection, now)


def deliver_message(database: Database, now: datetime = NOW) -> str:
    """Claim a due outbox row and mark it as delivered. Return its text."""
    row = claim_message(database, now)
    assert row is not None
    with database.write() as session:
        outbox.mark_delivered(session, row, now, f"message-{row.id}", "room")
    return row.markdown


def lock(session: Session, enterprise: Enterprise) -> None:
    """Lock an enterprise and its cluster, as every change of a queue does."""
    enterprises.lock(session, enterprise.id)
    clusters.lock(session, enterprise.cluster_id)


def queue_sync(database: Database, enterprise: Enterprise, now: datetime = NOW) -> Sync:
    """Queue a sync."""
    with database.write() as session:
        lock(session, enterprise)
        return syncs.accept(session, enterprise, "ana@acme.example", now)


def claim_due_sync(database: Database, now: datetime = NOW) -> SyncRow | None:
    """Claim a due sync; None if none is due."""
    with database.single_write() as connection:
        return syncs.claim(connection, now)


def end_sync(
    database: Database, enterprise: Enterprise, row: SyncRow, state: SyncState, now: datetime = NOW, **values: Any
) -> int | None:
    """End a claimed sync. Return the id of the new head of its queue."""
    with database.write() as session:
        lock(session, enterprise)
        following = syncs.end(session, Claim(row.id, row.attempt), now, state, ended_at=now, **values)
        return None if following is None else following.id


def cancel_sync(database: Database, enterprise: Enterprise, cause: Cause = Cause.WITHDRAWN) -> int | None:
    """Cancel an enterprise's queued sync. Return the id of the new head of its queue."""
    with database.write() as session:
        lock(session, enterprise)
        sync = syncs.active(session, enterprise.id)
        assert sync is not None
        following = syncs.cancel(session, sync, cause, NOW)
        return None if following is None else following.id


def ended_sync(database: Database, enterprise: Enterprise, state: SyncState, **values: Any) -> Sync:
    """Queue a sync, end it, and mark its end as told."""
    sync = queue_sync(database, enterprise)
    end_sync(database, enterprise, claim_sync(database), state, **values)
    row = claim_sync(database)
    with database.write() as session:
        syncs.mark_told(session, Claim(row.id, row.attempt), NOW)
    return sync_of(database, sync.id)


def move_sync(database: Database, row: SyncRow, **values: Any) -> None:
    """Write the next state of a claimed sync."""
    with database.write() as session:
        syncs.move(session, Claim(row.id, row.attempt), NOW, **values)


def sync_of(database: Database, sync_id: int) -> Sync:
    """Return a sync."""
    with database.read() as session:
        return syncs.get(session, sync_id)


def sync_row(database: Database, sync_id: int) -> SyncRow:
    """Return the row of a sync."""
    with database.read() as session:
        return session.get_one(SyncRow, sync_id)


def claim_requested_roster(database: Database, enterprise_id: int, now: datetime = NOW) -> RosterRow:
    """Request a roster and claim it."""
    with database.write() as session:
        rosters.request(session, enterprise_id, now)
    return claim_roster(database, now)


def claim_roster(database: Database, now: datetime = NOW) -> RosterRow:
    """Claim a roster, which must be due."""
    with database.single_write() as connection:
        row = rosters.claim(connection, now)
    assert row is not None
    return row


def write_roster(session: Session, enterprise_id: int, holders: Sequence[LicenseHolder]) -> int:
    """Write a roster with these license holders and make it current. Return its id."""
    rosters.request(session, enterprise_id, NOW)
    row = rosters.claim(session.connection(), NOW)
    assert row is not None
    claim = Claim(row.id, row.attempt)
    rosters.add(
        session, claim, enterprise_id, NOW, 0, [(f"subscriber-{index}", holder) for index, holder in enumerate(holders)]
    )
    rosters.make_current(session, claim, enterprise_id, NOW, len(holders))
    return row.id


def claim_sync(database: Database) -> SyncRow:
    """Claim a sync, which must be due."""
    row = claim_due_sync(database)
    assert row is not None
    return row


def heads(database: Database) -> list[int]:
    """Return the ids of the syncs that are the head of their queue."""
    with database.read() as session:
        return [row.id for row in session.query(SyncRow).filter(SyncRow.head).order_by(SyncRow.id)]
