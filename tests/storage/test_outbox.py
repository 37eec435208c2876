from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from storage import claims, destinations, outbox
from storage.claims import LEASE, ClaimLost
from storage.database import Database
from storage.models import AttachmentRow, DestinationRow, OutboxRow
from storage.records import Claim, Draft
from tests.storage import samples
from tests.storage.racing import overlapping, together
from tests.storage.samples import MINUTE, NOW, SECOND


def _row(database: Database, row_id: int) -> OutboxRow:
    with database.read() as session:
        return session.get_one(OutboxRow, row_id)


def _edit(database: Database, about_id: int, markdown: str, *, last: bool = False) -> None:
    with database.write() as session:
        outbox.edit(session, about_id, markdown, NOW, last=last)


def _post_with_file(database: Database, *rooms: str) -> int:
    with database.write() as session:
        attachment_id = outbox.attach(session, "licenses.csv", b"compressed")
        for room_id in rooms:
            destination_id = destinations.of_room(session, room_id, direct=False)
            outbox.post(session, destination_id, Draft("", attachment_id=attachment_id), NOW)
    return attachment_id


def _kept(database: Database, attachment_id: int) -> bool:
    with database.read() as session:
        return session.get(AttachmentRow, attachment_id) is not None


def _numbers(database: Database, room_id: str) -> list[int]:
    with database.read() as session:
        rows = session.query(OutboxRow).join(DestinationRow, DestinationRow.id == OutboxRow.destination_id)
        return [row.number for row in rows.filter(DestinationRow.room_id == room_id).order_by(OutboxRow.number)]


def test_numbers_are_gapless_and_unique_for_each_destination_however_many_post_at_once(database: Database) -> None:
    def post() -> None:
        for index in range(5):
            samples.say(database, "hello", f"space {index % 2}")

    together([post] * 6)
    assert _numbers(database, "space 0") == list(range(1, 19))
    assert _numbers(database, "space 1") == list(range(1, 13))


def test_a_message_that_was_rolled_back_leaves_no_gap(database: Database) -> None:
    samples.say(database, "one")

    def fail_after_posting() -> None:
        with database.write() as session:
            outbox.post(session, destinations.of_room(session, "room", direct=False), Draft("lost"), NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_posting()
    samples.say(database, "two")
    assert _numbers(database, "room") == [1, 2]


def test_only_the_lowest_open_number_of_a_destination_is_sent(database: Database) -> None:
    samples.say(database, "one")
    samples.say(database, "two")
    samples.say(database, "elsewhere", "another room", NOW + SECOND)
    first = samples.next_out(database, NOW + SECOND)
    other = samples.next_out(database, NOW + SECOND)
    assert first is not None
    assert other is not None
    assert (first.markdown, other.markdown) == ("one", "elsewhere")
    assert samples.next_out(database, NOW + SECOND) is None
    with database.write() as session:
        outbox.delivered(session, first, NOW, "message", "room")
    assert samples.deliver(database) == "two"


def test_a_message_that_has_to_be_tried_again_holds_back_the_later_ones(database: Database) -> None:
    samples.say(database, "one")
    samples.say(database, "two")
    row = samples.next_out(database)
    assert row is not None
    with database.write() as session:
        outbox.retry(session, row, NOW + MINUTE, "busy")
    assert samples.next_out(database) is None
    assert (_row(database, row.id).failures, _row(database, row.id).error) == (1, "busy")
    assert samples.deliver(database, NOW + MINUTE) == "one"
    assert samples.deliver(database, NOW + MINUTE) == "two"


def test_a_message_that_was_given_up_lets_the_next_go_and_is_counted(database: Database) -> None:
    samples.say(database, "one")
    samples.say(database, "two")
    row = samples.next_out(database)
    assert row is not None
    with database.write() as session:
        outbox.give_up(session, row, NOW, "forbidden")
    assert _row(database, row.id).state == outbox.FAILED
    with database.read() as session:
        assert outbox.failed(session) == 1
    assert samples.deliver(database) == "two"


def test_a_delivered_message_knows_where_webex_put_it(database: Database) -> None:
    row_id = samples.say(database, "one")
    samples.deliver(database, NOW + SECOND)
    row = _row(database, row_id)
    assert (row.state, row.message_id, row.room_id) == (outbox.DELIVERED, f"message-{row_id}", "room")
    assert (row.due_at, row.lease_until, row.ended_at) == (None, None, NOW + SECOND)


def test_whoever_lost_a_message_cannot_end_it(database: Database) -> None:
    samples.say(database, "one")
    lost = samples.next_out(database)
    after = NOW + LEASE + SECOND
    assert samples.next_out(database, after) is not None
    assert lost is not None
    ends: list[Callable[[Session], None]] = [
        lambda session: outbox.delivered(session, lost, after, "message", "room"),
        lambda session: outbox.give_up(session, lost, after, "why"),
        lambda session: outbox.retry(session, lost, after, "why"),
        lambda session: outbox.say_instead(session, lost, "instead", after),
    ]
    for end in ends:
        with pytest.raises(ClaimLost), database.write() as session:
            end(session)
    assert _row(database, lost.id).state == outbox.OPEN


def test_a_message_without_its_thread_is_due_at_once(database: Database) -> None:
    with database.write() as session:
        room = destinations.of_room(session, "room", direct=False)
        outbox.post(session, room, Draft("hello", parent_id="gone"), NOW)
    row = samples.next_out(database)
    assert row is not None
    with database.write() as session:
        outbox.without_thread(session, row, NOW)
    again = samples.next_out(database)
    assert again is not None
    assert (again.id, again.parent_id, again.failures) == (row.id, None, 0)


def test_a_line_said_instead_carries_neither_the_text_nor_the_file(database: Database) -> None:
    attachment_id = _post_with_file(database, "room")
    row = samples.next_out(database)
    assert row is not None
    with database.write() as session:
        outbox.say_instead(session, row, "I sent it to you", NOW)
        private = destinations.of_person(session, "ana")
        outbox.post(session, private, Draft("secret", attachment_id=attachment_id), NOW)
    line = _row(database, row.id)
    assert (line.markdown, line.personal, line.attachment_id) == ("I sent it to you", False, None)
    assert samples.deliver(database) == "I sent it to you"
    assert _kept(database, attachment_id)


def test_the_newest_edit_alone_is_sent(database: Database) -> None:
    row_id = samples.say(database, "post")
    for text in ("first", "second", "third"):
        _edit(database, row_id, text)
    assert samples.deliver(database) == "post"
    assert samples.deliver(database) == "third"
    assert samples.next_out(database) is None


def test_an_edit_that_is_being_sent_is_followed_by_the_newest_one(database: Database) -> None:
    row_id = samples.say(database, "post")
    samples.deliver(database)
    _edit(database, row_id, "first")
    in_hand = samples.next_out(database)
    assert in_hand is not None
    _edit(database, row_id, "second")
    _edit(database, row_id, "third")
    with database.write() as session:
        outbox.delivered(session, in_hand, NOW, "message", "room")
    assert samples.deliver(database) == "third"
    assert _row(database, row_id).edits == 2


def _sent_edits(database: Database, row_id: int, count: int) -> None:
    for index in range(count):
        _edit(database, row_id, f"edit {index}")
        samples.deliver(database)


def test_nine_edits_are_free_and_the_tenth_is_for_the_last(database: Database) -> None:
    row_id = samples.say(database, "post")
    samples.deliver(database)
    _sent_edits(database, row_id, 9)
    _edit(database, row_id, "too many")
    assert samples.next_out(database) is None
    _edit(database, row_id, "the end", last=True)
    assert samples.deliver(database) == "the end"
    _edit(database, row_id, "after the end", last=True)
    assert samples.next_out(database) is None


def test_an_edit_in_hand_counts_so_that_the_tenth_stays_for_the_last(database: Database) -> None:
    row_id = samples.say(database, "post")
    samples.deliver(database)
    _sent_edits(database, row_id, 8)
    _edit(database, row_id, "the ninth")
    in_hand = samples.next_out(database)
    assert in_hand is not None
    _edit(database, row_id, "one too many")
    with database.write() as session:
        outbox.delivered(session, in_hand, NOW, "message", "room")
    assert samples.next_out(database) is None
    _edit(database, row_id, "the end", last=True)
    assert samples.deliver(database) == "the end"


def test_edits_of_one_message_asked_for_at_once_leave_one_to_send(postgres: Database) -> None:
    row_id = samples.say(postgres, "post")
    samples.deliver(postgres)
    overlapping(
        postgres,
        lambda session: outbox.edit(session, row_id, "first", NOW),
        lambda: _edit(postgres, row_id, "second"),
    )
    assert samples.deliver(postgres) == "second"
    assert samples.next_out(postgres) is None


def test_a_message_that_was_given_up_is_not_edited(database: Database) -> None:
    row_id = samples.say(database, "post")
    row = samples.next_out(database)
    assert row is not None
    with database.write() as session:
        outbox.give_up(session, row, NOW, "forbidden")
    _edit(database, row_id, "changed", last=True)
    assert samples.next_out(database) is None


def test_an_edit_that_need_not_be_said_uses_none_of_the_ten(database: Database) -> None:
    row_id = samples.say(database, "post")
    samples.deliver(database)
    _edit(database, row_id, "changed")
    row = samples.next_out(database)
    assert row is not None
    with database.write() as session:
        outbox.drop(session, row, NOW)
    assert _row(database, row.id).state == outbox.SUPERSEDED
    assert _row(database, row_id).edits == 0


@pytest.mark.parametrize("how", ["delivered", "given up", "dropped"])
def test_a_file_is_gone_once_nobody_waits_for_it(database: Database, how: str) -> None:
    attachment_id = _post_with_file(database, "room")
    row = samples.next_out(database)
    assert row is not None
    with database.write() as session:
        if how == "delivered":
            outbox.delivered(session, row, NOW, "message", "room")
        elif how == "given up":
            outbox.give_up(session, row, NOW, "forbidden")
        else:
            outbox.drop(session, row, NOW)
    assert not _kept(database, attachment_id)
    assert _row(database, row.id).attachment_id is None


def test_a_shared_file_stays_while_one_message_still_carries_it(database: Database) -> None:
    attachment_id = _post_with_file(database, "x", "y", "z")
    for left in (2, 1, 0):
        samples.deliver(database)
        assert _kept(database, attachment_id) == (left > 0)


def test_a_shared_file_is_gone_when_the_last_two_are_delivered_at_once(postgres: Database) -> None:
    attachment_id = _post_with_file(postgres, "x", "y")
    one, other = samples.next_out(postgres), samples.next_out(postgres)
    assert one is not None
    assert other is not None

    def deliver_other() -> None:
        with postgres.write() as session:
            outbox.delivered(session, other, NOW, "message y", "y")

    overlapping(postgres, lambda session: outbox.delivered(session, one, NOW, "message x", "x"), deliver_other)
    assert not _kept(postgres, attachment_id)


def test_the_next_look_is_when_the_earliest_message_is_due(database: Database) -> None:
    def due_at() -> datetime | None:
        with database.read() as session:
            return outbox.next_due(session, NOW)

    assert due_at() is None
    samples.say(database, "later", now=NOW + timedelta(hours=1))
    assert due_at() == NOW + timedelta(hours=1)
    samples.say(database, "now", "another room")
    samples.next_out(database)
    assert due_at() == NOW + claims.LEASE


def test_a_claim_given_back_is_sent_by_another(database: Database) -> None:
    samples.say(database, "one")
    row = samples.next_out(database)
    assert row is not None
    with database.write() as session:
        claims.extend(session, OutboxRow, [Claim(row.id, row.attempt)], None)
    assert samples.deliver(database) == "one"
