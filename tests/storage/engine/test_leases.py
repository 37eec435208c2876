from datetime import datetime
from functools import partial

from storage.engine import leases
from storage.engine.database import Database
from tests.storage.sample_rows import MINUTE, NOW, SECOND
from tests.storage.threads import run_together


def _take(database: Database, holder: str, now: datetime = NOW, name: str = "webhooks") -> bool:
    with database.write() as session:
        return leases.take(session, name, holder, now, MINUTE)


def _give_back(database: Database, holder: str) -> None:
    with database.write() as session:
        leases.give_back(session, "webhooks", holder, NOW)


def test_only_one_process_has_a_lease(database: Database) -> None:
    assert _take(database, "one")
    assert not _take(database, "two")
    assert _take(database, "two", name="another task")


def test_one_of_many_processes_that_want_a_lease_gets_it(database: Database) -> None:
    taken = run_together([partial(_take, database, str(index)) for index in range(6)])
    assert sorted(taken) == [False] * 5 + [True]


def test_one_of_many_processes_that_want_an_expired_lease_gets_it(database: Database) -> None:
    assert _take(database, "gone", NOW - MINUTE)
    taken = run_together([partial(_take, database, str(index)) for index in range(6)])
    assert sorted(taken) == [False] * 5 + [True]


def test_the_holder_of_a_lease_can_extend_it(database: Database) -> None:
    _take(database, "one")
    assert _take(database, "one", NOW + 50 * SECOND)
    assert not _take(database, "two", NOW + 109 * SECOND)
    assert _take(database, "two", NOW + 110 * SECOND)


def test_a_lease_given_back_is_free_at_once(database: Database) -> None:
    _take(database, "one")
    _give_back(database, "one")
    assert _take(database, "two")


def test_nobody_gives_back_the_lease_of_another(database: Database) -> None:
    _take(database, "one")
    _give_back(database, "two")
    assert not _take(database, "two")
