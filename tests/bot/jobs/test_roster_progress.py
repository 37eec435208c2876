from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.jobs.roster_progress import Progress, show_end
from bot.replies.licenses import all_read, reading
from storage import inbox, outbox, rosters
from storage.engine.database import Database
from storage.models import OutboxRow
from storage.outbox import EDIT
from storage.values.records import Claim, Enterprise
from tests.storage import sample_rows
from tests.storage.sample_rows import NOW, SECOND


@pytest.fixture
def acme(database: Database) -> Enterprise:
    """The enterprise whose roster is read."""
    return sample_rows.enterprise(database)


def _waiting(database: Database, roster_id: int, room: str) -> None:
    sample_rows.receive_event(database, f"event of {room}", room)
    claim = sample_rows.claim_this_event(database, f"event of {room}")
    said = sample_rows.post_message(database, reading(0), room)
    with database.write() as session:
        inbox.wait(session, claim, NOW + timedelta(hours=1), 1, roster_id=roster_id, status_outbox_id=said)


def _edits(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(OutboxRow.markdown).where(OutboxRow.kind == EDIT).order_by(OutboxRow.id)))


def _deliver_all(database: Database, now: datetime) -> None:
    while (row := sample_rows.claim_message(database, now)) is not None:
        with database.write() as session:
            outbox.mark_delivered(session, row, now, f"message-{row.id}", "room")


def test_progress_is_shown_after_ten_seconds_then_at_doubled_times(database: Database, acme: Enterprise) -> None:
    row = sample_rows.claim_requested_roster(database, acme.id)
    _waiting(database, row.id, "room")
    progress = Progress(row.id, NOW)
    told: list[int] = []
    for second in range(1, 700):
        progress.pages = second
        with database.write() as session:
            progress.update(session, NOW + second * SECOND)
        if len(_edits(database)) > len(told):
            told.append(second)
            _deliver_all(database, NOW + second * SECOND)
    assert told == [10, 20, 40, 80, 160, 320, 640]
    assert _edits(database) == [reading(pages) for pages in told]


def test_only_those_who_wait_for_a_roster_see_its_end(database: Database, acme: Enterprise) -> None:
    row = sample_rows.claim_requested_roster(database, acme.id)
    for room in ("one", "other"):
        _waiting(database, row.id, room)
    _waiting(database, row.id + 1, "another")
    with database.write() as session:
        told = rosters.make_current(session, Claim(row.id, row.attempt), acme.id, NOW, 700)
        show_end(session, told, all_read(7), NOW)
    assert _edits(database) == [all_read(7)] * 2


def test_a_quick_read_shows_no_progress(database: Database, acme: Enterprise) -> None:
    row = sample_rows.claim_requested_roster(database, acme.id)
    _waiting(database, row.id, "room")
    with database.write() as session:
        Progress(row.id, NOW).update(session, NOW + 9 * SECOND)
    assert _edits(database) == []
