"""The inbox and the outbox in turns by enterprise, through the statements that claim, on both databases."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, text, update
from sqlalchemy.orm import Session

from storage import admins, denials, inbox, outbox, rosters, webex_status
from storage.engine.database import Database
from storage.engine.turns import Turns
from storage.models import AdminRow, InboxRow, OutboxRow
from storage.values.messages import Address, Draft, Event
from storage.values.records import Claim, Enterprise, Identity
from storage.values.turns import OPERATORS, OTHERS, SILENT
from tests.storage import sample_rows
from tests.storage.sample_rows import MINUTE, NOW, SECOND

CLAIMS: dict[str, Callable[..., Any]] = {"inbox": inbox.claim, "outbox": outbox.claim}


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


@pytest.mark.parametrize("kind", ["inbox", "outbox"])
def test_a_turn_that_rests_is_left_out_until_one_of_its_rows_is_done(database: Database, kind: str) -> None:
    claim = CLAIMS[kind]
    for number in range(9):
        _send(database, f"room {number}", turn=OTHERS, notice=number > 4)
        _receive(database, _written("sam", number))
    turns = Turns(threads=4)
    rows = [_claim(database, turns, claim, end=False) for _ in range(4)]
    assert [row is None for row in rows] == [False, False, False, True]
    turns.end(Claim(rows[0].id, rows[0].attempt))
    assert _claim(database, turns, claim, end=False) is not None
    assert _claim(database, turns, claim, end=False) is None


def _read_on_postgres(connection: Connection, table: str) -> int:
    query = "SELECT coalesce(idx_tup_fetch, 0) + seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = :table"
    return int(connection.execute(text(query), {"table": table}).scalar_one())


@pytest.mark.parametrize("kind", ["inbox", "outbox"])
@pytest.mark.parametrize("analyzed", [False, True])
def test_a_claim_reads_few_rows_on_postgres_however_many_wait(postgres: Database, kind: str, analyzed: bool) -> None:
    claim = CLAIMS[kind]
    with postgres._single_statements.connect() as connection:
        for table in CLAIMS:  # so that nothing is analyzed while its rows are not there yet
            connection.execute(text(f"ALTER TABLE {table} SET (autovacuum_enabled = false)"))
    _fill(postgres, 2000)
    if analyzed:
        with postgres._single_statements.connect() as connection:
            connection.execute(text("ANALYZE"))
    turns = Turns(threads=8)
    for expected in (1, 2, 1, 2):
        with postgres._single_statements.connect() as connection:
            connection.connection.dbapi_connection.prepare_threshold = 0  # type: ignore[union-attr]
            connection.execute(text("BEGIN"))
            before = _read_on_postgres(connection, kind)
            row = claim(connection, NOW, turns)
            read = _read_on_postgres(connection, kind) - before
            connection.execute(text("COMMIT"))
        assert row.turn == expected
        turns.begin(row, NOW)
        turns.end(Claim(row.id, row.attempt))
        assert read < 50


@pytest.mark.parametrize("kind", ["inbox", "outbox"])
def test_a_plan_made_while_nothing_waits_reads_few_rows_later(postgres_url: str, kind: str) -> None:
    claim = CLAIMS[kind]
    database = Database(postgres_url, single_writes=1)
    with database.single_write() as connection:
        connection.connection.dbapi_connection.prepare_threshold = 0  # type: ignore[union-attr]
        connection.execute(text("ANALYZE"))
        assert claim(connection, NOW) is None
    _fill(database, 1000)
    with database.single_write() as connection:
        connection.execute(text("BEGIN"))
        before = _read_on_postgres(connection, kind)
        assert claim(connection, NOW) is not None
        assert _read_on_postgres(connection, kind) - before < 50
        connection.execute(text("COMMIT"))
    database.close()


@pytest.mark.parametrize("kind", ["inbox", "outbox"])
def test_a_claim_takes_as_many_steps_on_sqlite_however_many_rows_wait(sqlite_url: str, kind: str) -> None:
    claim = CLAIMS[kind]
    database = Database(sqlite_url)
    _fill(database, 2000)
    turns, steps = Turns(threads=8), 0

    def count() -> None:
        nonlocal steps
        steps += 1

    for expected in (1, 2, 1, 2):
        with database.single_write() as connection:
            driver: Any = connection.connection.dbapi_connection
            driver.set_progress_handler(count, 1)
            row = claim(connection, NOW, turns)
            driver.set_progress_handler(None, 0)
        assert row.turn == expected
        turns.begin(row, NOW)
        turns.end(Claim(row.id, row.attempt))
    assert steps < 4 * 1000
    database.close()


@pytest.mark.parametrize("kind", ["inbox", "outbox"])
def test_a_claim_does_not_look_at_the_rows_of_a_turn_that_rests(postgres: Database, kind: str) -> None:
    claim = CLAIMS[kind]
    _fill(postgres, 1000)
    for served in (1, 2):
        turns = Turns(threads=1)
        turns.begin(InboxRow(id=0, attempt=0, turn=1), NOW)
        turns.begin(InboxRow(id=1, attempt=0, turn=served), NOW)
        turns.end(Claim(1, 0))
        with postgres.single_write() as connection:
            connection.execute(text("BEGIN"))
            before = _read_on_postgres(connection, kind)
            assert claim(connection, NOW, turns).turn == 2
            assert _read_on_postgres(connection, kind) - before < 20
            connection.execute(text("COMMIT"))


def _fill(database: Database, count: int) -> None:
    """Have many rows of one turn wait, each for a space of its own, and a few of another turn."""
    at = {"at": "2030-05-06 07:08:09.000000" if database.is_sqlite else NOW, "no": False}
    with database.write() as session:
        for turn, number in ((1, count), (2, 5)):
            first = turn * 10_000
            rooms = [{"id": first + each, "room": f"room {first + each}", "turn": turn} | at for each in range(number)]
            session.execute(text(_DESTINATION), rooms)
            session.execute(text(_OUTBOX), rooms)
            session.execute(text(_INBOX), rooms)


_DESTINATION = "INSERT INTO destinations (id, room_id, direct, last_number) VALUES (:id, :room, :no, 1)"
_OUTBOX = """
INSERT INTO outbox (destination_id, number, kind, markdown, personal, state, created_at, due_at, turn, edits, attempt,
failures) VALUES (:id, 1, 'post', 'x', :no, 'open', :at, :at, :turn, 0, 0, 0)
"""
_INBOX = """
INSERT INTO inbox (resource, event, data_id, data_created, room_id, person_id, state, received_at, due_at, waited, turn,
attempt, failures) VALUES ('messages', 'created', :room, '', :room, 'x', 'open', :at, :at, :no, :turn, 0, 0)
"""


def _fail_roster(session: Session, claim: Claim, enterprise_id: int) -> None:
    rosters.give_up(session, claim, enterprise_id, NOW, "Webex is away")


def _end_reading(session: Session, claim: Claim, _enterprise_id: int) -> None:
    webex_status.done(session, claim, NOW)


PER_ENTERPRISE = pytest.mark.parametrize(
    ("request_one", "claim", "end"),
    [(rosters.request, rosters.claim, _fail_roster), (webex_status.request, webex_status.claim, _end_reading)],
    ids=["rosters", "readings"],
)


def _request_three(database: Database, request_one: Any) -> list[int]:
    """Have three enterprises ask one after the other. Return their ids."""
    ids = [sample_rows.enterprise(database, key).id for key in ("acme", "bolt", "core")]
    with database.write() as session:
        for late, enterprise_id in enumerate(ids):
            request_one(session, enterprise_id, NOW + late * SECOND)
    return ids


@PER_ENTERPRISE
def test_an_enterprise_that_asks_again_and_again_gets_behind_the_others(
    database: Database, request_one: Any, claim: Any, end: Any
) -> None:
    ids = _request_three(database, request_one)
    worked = []
    for late in range(5):
        now = NOW + (10 + late) * SECOND
        with database.single_write() as connection:
            row = claim(connection, now)
        worked.append(ids.index(row.enterprise_id))
        with database.write() as session:
            end(session, Claim(row.id, row.attempt), row.enterprise_id)
            request_one(session, ids[0], now)
    assert worked == [0, 1, 2, 0, 0]


@PER_ENTERPRISE
def test_an_enterprise_that_is_slow_holds_one_thread_however_often_it_asks(
    database: Database, request_one: Any, claim: Any, end: Any
) -> None:
    ids = _request_three(database, request_one)
    later, worked = NOW + 10 * SECOND, []
    for _ in ids:
        with database.single_write() as connection:
            worked.append(claim(connection, later).enterprise_id)
        with database.write() as session:
            request_one(session, ids[0], later)
    assert worked == ids
    with database.single_write() as connection:
        assert claim(connection, later) is None
