import pytest

from storage import destinations, outbox
from storage.engine.database import Database
from storage.models import AttachmentRow, OutboxRow
from storage.values.messages import Address, Draft
from tests.storage import sample_rows
from tests.storage.sample_rows import NOW
from tests.storage.threads import run_before_commit


def _row(database: Database, row_id: int) -> OutboxRow:
    with database.read() as session:
        return session.get_one(OutboxRow, row_id)


def _post_with_file(database: Database, *rooms: str) -> int:
    with database.write() as session:
        attachment_id = outbox.attach(session, "licenses.csv", b"compressed")
        for room_id in rooms:
            destination_id = destinations.ensure_room(session, room_id, direct=False)
            outbox.post(session, destination_id, Draft("", attachment_id=attachment_id), NOW)
    return attachment_id


def _kept(database: Database, attachment_id: int) -> bool:
    with database.read() as session:
        return session.get(AttachmentRow, attachment_id) is not None


def test_a_replaced_text_keeps_neither_the_old_text_nor_the_file(database: Database) -> None:
    attachment_id = _post_with_file(database, "room")
    row = sample_rows.claim_message(database)
    assert row is not None
    with database.write() as session:
        outbox.replace_text(session, row, "I sent it to you", NOW)
        private = destinations.ensure(session, Address(person_id="ana"))
        outbox.post(session, private, Draft("secret", attachment_id=attachment_id), NOW)
    line = _row(database, row.id)
    assert (line.markdown, line.personal, line.attachment_id) == ("I sent it to you", False, None)
    assert sample_rows.deliver_message(database) == "I sent it to you"
    assert _kept(database, attachment_id)


@pytest.mark.parametrize("how", ["delivered", "given up", "dropped"])
def test_a_file_is_deleted_when_its_message_ends(database: Database, how: str) -> None:
    attachment_id = _post_with_file(database, "room")
    row = sample_rows.claim_message(database)
    assert row is not None
    with database.write() as session:
        if how == "delivered":
            outbox.mark_delivered(session, row, NOW, "message", "room")
        elif how == "given up":
            outbox.give_up(session, row, NOW, "forbidden")
        else:
            outbox.drop(session, row, NOW)
    assert not _kept(database, attachment_id)
    assert _row(database, row.id).attachment_id is None


def test_a_shared_file_stays_while_one_message_needs_it(database: Database) -> None:
    attachment_id = _post_with_file(database, "x", "y", "z")
    for left in (2, 1, 0):
        sample_rows.deliver_message(database)
        assert _kept(database, attachment_id) == (left > 0)


def test_a_shared_file_is_deleted_if_both_messages_end_at_once(postgres: Database) -> None:
    attachment_id = _post_with_file(postgres, "x", "y")
    one, other = sample_rows.claim_message(postgres), sample_rows.claim_message(postgres)
    assert one is not None
    assert other is not None

    def deliver_other() -> None:
        with postgres.write() as session:
            outbox.mark_delivered(session, other, NOW, "message y", "y")

    run_before_commit(
        postgres, lambda session: outbox.mark_delivered(session, one, NOW, "message x", "x"), deliver_other
    )
    assert not _kept(postgres, attachment_id)
