"""The rows of an old database are there after the migrations, and jobs go on with them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, column, insert, table

import storage
from storage import enterprises, followers, history, inbox, locations, outbox, views
from storage.engine.database import Database
from storage.engine.upgrade import up_to_date, upgrade
from storage.models import (
    ClusterRow,
    DestinationRow,
    EnterpriseRow,
    FollowerRow,
    InboxRow,
    LicenseHolderRow,
    OutboxRow,
    RosterRow,
    SyncRow,
    Table,
)
from storage.values.license_table import LICENSE_COLUMNS
from storage.values.records import Follower, Sync, SyncState
from tests.storage import sample_rows
from tests.storage.sample_rows import MINUTE, NOW

_MOVED = {"attempt": 0, "failures": 0}
_ASKED: dict[str, Any] = {
    "enterprise_id": 1,
    "cluster_id": 1,
    "asked_at": NOW,
    "asker_email": "ana@acme.example",
    "polls": 3,
    "attempt": 5,
    "failures": 0,
}


@pytest.fixture
def first(empty_url: str) -> Iterator[Database]:
    """A database of the first migration, with rows."""
    database = Database(empty_url)
    with database.writer.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(storage.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        _fill(connection)
    yield database
    database.close()


def _add(connection: Connection, model: type[Table], **values: Any) -> None:
    """Insert a row with these columns only, because the models have later ones too."""
    columns = [column(name, model.__table__.c[name].type) for name in values]
    connection.execute(insert(table(model.__tablename__, *columns)).values(**values))


def _fill(connection: Connection) -> None:
    _add(connection, ClusterRow, name="east", pauses=0)
    _add(
        connection,
        EnterpriseRow,
        key="acme",
        name="Acme",
        sp_enterprise_id="R+a",
        cluster_id=1,
        timezone="UTC",
        created_at=NOW,
    )
    _add(connection, DestinationRow, room_id="room", direct=False, last_number=2)
    for number, state, due_at in ((1, outbox.DELIVERED, None), (2, outbox.OPEN, NOW)):
        _add(
            connection,
            OutboxRow,
            destination_id=1,
            number=number,
            kind="post",
            markdown=f"said {number}",
            personal=True,
            enterprise_id=1,
            state=state,
            edits=0,
            created_at=NOW,
            due_at=due_at,
            **_MOVED,
        )
    for data_id, state, due_at, roster_id in (("done", "done", None, None), ("waits", "open", NOW + MINUTE, 7)):
        _add(
            connection,
            InboxRow,
            resource="messages",
            event="created",
            data_id=data_id,
            data_created="2030-05-06T07:08:09Z",
            room_id=f"space of {data_id}",
            person_id="ana",
            state=state,
            received_at=NOW,
            roster_id=roster_id,
            waited=roster_id is not None,
            due_at=due_at,
            **_MOVED,
        )
    _add(
        connection,
        SyncRow,
        state="completed",
        head=False,
        counts={"added": 3},
        errors=[[600006, "odd"]],
        started_at=NOW,
        ended_at=NOW + MINUTE,
        seconds=60.5,
        tracking_id="NA_1",
        webex_status="COMPLETE",
        reason="as it was said",
        status_outbox_id=1,
        told_at=NOW + MINUTE,
        **_ASKED,
    )
    _add(connection, SyncRow, state="queued", head=True, counts={}, errors=[], due_at=NOW, **_ASKED)
    _add(connection, RosterRow, enterprise_id=1, state="current", asked_at=NOW, read_at=NOW, size=1, **_MOVED)
    cells = {f"{cell}{form}": "dallas" for cell in LICENSE_COLUMNS for form in ("", "_folded", "_sort")}
    _add(connection, LicenseHolderRow, roster_id=1, position=0, subscriber_id="1", **cells)
    asked = ((1, "ana", "room"), (1, "ana", "another"), (1, "ben", "room"), (2, "ana", "room"))
    for sync_id, person_id, room_id in asked:
        _add(
            connection,
            FollowerRow,
            sync_id=sync_id,
            person_id=person_id,
            email=f"{person_id}@acme.example",
            room_id=room_id,
            direct=False,
            thread="thread",
            since=NOW,
        )


def test_migrations_keep_ended_syncs_and_the_queue(first: Database) -> None:
    upgrade(first)
    assert up_to_date(first)
    with first.read() as session:
        (ended,) = history.ended(session, 1, 9, *history.END_STATES)
        assert history.past_durations(session, ended.enterprise_id, 1) == ([60.5], [])
        assert [(one.person_id, one.room_id) for one in followers.of_sync(session, ended.id)] == [
            ("ana", "room"),
            ("ben", "room"),
        ]
    assert ended == Sync(
        id=1,
        enterprise_id=1,
        cluster_id=1,
        state=SyncState.COMPLETED,
        head=False,
        waits_for=None,
        asked_at=NOW,
        asker_email="ana@acme.example",
        starts=0,
        starting_at=None,
        before_started_at=None,
        before_tracking_id=None,
        started_at=NOW,
        ended_at=NOW + MINUTE,
        seconds=60.5,
        tracking_id="NA_1",
        webex_status="COMPLETE",
        counts={"added": 3},
        errors=((600006, "odd"),),
        cause=None,
        reason="as it was said",
        status_outbox_id=1,
        roster_id=None,
        polls=3,
        queue_order=1,
        rests_until=None,
    )
    bolt = sample_rows.enterprise(first, "bolt")
    with first.read() as session:
        acme = enterprises.get(session, 1)
    behind = sample_rows.queue_sync(first, bolt)
    again = Follower("ana", "ana@acme.example", "another", direct=False, thread=None)
    with first.write() as session:
        assert not followers.follow(session, 2, again, NOW)
    row = sample_rows.claim_sync(first)
    assert (row.id, row.starts, sample_rows.heads(first)) == (2, 0, [2])
    sample_rows.move_sync(first, row, keep_claim=True, state=SyncState.STARTING, starts=1)
    assert sample_rows.end_sync(first, acme, row, SyncState.COMPLETED) == behind.id
    with first.read() as session:
        last = history.last(session, 1, SyncState.COMPLETED)
    assert last is not None
    assert (last.id, last.starts) == (2, 1)


def test_migrations_keep_the_inbox_and_the_outbox(first: Database) -> None:
    upgrade(first)
    assert not sample_rows.receive_event(first, "done", "space of done")
    assert sample_rows.claim_event(first) is None
    with first.write() as session:
        inbox.resume(session, NOW, roster_id=7)
    sample_rows.claim_this_event(first, "waits")
    row = sample_rows.claim_message(first)
    assert row is not None
    assert (row.markdown, row.personal, row.public_markdown) == ("said 2", True, None)
    assert sample_rows.post_message(first, "said next") == 3


def test_migrations_keep_webexs_location_under_a_set_one(first: Database) -> None:
    upgrade(first)
    for place in ("Bern", ""):
        with first.write() as session:
            enterprises.lock(session, 1)
            locations.change(session, 1, locations.in_every_form({"dallas": place}), NOW)
            (holder,) = views.holders(session, 1)
            assert holder.location == (place or "dallas")
