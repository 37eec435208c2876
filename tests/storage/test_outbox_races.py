"""Messages to one destination are added, edited and ended at the same time: none waits for ever, and each is sent."""

from collections.abc import Callable
from concurrent.futures import Future

from storage import destinations, outbox
from storage.engine.database import Database
from storage.engine.parking import NOT_PARKED
from storage.models import OutboxRow
from storage.values.messages import Address, Draft
from tests.storage import sample_rows
from tests.storage.sample_rows import NOW
from tests.storage.threads import TIMEOUT, in_thread, is_lock_awaited, run_before_commit, wait_until

PERSON = Address(person_id="ana")


def _send(database: Database, markdown: str, *, notice: bool = False) -> int:
    with database.write() as session:
        return outbox.send(session, PERSON, Draft(markdown, is_notice=notice), NOW)


def _edit(database: Database, about_id: int, markdown: str) -> None:
    with database.write() as session:
        outbox.edit(session, about_id, markdown, NOW)


def _deliver(database: Database, row: OutboxRow) -> None:
    with database.write() as session:
        outbox.mark_delivered(session, row, NOW, f"message-{row.id}", "room")


def _claimed(database: Database) -> OutboxRow:
    row = sample_rows.claim_message(database)
    assert row is not None
    return row


def _begun(database: Database, work: Callable[[], object], waiting: int = 1) -> "Future[object]":
    """Begin some work in a thread. It is done, or waits for a lock, as so many transactions do then."""
    begun = in_thread(work)
    wait_until(lambda: begun.done() or is_lock_awaited(database, waiting))
    return begun


def _parked(database: Database) -> list[str]:
    with database.read() as session:
        rows = session.query(OutboxRow).filter(OutboxRow.parked).order_by(OutboxRow.number)
        return [row.markdown for row in rows]


def test_messages_are_added_while_an_edit_is_replaced(postgres: Database) -> None:
    about = _send(postgres, "status")
    sample_rows.deliver_message(postgres)
    _edit(postgres, about, "first edit")
    with postgres.write() as session:
        outbox.send(session, PERSON, Draft("notice", is_notice=True), NOW)
        edit = _begun(postgres, lambda: _edit(postgres, about, "second edit"))
        outbox.send(session, PERSON, Draft("answer"), NOW)
    edit.result(TIMEOUT)
    assert [sample_rows.deliver_message(postgres) for _ in range(3)] == ["notice", "answer", "second edit"]


def test_an_answer_is_added_while_a_notice_ends_and_its_space_is_learned(postgres: Database) -> None:
    _send(postgres, "notice", notice=True)
    row = _claimed(postgres)
    with postgres.write() as session:
        outbox.mark_delivered(session, row, NOW, "message", "room")
        answer = _begun(postgres, lambda: _send(postgres, "answer"))
        destinations.learn_room(session, row.destination_id, "room")
    answer.result(TIMEOUT)
    assert sample_rows.deliver_message(postgres) == "answer"


def test_an_edit_is_replaced_while_an_earlier_edit_ends(postgres: Database) -> None:
    about = _send(postgres, "status")
    sample_rows.deliver_message(postgres)
    _edit(postgres, about, "first edit")
    row = _claimed(postgres)
    _edit(postgres, about, "second edit")
    for number in range(NOT_PARKED + 1):
        _send(postgres, f"{number}")
    with postgres.write() as session:
        second = session.query(OutboxRow).filter_by(markdown="second edit").with_for_update().one()
        edit = _begun(postgres, lambda: _edit(postgres, about, "third edit"))
        end = _begun(postgres, lambda: _deliver(postgres, row), waiting=2)
        assert second.parked is False
    edit.result(TIMEOUT)
    end.result(TIMEOUT)
    with postgres.read() as session:
        assert session.get_one(OutboxRow, about).edits == 1


def test_two_rows_of_a_line_that_end_at_once_let_two_in(postgres: Database) -> None:
    about = _send(postgres, "status")
    sample_rows.deliver_message(postgres)
    for number in range(NOT_PARKED - 1):
        _send(postgres, f"{number}")
    row = _claimed(postgres)
    _edit(postgres, about, "first edit")
    for number in range(3):
        _send(postgres, f"parked {number}")
    assert _parked(postgres) == ["parked 0", "parked 1", "parked 2"]
    run_before_commit(
        postgres,
        lambda session: outbox.mark_delivered(session, row, NOW, "message", "room"),
        lambda: _edit(postgres, about, "second edit"),
    )
    assert _parked(postgres)[0] == "parked 2"
