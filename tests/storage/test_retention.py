from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from storage import inbox, outbox, retention, syncs
from storage.engine.database import Database
from storage.models import InboxRow, OutboxRow
from storage.values.records import Enterprise
from tests.storage import sample_rows
from tests.storage.sample_rows import DAY, NOW


def _prune(database: Database, prune: Callable[[Session, datetime], bool], before: datetime) -> bool:
    with database.write() as session:
        return prune(session, before)


def _events(database: Database) -> list[str]:
    with database.read() as session:
        return [row.data_id for row in session.query(InboxRow).order_by(InboxRow.id)]


def _messages(database: Database) -> list[str]:
    with database.read() as session:
        return [row.markdown for row in session.query(OutboxRow).order_by(OutboxRow.id)]


def _done(database: Database, data_id: str, at: datetime) -> None:
    sample_rows.receive_event(database, data_id, at=at)
    claim = sample_rows.claim_this_event(database, data_id, at)
    with database.write() as session:
        inbox.end(session, claim, inbox.DONE)


def test_only_old_events_that_have_ended_are_deleted(database: Database) -> None:
    _done(database, "old", NOW - 2 * DAY)
    _done(database, "young", NOW)
    sample_rows.receive_event(database, "old and open", at=NOW - 2 * DAY)
    assert not _prune(database, retention.inbox, NOW - DAY)
    assert _events(database) == ["young", "old and open"]


def test_only_old_messages_that_have_ended_are_deleted(database: Database) -> None:
    for text, at in (("old", NOW - 2 * DAY), ("young", NOW)):
        sample_rows.post_message(database, text, now=at)
        sample_rows.deliver_message(database, at)
    sample_rows.post_message(database, "old and open", now=NOW - 2 * DAY)
    assert not _prune(database, retention.outbox, NOW - DAY)
    assert _messages(database) == ["young", "old and open"]


def test_a_message_stays_as_long_as_its_edits(database: Database) -> None:
    row_id = sample_rows.post_message(database, "post", now=NOW - 9 * DAY)
    sample_rows.deliver_message(database, NOW - 9 * DAY)
    with database.write() as session:
        outbox.edit(session, row_id, "changed", NOW - 3 * DAY)
    sample_rows.deliver_message(database, NOW - 3 * DAY)
    _prune(database, retention.outbox, NOW - 5 * DAY)
    assert _messages(database) == ["post", "changed"]
    for _ in range(2):
        _prune(database, retention.outbox, NOW - 2 * DAY)
    assert _messages(database) == []


def test_the_status_message_of_a_sync_stays_as_long_as_the_sync(database: Database, acme: Enterprise) -> None:
    sync = sample_rows.queue_sync(database, acme)
    row_id = sample_rows.post_message(database, "queued", now=NOW - 9 * DAY)
    sample_rows.deliver_message(database, NOW - 9 * DAY)
    with database.write() as session:
        syncs.show_status(session, sync.id, row_id)
    _prune(database, retention.outbox, NOW)
    assert _messages(database) == ["queued"]


def test_old_rows_are_deleted_in_portions(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "PORTION", 2)
    for index in range(3):
        _done(database, str(index), NOW - DAY)
        sample_rows.post_message(database, str(index), now=NOW - DAY)
        sample_rows.deliver_message(database, NOW - DAY)
    assert [_prune(database, retention.inbox, NOW) for _ in range(2)] == [True, False]
    assert [_prune(database, retention.outbox, NOW) for _ in range(2)] == [True, False]
    assert (_events(database), _messages(database)) == ([], [])
