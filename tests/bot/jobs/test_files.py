"""Files of locations: those of one enterprise do not keep another's files and commands waiting."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot.jobs import inbox as inbox_job
from storage.engine.database import Database
from storage.values.license_table import LicenseHolder
from storage.values.records import Identity
from tests.bot.jobs.strangers import Strangers
from tests.storage import sample_rows

ANA = Identity("ana", "ana@acme.example")
BO = Identity("bo", "bo@bolt.example")


@pytest.fixture
def people(database: Database) -> Strangers:
    """Admins of two enterprises, who have written."""
    for who, key in ((ANA, "acme"), (BO, "bolt")):
        enterprise = sample_rows.enterprise(database, key)
        sample_rows.admin(database, enterprise.id, who.email)
        with database.write() as session:
            sample_rows.learn_person(session, who.person_id, who.email)
            sample_rows.write_roster(session, enterprise.id, [LicenseHolder(service_id="1")])
    return Strangers(database)


@contextmanager
def file_in_hand(people: Strangers) -> Iterator[None]:
    """Have a thread work on the next event until the end, in the middle of reading its file."""
    reading, may_go_on = threading.Event(), threading.Event()

    def wait() -> None:
        if people.webex.reads[-1].startswith("file") and not reading.is_set():
            reading.set()
            assert may_go_on.wait(10)

    people.webex.on_read = wait
    thread = threading.Thread(target=inbox_job.JOB.run_one, args=(people.context,))
    thread.start()
    assert reading.wait(10)
    try:
        yield
    finally:
        may_go_on.set()
        thread.join(10)


def files_read(people: Strangers) -> list[str]:
    return [read for read in people.webex.reads if read.startswith("file")]


def test_the_next_file_of_an_enterprise_waits_without_a_thread(people: Strangers) -> None:
    for number in range(3):
        people.write(ANA, "locations", room=f"room {number}", file=f"of ana {number}")
    with file_in_hand(people):
        people.work()
        assert files_read(people) == ["file of ana 0"]
        assert people.open_events() == 3
    people.pass_by(seconds=1)
    people.work()
    people.pass_by(seconds=1)
    people.work()
    assert sorted(files_read(people)) == ["file of ana 0", "file of ana 1", "file of ana 2"]
    assert people.open_events() == 0


def test_another_enterprise_is_answered_while_a_file_is_read(people: Strangers) -> None:
    for number in range(3):
        people.write(ANA, "locations", room=f"room {number}", file=f"of ana {number}")
    people.write(BO, "locations", room="of bo", file="of bo")
    people.write(BO, "help")
    with file_in_hand(people):
        people.work()
        assert "file of bo" in people.webex.reads
        assert [(who, outcome) for who, outcome, _ in people.audit()] == [("bo", "answered")] * 2
