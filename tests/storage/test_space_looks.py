"""What all processes know of the looks back: positions in spaces, and when a look is due."""

from datetime import UTC, datetime, timedelta

from storage import space_looks
from storage.engine.database import Database

START = datetime(2030, 5, 6, 7, 0, tzinfo=UTC)


def test_positions_only_move_forward_and_quiet_spaces_are_forgotten(database: Database) -> None:
    with database.write() as session:
        space_looks.begin(session, START, {"a": START, "b": START})
        space_looks.advance(session, "a", START + timedelta(days=3))
        space_looks.advance(session, "a", START)
        space_looks.advance_cursor(session, START + timedelta(days=3))
        assert space_looks.positions(session, ["a", "b"]) == {"a": START + timedelta(days=3)}
        assert space_looks.cursor(session) == space_looks.Cursor(START + timedelta(days=3), START)


def test_all_processes_know_when_a_look_is_due_and_was_asked_for(database: Database) -> None:
    due, asked = START + timedelta(minutes=2), START + timedelta(minutes=1)
    with database.write() as session:
        space_looks.request(session, START)
        assert space_looks.times(session) == space_looks.LookTimes()
        space_looks.begin(session, START, {"a": START})
        space_looks.set_next(session, due)
        space_looks.request(session, asked)
        space_looks.advance_cursor(session, START + timedelta(days=3))
    with database.read() as session:
        assert space_looks.times(session) == space_looks.LookTimes(due, asked)
