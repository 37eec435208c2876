import threading

import pytest

from storage import inbox, outbox
from storage.engine.claims import LEASE
from storage.engine.database import Database
from storage.engine.held_rows import HeldRows
from storage.models import InboxRow
from tests.storage import sample_rows
from tests.storage.sample_rows import NOW, SECOND
from tests.storage.threads import TIMEOUT, in_thread


def test_without_a_due_row_nothing_is_claimed(database: Database) -> None:
    held = HeldRows()
    with held.take(database, inbox.claim, NOW) as row:
        assert row is None
        assert held.give_back(database) == 0


def test_leases_are_renewed_only_while_a_row_is_worked_on(database: Database) -> None:
    held = HeldRows()
    sample_rows.receive_event(database, "a")
    with held.take(database, inbox.claim, NOW) as row:
        assert row is not None
        held.renew(database, NOW + LEASE)
        assert sample_rows.claim_event(database, NOW + 2 * LEASE) is None
    held.renew(database, NOW + 9 * LEASE)
    sample_rows.claim_this_event(database, "a", NOW + 2 * LEASE + SECOND)


def test_a_clean_stop_gives_back_claimed_rows_and_wakes_the_workers(database: Database) -> None:
    held, told = HeldRows(), set[str]()
    sample_rows.receive_event(database, "a")
    sample_rows.post_message(database, "hello")
    with held.take(database, inbox.claim, NOW) as row, held.take(database, outbox.claim, NOW) as other:
        assert row is not None
        assert other is not None
        database.listen(told.update)
        assert held.give_back(database) == 2
        assert told == {"inbox", "outbox"}
        sample_rows.claim_this_event(database, "a")
        assert sample_rows.deliver_message(database) == "hello"


def test_work_that_fails_lets_go_of_its_row(database: Database) -> None:
    held = HeldRows()
    sample_rows.receive_event(database, "a")
    with pytest.raises(ZeroDivisionError), held.take(database, inbox.claim, NOW):
        raise ZeroDivisionError
    assert held.give_back(database) == 0


def test_a_row_that_was_lost_is_neither_renewed_nor_given_back(database: Database) -> None:
    held = HeldRows()
    sample_rows.receive_event(database, "a")
    with held.take(database, inbox.claim, NOW) as row:
        assert row is not None
        sample_rows.claim_this_event(database, "a", NOW + LEASE + SECOND)
        held.renew(database, NOW + 5 * LEASE)
        held.give_back(database)
    with database.read() as session:
        assert session.get_one(InboxRow, row.id).lease_until == NOW + 2 * LEASE + SECOND


def test_rows_claimed_by_other_threads_are_given_back_too(database: Database) -> None:
    held, in_hand, over = HeldRows(), threading.Event(), threading.Event()
    sample_rows.receive_event(database, "a")

    def work() -> None:
        with held.take(database, inbox.claim, NOW):
            in_hand.set()
            over.wait(TIMEOUT)

    worker = in_thread(work)
    assert in_hand.wait(TIMEOUT)
    assert held.give_back(database) == 1
    sample_rows.claim_this_event(database, "a")
    over.set()
    worker.result(TIMEOUT)
