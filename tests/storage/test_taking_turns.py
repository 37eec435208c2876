"""The inbox and the outbox in turns by enterprise, through the statements that claim, on both databases."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from storage import admins, denials, inbox, outbox
from storage.engine.database import Database
from storage.engine.turns import Turns
from storage.models import AdminRow, InboxRow, OutboxRow
from storage.values.messages import Address, Draft, Event
from storage.values.records import Claim, Enterprise, Identity
from storage.values.turns import OPERATORS, OTHERS, SILENT
from tests.storage import sample_rows
from tests.storage.sample_rows import MINUTE, NOW


def _send(database: Database, room: str, *, notice: bool = False, turn: int = OTHERS) -> None:
    """Queue a message whose text is the name of its space."""
    with database.write() as session:
        outbox.send(session, Address(room), Draft(room, is_notice=notice, turn=turn), NOW)


def _claim(database: Database, turns: Turns, claim: Callable[..., Any] = outbox.claim, *, end: bool = True) -> Any:
    """Claim a row; end the work on it, too, but leave it claimed in the database."""
    with database.single_write() as connection:
        row = claim(connection, NOW, turns)
    if row is not None:
        turns.begin(row, NOW)
        if end:
            turns.end(Claim(row.id, row.attempt))
    return row


def _sent(database: Database, count: int) -> list[str]:
    turns = Turns(threads=8)
    return [_claim(database, turns).markdown for _ in range(count)]


def _receive(database: Database, *events: Event) -> None:
    with database.single_write() as connection:
        inbox.record(connection, events, NOW)


def _written(person_id: str, number: int = 0, **values: str) -> Event:
    """Return a message of a person in a space of its own."""
    event = sample_rows.event(f"{person_id} {number}", f"space {number} of {person_id}")
    return replace(event, person_id=person_id, **values)


def _turns(database: Database) -> dict[str, int]:
    with database.read() as session:
        return {row.data_id: row.turn for row in session.query(InboxRow)}


def _know(database: Database, enterprise: Enterprise, person_id: str) -> None:
    """Make a person an admin, whose id is known."""
    email = f"{person_id}@acme.example"
    sample_rows.admin(database, enterprise.id, email)
    with database.write() as session:
        sample_rows.learn_person(session, person_id, email)


def test_a_message_waits_for_one_of_each_other_enterprise_not_for_all(database: Database) -> None:
    for number in range(20):
        _send(database, f"acme {number}", turn=1)
    for room, turn in (("bolt", 2), ("core", 3)):
        _send(database, room, turn=turn)
    assert _sent(database, 5) == ["acme 0", "bolt", "core", "acme 1", "acme 2"]


def test_answers_are_sent_before_notices(database: Database) -> None:
    _send(database, "notice of acme", notice=True, turn=1)
    _send(database, "notice of bolt", notice=True, turn=2)
    _send(database, "answer to bolt", turn=2)
    _send(database, "answer to acme", turn=1)
    assert _sent(database, 4) == ["answer to acme", "answer to bolt", "notice of acme", "notice of bolt"]


def test_answers_do_not_take_the_turns_of_notices(database: Database) -> None:
    for number in range(3):
        for turn in (1, 2, 3):
            _send(database, f"{number} of {turn}", notice=True, turn=turn)
    turns, sent = Turns(threads=8), []
    for number in range(6):
        _send(database, f"answer {number}", turn=1)
        assert _claim(database, turns).markdown == f"answer {number}"
        sent.append(_claim(database, turns).markdown)
    assert sent == ["0 of 1", "0 of 2", "0 of 3", "1 of 1", "1 of 2", "1 of 3"]


def test_a_notice_goes_as_early_as_the_answer_that_waits_behind_it(database: Database) -> None:
    for number in range(5):
        _send(database, f"somebody {number}", notice=True, turn=1)
    for text_, is_notice in (("notice", True), ("answer", False), ("later notice", True)):
        with database.write() as session:
            outbox.send(session, Address("ana"), Draft(text_, is_notice=is_notice, turn=1), NOW)
    first = sample_rows.deliver_message(database)
    assert [first, sample_rows.deliver_message(database)] == ["notice", "answer"]
    assert sample_rows.deliver_message(database) == "somebody 0"
    with database.read() as session:
        notices = {row.markdown: row.is_notice for row in session.query(OutboxRow)}
    assert notices["notice"], "it stays a notice"


def test_the_order_of_a_destination_does_not_depend_on_turns(database: Database) -> None:
    for number, turn in enumerate((3, 1, 2, 1)):
        with database.write() as session:
            outbox.send(session, Address("room"), Draft(f"{number}", is_notice=number % 2 == 0, turn=turn), NOW)
    assert [sample_rows.deliver_message(database) for _ in range(4)] == ["0", "1", "2", "3"]


def test_a_message_takes_the_turn_of_its_enterprise_or_of_its_readers(database: Database, acme: Enterprise) -> None:
    drafts = {
        "acme's": Draft("x", enterprise_id=acme.id),
        "operators'": Draft("x", for_operators=True),
        "a stranger's": Draft("x"),
        "an operator's about acme": Draft("x", enterprise_id=acme.id, turn=OPERATORS),
    }
    found = []
    for draft in drafts.values():
        with database.write() as session:
            outbox_id = outbox.send(session, Address("room"), draft, NOW)
            found.append(session.get_one(OutboxRow, outbox_id).turn)
    assert found == [acme.id, OPERATORS, OTHERS, OPERATORS]


def test_an_edit_is_a_notice_in_the_turn_of_its_message(database: Database, acme: Enterprise) -> None:
    with database.write() as session:
        about = outbox.send(session, Address("room"), Draft("x", enterprise_id=acme.id, turn=7), NOW)
        outbox.edit(session, about, "y", NOW)
    with database.read() as session:
        edit = session.query(OutboxRow).filter_by(about_id=about).one()
    assert (edit.turn, edit.is_notice, edit.can_wait, edit.enterprise_id) == (7, True, True, acme.id)


def test_an_event_waits_for_one_of_each_other_enterprise(
    database: Database, acme: Enterprise, bolt: Enterprise
) -> None:
    _know(database, acme, "ana")
    _know(database, bolt, "bob")
    _receive(database, *(_written("sam", number) for number in range(9)), *(_written("ana", n) for n in range(9)))
    _receive(database, _written("bob"))
    turns = Turns(threads=8)
    found = [_claim(database, turns, inbox.claim).data_id for _ in range(5)]
    assert found == ["sam 0", "ana 0", "bob 0", "sam 1", "ana 1"]


def test_an_event_takes_the_turn_of_who_wrote_it(database: Database, acme: Enterprise, bolt: Enterprise) -> None:
    for enterprise, people in ((bolt, ("ana", "bob", "kim")), (acme, ("ana",))):
        for person_id in people:
            _know(database, enterprise, person_id)
    with database.write() as session:
        admins.set_operators(session, ["olga@provider.example"])
        sample_rows.learn_person(session, "olga", "olga@provider.example")
        session.execute(update(AdminRow).where(AdminRow.person_id == "kim").values(kept_out_at=NOW))
    everybody = ["ana", "bob", "olga", "kim", "sam"]
    _receive(database, *map(_written, everybody))
    for person_id in everybody:
        _receive(database, _written(person_id, 1))
    turns = [bolt.id, bolt.id, OPERATORS, OTHERS, OTHERS]  # Acme added Ana later, and must not make her wait
    assert _turns(database) == {
        f"{person_id} {number}": turn for person_id, turn in zip(everybody, turns, strict=True) for number in (0, 1)
    }


def test_the_first_message_of_an_admin_waits_for_one_of_a_flood(database: Database) -> None:
    with database.write() as session:
        silence = denials.lock(session, Identity("sam", "sam@x.example"), "denied", NOW)
        denials.begin(session, silence, "sam@x.example", "", NOW + MINUTE)
    _receive(database, *(_written("sam", number) for number in range(20)), _written("ana"))
    assert (_turns(database)["sam 0"], _turns(database)["ana 0"]) == (SILENT, OTHERS)
    turns = Turns(threads=8)
    assert [_claim(database, turns, inbox.claim).data_id for _ in range(3)] == ["sam 0", "ana 0", "sam 1"]


def test_who_is_silent_no_longer_takes_the_turn_of_others(database: Database) -> None:
    with database.write() as session:
        denials.lock(session, Identity("sam", "sam@x.example"), "denied", NOW)
    _receive(database, _written("sam"))
    assert _turns(database) == {"sam 0": OTHERS}


def test_an_event_takes_the_turn_of_who_caused_it(database: Database, acme: Enterprise) -> None:
    _know(database, acme, "ana")
    _receive(database, _written("the bot", actor_id="ana"), _written("ana", 2, actor_id="sam"))
    assert _turns(database) == {"the bot 0": acme.id, "ana 2": OTHERS}


@pytest.mark.parametrize("claim", [inbox.claim, outbox.claim], ids=["inbox", "outbox"])
def test_a_turn_that_rests_is_left_out_until_one_of_its_rows_is_done(database: Database, claim: Any) -> None:
    for number in range(9):
        _send(database, f"room {number}", turn=OTHERS, notice=number > 4)
        _receive(database, _written("sam", number))
    turns = Turns(threads=4)
    rows = [_claim(database, turns, claim, end=False) for _ in range(4)]
    assert [row is None for row in rows] == [False, False, False, True]
    turns.end(Claim(rows[0].id, rows[0].attempt))
    assert _claim(database, turns, claim, end=False) is not None
    assert _claim(database, turns, claim, end=False) is None
