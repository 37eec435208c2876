"""An admin who types too much is told so once, and nothing is read until they may type again."""

from storage import spaces
from storage.engine.database import Database
from storage.values.records import Enterprise
from tests.bot.jobs.strangers import ANA, BO, Strangers
from tests.storage import sample_rows


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
