from storage import outbox
from storage.engine.database import Database
from storage.models import OutboxRow
from tests.storage import sample_rows
from tests.storage.sample_rows import NOW
from tests.storage.threads import run_before_commit


def _row(database: Database, row_id: int) -> OutboxRow:
    with database.read() as session:
        return session.get_one(OutboxRow, row_id)


def _edit(database: Database, about_id: int, markdown: str, *, last: bool = False) -> None:
    with database.write() as session:
        outbox.edit(session, about_id, markdown, NOW, last=last)


def test_only_the_newest_edit_is_sent(database: Database) -> None:
    row_id = sample_rows.post_message(database, "post")
    for text in ("first", "second", "third"):
        _edit(database, row_id, text)
    assert sample_rows.deliver_message(database) == "post"
    assert sample_rows.deliver_message(database) == "third"
    assert sample_rows.claim_message(database) is None


def test_an_edit_being_sent_is_followed_by_the_newest_edit(database: Database) -> None:
    row_id = sample_rows.post_message(database, "post")
    sample_rows.deliver_message(database)
    _edit(database, row_id, "first")
    in_hand = sample_rows.claim_message(database)
    assert in_hand is not None
    _edit(database, row_id, "second")
    _edit(database, row_id, "third")
    with database.write() as session:
        outbox.mark_delivered(session, in_hand, NOW, "message", "room")
    assert sample_rows.deliver_message(database) == "third"
    assert _row(database, row_id).edits == 2


def _sent_edits(database: Database, row_id: int, count: int) -> None:
    for index in range(count):
        _edit(database, row_id, f"edit {index}")
        sample_rows.deliver_message(database)


def test_the_tenth_edit_is_reserved_for_the_last_one(database: Database) -> None:
    row_id = sample_rows.post_message(database, "post")
    sample_rows.deliver_message(database)
    _sent_edits(database, row_id, 9)
    _edit(database, row_id, "too many")
    assert sample_rows.claim_message(database) is None
    _edit(database, row_id, "the end", last=True)
    assert sample_rows.deliver_message(database) == "the end"
    _edit(database, row_id, "after the end", last=True)
    assert sample_rows.claim_message(database) is None


def test_an_edit_being_sent_counts_towards_the_ten(database: Database) -> None:
    row_id = sample_rows.post_message(database, "post")
    sample_rows.deliver_message(database)
    _sent_edits(database, row_id, 8)
    _edit(database, row_id, "the ninth")
    in_hand = sample_rows.claim_message(database)
    assert in_hand is not None
    _edit(database, row_id, "one too many")
    with database.write() as session:
        outbox.mark_delivered(session, in_hand, NOW, "message", "room")
    assert sample_rows.claim_message(database) is None
    _edit(database, row_id, "the end", last=True)
    assert sample_rows.deliver_message(database) == "the end"


def test_edits_of_one_message_at_once_leave_one_to_send(postgres: Database) -> None:
    row_id = sample_rows.post_message(postgres, "post")
    sample_rows.deliver_message(postgres)
    run_before_commit(
        postgres,
        lambda session: outbox.edit(session, row_id, "first", NOW),
        lambda: _edit(postgres, row_id, "second"),
    )
    assert sample_rows.deliver_message(postgres) == "second"
    assert sample_rows.claim_message(postgres) is None


def test_a_failed_message_is_not_edited(database: Database) -> None:
    row_id = sample_rows.post_message(database, "post")
    row = sample_rows.claim_message(database)
    assert row is not None
    with database.write() as session:
        outbox.give_up(session, row, NOW, "forbidden")
    _edit(database, row_id, "changed", last=True)
    assert sample_rows.claim_message(database) is None


def test_a_dropped_edit_does_not_count_towards_the_ten(database: Database) -> None:
    row_id = sample_rows.post_message(database, "post")
    sample_rows.deliver_message(database)
    _edit(database, row_id, "changed")
    row = sample_rows.claim_message(database)
    assert row is not None
    with database.write() as session:
        outbox.drop(session, row, NOW)
    assert _row(database, row.id).state == outbox.SUPERSEDED
    assert _row(database, row_id).edits == 0
