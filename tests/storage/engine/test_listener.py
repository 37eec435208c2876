import threading
from collections.abc import Iterator
from queue import Empty, SimpleQueue

import psycopg
import pytest

from storage import inbox
from storage.engine import listener
from storage.engine.database import Database, wake
from storage.engine.listener import Listener
from tests.bot.webhook_door import TYPED, door, knock
from tests.storage.threads import TIMEOUT, wait_until

_KINDS = frozenset({"inbox", "outbox"})
_LISTENING = "pid <> pg_backend_pid() AND datname = current_database() AND query LIKE 'LISTEN%'"


class Ear:
    """A process that listens, and the notifications it got."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.heard: SimpleQueue[frozenset[str]] = SimpleQueue()
        self.database.listen(self.heard.put)
        self._url = url.replace("+psycopg", "")
        self._stopping = threading.Event()
        self._listener = Listener(self.database, _KINDS, self._stopping)
        self._listener.start()

    def next(self) -> frozenset[str]:
        return self.heard.get(timeout=TIMEOUT)

    def cut(self) -> int:
        """End the listening connections on the server. Return how many there were."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            query = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {_LISTENING}"
            return len(connection.execute(query.encode()).fetchall())

    def stop(self) -> None:
        """Stop listening. A listener checks its flag only after a notification or a lost connection."""
        self._stopping.set()
        wait_until(lambda: self.cut() == 0)
        self._listener.join(TIMEOUT)
        self.database.close()
        assert not self._listener.is_alive()


@pytest.fixture
def ear(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ear]:
    monkeypatch.setattr(listener, "_RECONNECT_SECONDS", 0.01)
    made = Ear(postgres_url)
    yield made
    made.stop()


def _wake(database: Database, *kinds: str) -> None:
    with database.write() as session:
        for kind in kinds:
            wake(session, kind)


def test_a_listener_wakes_every_kind_once_when_it_starts(ear: Ear) -> None:
    assert ear.next() == _KINDS
    with pytest.raises(Empty):
        ear.heard.get_nowait()


def test_a_listener_hears_what_another_process_wrote(ear: Ear, postgres: Database) -> None:
    assert ear.next() == _KINDS
    _wake(postgres, "syncs")
    assert ear.next() == {"syncs"}
    _wake(postgres, "inbox", "outbox")
    assert ear.next() == {"inbox", "outbox"}


def test_a_listener_hears_a_new_event_of_another_door_but_no_repeat(ear: Ear, postgres: Database) -> None:
    assert ear.next() == _KINDS
    client = door(postgres)
    for _ in range(2):
        assert knock(client, TYPED).status_code == 204
    assert ear.next() == {inbox.KIND}
    _wake(postgres, "end")
    assert ear.next() == {"end"}


def test_a_listener_hears_what_its_own_process_wrote_once(ear: Ear, postgres: Database) -> None:
    assert ear.next() == _KINDS
    _wake(ear.database, "mine")
    assert ear.next() == {"mine"}
    _wake(postgres, "theirs")
    assert ear.next() == {"theirs"}


def test_a_listener_does_not_hear_a_rolled_back_write(ear: Ear, postgres: Database) -> None:
    assert ear.next() == _KINDS

    def fail() -> None:
        with postgres.write() as session:
            wake(session, "never")
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    _wake(postgres, "end")
    assert ear.next() == {"end"}


def test_a_listener_that_reconnects_wakes_every_kind_once(ear: Ear, postgres: Database) -> None:
    assert ear.next() == _KINDS
    assert ear.cut() == 1
    assert ear.next() == _KINDS
    _wake(postgres, "syncs")
    assert ear.next() == {"syncs"}
