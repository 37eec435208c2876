"""A person without rights costs one read from Webex a minute, and few rows, whatever they do."""

import threading
from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.jobs import inbox as inbox_job
from bot.jobs import maintenance
from bot.webex.errors import RateLimited
from bot.webex.models import Membership
from storage import admins, enterprises, spaces
from storage.engine.database import Database
from storage.models import AuditRow
from storage.values.records import Enterprise, Identity
from tests.bot.jobs.strangers import Strangers
from tests.storage import sample_rows

ANA = Identity("ana", "ana@acme.example")
BO = Identity("bo", "bo@bolt.example")
SAM = Identity("sam", "sam@elsewhere.example")
ROBOT = Identity("robot", "robot@webex.bot")
DENIED = ("sam", "denied", "")


@pytest.fixture
def acme(database: Database) -> Enterprise:
    """An enterprise with an admin who has written."""
    made = sample_rows.enterprise(database)
    sample_rows.admin(database, made.id, ANA.email)
    with database.write() as session:
        sample_rows.learn_person(session, ANA.person_id, ANA.email)
    return made


@pytest.fixture
def people(database: Database, acme: Enterprise) -> Strangers:
    """People who write to a bot of one enterprise."""
    return Strangers(database)


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


def test_a_stranger_who_is_made_an_admin_is_answered_at_once(people: Strangers, acme: Enterprise) -> None:
    for _ in range(2):
        people.write(SAM, "help")
    people.work()
    with people.database.write() as session:
        admins.add(session, acme.id, SAM.email, people.clock.now)
    people.write(SAM, "help")
    people.work()
    assert people.audit()[-1] == ("sam", "answered", "")


def test_a_person_made_an_operator_is_answered_at_once(people: Strangers) -> None:
    people.write(SAM, "help")
    people.work()
    with people.database.write() as session:
        admins.set_operators(session, [SAM.email])
    people.write(SAM, "help")
    people.work()
    assert people.audit()[-1] == ("sam", "answered", "")


def test_an_admin_who_has_never_written_is_heard_at_once(people: Strangers, acme: Enterprise) -> None:
    sample_rows.admin(people.database, acme.id, SAM.email)
    for number in range(3):
        people.write(SAM, "help", room=f"room {number}")
    people.work()
    assert people.audit() == [("sam", "answered", "")] * 3


def test_a_person_kept_out_for_their_organization_is_not_read_again(people: Strangers, acme: Enterprise) -> None:
    sample_rows.admin(people.database, acme.id, SAM.email)
    with people.database.write() as session:
        enterprises.learn_webex_id(session, acme.id, acme.sp_enterprise_id, "webex id", "organization of acme")
    for number in range(5):
        people.webex.members[f"room {number}", SAM.person_id] = Membership(replace(SAM, org_id="another"), "group")
        people.write(SAM, room=f"room {number}")
    people.work()
    assert people.webex.reads == ["message m1", "membership room 0"]
    with people.database.write() as session:
        admins.add(session, acme.id, SAM.email, people.clock.now, any_organization=True)
    people.write(SAM, "help", room="room 0")
    people.work()
    assert people.audit()[-1] == ("sam", "answered", "")


def test_an_admin_denied_in_one_space_is_answered_in_another(people: Strangers, acme: Enterprise) -> None:
    bolt = sample_rows.enterprise(people.database, "bolt")
    sample_rows.admin(people.database, bolt.id, BO.email)
    with people.database.write() as session:
        spaces.link(session, "of acme", acme.id, people.clock.now)
    for _ in range(3):
        people.write(BO, "status", room="of acme")
    people.write(BO, "help")
    people.work()
    assert people.audit() == [("bo", "denied", ""), ("bo", "answered", "")]


def test_who_is_denied_for_another_reason_is_told_again(people: Strangers, acme: Enterprise) -> None:
    bolt = sample_rows.enterprise(people.database, "bolt")
    people.write(BO)
    people.work()
    sample_rows.admin(people.database, bolt.id, BO.email)
    with people.database.write() as session:
        spaces.link(session, "of acme", acme.id, people.clock.now)
    for _ in range(2):
        people.write(BO, "status", room="of acme")
    people.work()
    with people.database.write() as session:
        admins.remove(session, bolt.id, BO.email)
    for _ in range(2):
        people.write(BO)
    people.work()
    said = people.said()
    assert len(said) == 3
    assert "That space belongs" in said[1]
    assert said[0] == said[2]


def test_denials_that_are_only_counted_count_towards_the_limit(database: Database, acme: Enterprise) -> None:
    people = Strangers(database, commands_per_minute=5)
    bolt = sample_rows.enterprise(database, "bolt")
    sample_rows.admin(database, bolt.id, BO.email)
    with database.write() as session:
        spaces.link(session, "of acme", acme.id, people.clock.now)
    for _ in range(20):
        people.write(BO, "status", room="of acme")
    people.work()
    assert len(people.webex.reads) == 6
    assert people.audit() == [("bo", "denied", ""), ("bo", "too fast", "")]


def test_over_the_limit_nothing_is_read_until_a_third_is_free(database: Database, acme: Enterprise) -> None:
    people = Strangers(database, commands_per_minute=6)
    for _ in range(6):
        people.write(ANA, "help")
        people.work()
        people.pass_by(seconds=3)  # from 0 s to 15 s
    for _ in range(10):
        people.write(ANA, "help")
        people.work()  # at 18 s
    assert len(people.webex.reads) == 7
    assert "Try again in 45 s." in people.said()[-1]
    people.pass_by(seconds=44)
    people.write(ANA, "help")
    people.work()
    assert len(people.webex.reads) == 7
    people.pass_by(seconds=1)
    for _ in range(2):
        people.write(ANA, "help")
    people.work()
    outcomes = [outcome for _, outcome, _ in people.audit()]
    assert outcomes == ["answered"] * 6 + ["too fast"] + ["answered"] * 2
    people.write(ANA, "help")
    people.work()
    assert "You sent more than 6 commands" in people.said()[-1]
    assert ("ana", "too fast", "10 more, without an answer") in people.audit()


def test_a_limit_lasts_five_seconds_at_least(database: Database, acme: Enterprise) -> None:
    people = Strangers(database, commands_per_minute=3)
    people.write(ANA, "help")
    people.work()
    people.pass_by(seconds=59)
    for _ in range(3):
        people.write(ANA, "help")
    people.work()
    assert "Try again in 5 s." in people.said()[-1]


def test_what_waits_for_a_roster_goes_on_after_the_limit_was_reached(database: Database, acme: Enterprise) -> None:
    people = Strangers(database, commands_per_minute=2)
    people.write(ANA, "licenses", room="room")
    people.work()
    for _ in range(3):
        people.write(ANA, "help")
    people.work()
    assert [outcome for _, outcome, _ in people.audit()] == ["answered", "too fast"]
    people.pass_by(seconds=10)
    people.work()
    assert people.webex.reads[-1] == "message m1"
    assert people.open_events() == 1


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


def test_an_admin_whose_message_is_gone_is_heard_at_once(people: Strangers) -> None:
    people.write(ANA, is_gone=True)
    people.pass_by(minutes=1)
    people.write(ANA, "help")
    people.work()
    assert people.audit() == [("ana", "answered", "")]


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
