"""A person without rights costs one read from Webex a minute, and few rows, whatever they do."""

import threading

import pytest
from sqlalchemy import select

from bot.jobs import inbox as inbox_job
from bot.jobs import maintenance
from bot.webex.errors import RateLimited
from storage import spaces
from storage.engine.database import Database
from storage.models import AuditRow
from storage.values.records import Enterprise
from tests.bot.jobs.strangers import DENIED, ROBOT, SAM, Strangers


def test_a_hundred_messages_of_a_stranger_cost_one_read_and_one_row(people: Strangers) -> None:
    for number in range(100):
        people.write(SAM, "x" * 7_000, room=None if number % 2 else f"room {number}")
    people.work()
    assert len(people.webex.reads) == 1
    assert people.audit() == [DENIED]
    assert len(people.said()) == 1
    assert people.open_events() == 0
    with people.database.read() as session:
        (row,) = session.scalars(select(AuditRow))
    assert len(row.command) + len(row.arguments) <= 300


def test_the_minute_of_a_stranger_counts_from_the_denial_that_was_said(people: Strangers) -> None:
    for _ in range(5):
        people.write(SAM)
        people.work()
        people.pass_by(seconds=14)
    assert len(people.webex.reads) == 1
    people.write(SAM)
    people.work()
    assert len(people.webex.reads) == len(people.said()) == 2
    assert people.audit() == [DENIED, ("sam", "denied", "4 more, without an answer"), DENIED]


def test_a_chore_writes_the_repeats_once_and_only_after_the_minute(people: Strangers) -> None:
    for _ in range(3):
        people.write(SAM)
    people.work()
    maintenance.close_silences(people.context)
    assert people.audit() == [DENIED]
    people.pass_by(minutes=1)
    for _ in range(2):
        maintenance.close_silences(people.context)
    assert people.audit() == [DENIED, ("sam", "denied", "2 more, without an answer")]
    people.pass_by(days=2)
    maintenance.prune(people.context)
    people.write(SAM)
    people.work()
    assert people.audit()[2:] == [DENIED]


def test_old_denials_are_deleted_but_not_their_uncounted_repeats(people: Strangers, database: Database) -> None:
    for _ in range(2):
        people.write(SAM)
    people.work()
    people.pass_by(days=2)
    maintenance.prune(people.context)
    maintenance.close_silences(people.context)
    assert people.audit()[1:] == [("sam", "denied", "1 more, without an answer")]


def test_two_messages_of_a_stranger_at_the_same_time_cost_one_read(people: Strangers) -> None:
    reading, may_go_on = threading.Event(), threading.Event()

    def read() -> None:
        reading.set()
        assert may_go_on.wait(10)

    people.webex.on_read = read
    for number in range(4):
        people.write(SAM, room=f"room {number}")
    first = threading.Thread(target=inbox_job.JOB.run_one, args=(people.context,))
    first.start()
    assert reading.wait(10)
    for _ in range(3):
        inbox_job.JOB.run_one(people.context)
    may_go_on.set()
    first.join(10)
    assert (len(people.webex.reads), people.open_events()) == (1, 3)
    people.pass_by(seconds=1)
    people.work()
    assert (len(people.webex.reads), people.open_events()) == (1, 0)


def test_adding_the_bot_again_and_again_costs_one_read(people: Strangers) -> None:
    for number in range(10):
        people.add_bot(SAM, f"room {number}")
        people.remove_bot(SAM, f"room {number}")
    people.write(SAM)
    people.work()
    assert len(people.webex.reads) == len(people.said()) == 1
    people.pass_by(minutes=1)
    people.add_bot(SAM, "another")
    people.work()
    assert len(people.webex.reads) == len(people.said()) == 2


def test_adding_the_bot_and_removing_it_at_once_costs_one_read(people: Strangers) -> None:
    for number in range(10):
        people.add_bot(SAM, f"room {number}", is_removed_again=True)
    people.work()
    assert (len(people.webex.reads), people.said()) == (1, [])


def test_trust_ends_when_a_silent_stranger_adds_the_bot(people: Strangers, acme: Enterprise) -> None:
    with people.database.write() as session:
        spaces.link(session, "room", acme.id, people.clock.now)
        spaces.trust(session, "room", on=True)
    people.write(SAM)
    people.add_bot(SAM, "room")
    people.work()
    with people.database.read() as session:
        found = spaces.find(session, "room")
    assert found is not None
    assert not found.trusted


@pytest.mark.parametrize("is_gone", [False, True], ids=["of another bot", "that are gone"])
def test_messages_that_are_read_for_nothing_cost_one_read_a_minute(people: Strangers, is_gone: bool) -> None:
    people.pass_by(days=1)
    who = SAM if is_gone else ROBOT
    for number in range(10):
        people.write(who, room=f"room {number}", is_gone=is_gone)
    people.pass_by(minutes=1)  # nobody waits for a message any more that Webex does not show
    people.work()
    assert len(people.webex.reads) == 1
    maintenance.close_silences(people.context)
    assert people.audit() == []


def test_messages_that_a_stranger_deletes_at_once_cost_few_reads(people: Strangers) -> None:
    for number in range(20):
        people.write(SAM, room=f"room {number}", is_gone=True)
    for _ in range(80):
        people.work()
        people.pass_by(seconds=0.5)
    assert len(people.webex.reads) <= 8
    assert people.open_events() == 0


def test_a_stranger_is_read_seldom_while_webex_does_not_answer(people: Strangers) -> None:
    def fail() -> None:
        raise RateLimited("too many calls", retry_after=1)

    people.webex.on_read = fail
    for number in range(20):
        people.write(SAM, room=f"room {number}")
    for _ in range(60):
        people.work()
        people.pass_by(seconds=1)
    assert len(people.webex.reads) <= 8
    people.webex.on_read = lambda: None
    people.pass_by(minutes=1)
    people.work()
    assert (people.open_events(), people.audit()) == (0, [DENIED])


def test_nothing_is_lost_if_the_process_dies_while_it_refuses(
    people: Strangers, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        people.write(SAM)
    assert inbox_job.JOB.run_one(people.context)

    class Died(BaseException):
        """The process ends here."""

    def die(*_: object, **__: object) -> None:
        raise Died

    monkeypatch.setattr("storage.inbox.end", die)
    with pytest.raises(Died):
        inbox_job.JOB.run_one(people.context)
    monkeypatch.undo()
    people.pass_by(seconds=61)
    people.work()
    people.pass_by(minutes=2)
    maintenance.close_silences(people.context)
    repeats = [detail for _, outcome, detail in people.audit() if detail]
    assert (people.open_events(), len(people.said()) + sum(int(detail[0]) for detail in repeats)) == (0, 2)
