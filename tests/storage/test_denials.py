"""A refusal is told once, whatever happens at the same time, and no repeat is lost."""

from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.dispatch import silence
from storage import denials
from storage.engine.database import Database
from storage.models import AuditRow
from storage.values.records import Identity
from tests.storage.sample_rows import MINUTE, NOW, SECOND
from tests.storage.threads import run_before_commit, run_together

SAM = Identity("sam", "sam@elsewhere.example")


def _begin(session: Session, now: datetime = NOW) -> bool:
    return silence.begin(session, SAM, "denied", now, now + MINUTE)


def _begin_alone(database: Database, now: datetime = NOW) -> bool:
    with database.write() as session:
        return _begin(session, now)


def _details(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(AuditRow.detail).order_by(AuditRow.id)))


def test_a_person_refused_twice_at_the_same_time_is_told_once(postgres: Database) -> None:
    for now in (NOW, NOW + 2 * MINUTE):  # a new row, and one that is there
        first, other = partial(_begin, now=now), partial(_begin_alone, postgres, now)
        is_told_again = run_before_commit(postgres, first, other)
        assert not is_told_again
    assert _details(postgres) == ["1 more, without an answer"]


def test_of_many_refusals_at_once_one_is_told_and_the_rest_counted(database: Database) -> None:
    told = run_together([lambda: _begin_alone(database)] * 8)
    assert told.count(True) == 1
    with database.write() as session:
        assert not silence.close(session, NOW + MINUTE)
    assert _details(database) == ["7 more, without an answer"]


def test_repeats_are_counted_only_until_the_silence_ends(database: Database) -> None:
    _begin_alone(database)
    with database.write() as session:
        (found,) = denials.current(session, SAM.person_id, NOW + 59 * SECOND)
        assert denials.count_repeat(session, found.id, NOW + 59 * SECOND)
        assert not denials.count_repeat(session, found.id, NOW + MINUTE)
        assert denials.current(session, SAM.person_id, NOW + MINUTE) == []


def test_two_processes_write_the_repeats_of_a_silence_once(postgres: Database) -> None:
    for second in range(3):
        _begin_alone(postgres, NOW + second * SECOND)

    def close(session: Session) -> bool:
        return silence.close(session, NOW + MINUTE)

    def close_alone() -> bool:
        with postgres.write() as session:
            return close(session)

    run_before_commit(postgres, close, close_alone)
    assert _details(postgres) == ["2 more, without an answer"]


def test_silences_of_different_kinds_and_people_are_apart(database: Database) -> None:
    with database.write() as session:
        assert _begin(session)
        assert silence.begin(session, SAM, "too fast", NOW, NOW + MINUTE)
        assert silence.begin(session, Identity("sue", "sue@elsewhere.example"), "denied", NOW, NOW + MINUTE)
