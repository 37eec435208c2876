"""The two databases behind one door: sessions that read a snapshot, sessions that write."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from storage.engine.fair_lock import FairLock
from storage.engine.notifier import Notifier

CHANNEL = "directory_sync"
OnCommit = Callable[[frozenset[str]], None]


class Database:
    """One database; `read()` and `write()` give sessions, and writes tell who must look for new rows.

    At most `connections` are open at once for transactions and, on PostgreSQL, `singles` for single statements, since
    small plans allow 20 in all: so whoever holds a session must not ask for another.
    """

    def __init__(self, url: str, *, connections: int = 20, singles: int = 20) -> None:
        self.url: URL = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.name = uuid.uuid4().hex
        self._listeners: list[OnCommit] = []
        self._turn = FairLock()
        self._notifier: Notifier | None
        if self.is_sqlite:
            self.writer = _sqlite(self.url, "BEGIN IMMEDIATE", connections)
            self.reader = _sqlite(self.url, "BEGIN", connections)
            self.immediate = self.writer
            self._notifier = None
        else:
            self.writer = _postgresql(self.url, connections)
            self.reader = self.writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            # Claims and looks by key are planned once: PostgreSQL would plan a claim anew each time, since it takes a
            # plan that knows the time for the better one, and planning costs as much as claiming.
            self.immediate = _postgresql(
                self.url, singles, "-c plan_cache_mode=force_generic_plan", isolation_level="AUTOCOMMIT"
            )
            self._notifier = Notifier(self.plain_url, CHANNEL, self.name)

    @property
    def plain_url(self) -> str:
        """The address of a PostgreSQL database as its own tools write it, with the password."""
        return self.url.set(drivername="postgresql").render_as_string(hide_password=False)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A read-only snapshot: what it reads agrees with itself however long it takes."""
        with Session(self.reader, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A writing transaction: committed at the end, rolled back by an exception."""
        with Session(self.writer, expire_on_commit=False) as session:
            if self.is_sqlite:
                with self._turn, session.begin():
                    yield session
            else:
                with session.begin():
                    yield session
        kinds = frozenset(_woken(session))
        if kinds:
            self.announce(kinds)

    @contextmanager
    def quick_read(self) -> Iterator[Session]:
        """A session for single reads that need not agree: one round trip to PostgreSQL each, not three."""
        with Session(self.reader if self.is_sqlite else self.immediate, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def single_write(self) -> Iterator[Connection]:
        """A connection for one writing statement, committed by itself."""
        if self.is_sqlite:
            with self._turn, self.writer.begin() as connection:
                yield connection
        else:
            with self.immediate.connect() as connection:
                yield connection

    def listen(self, listener: OnCommit) -> None:
        """Have `listener` called after each commit with the kinds of rows that were written."""
        self._listeners.append(listener)

    def announce(self, kinds: frozenset[str]) -> None:
        """Tell this process's listeners, and on PostgreSQL other processes, that rows of these kinds are waiting."""
        self.tell(kinds)
        if self._notifier is not None:
            self._notifier.send(kinds)

    def tell(self, kinds: frozenset[str]) -> None:
        """Tell this process's listeners alone."""
        for listener in self._listeners:
            listener(kinds)

    def close(self) -> None:
        """Close every connection."""
        if self._notifier is not None:
            self._notifier.close()
        for engine in (self.writer, self.reader, self.immediate):
            engine.dispose()


def wake(session: Session, kind: str) -> None:
    """Have the job that moves rows of this kind look again once this transaction is committed."""
    session.info.setdefault("woken", set()).add(kind)


def _woken(session: Session) -> set[str]:
    woken: set[str] = session.info.get("woken", set())
    return woken


def _postgresql(url: URL, connections: int, settings: str = "", **options: Any) -> Engine:
    return create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        connect_args={"connect_timeout": 5, "options": f"-c timezone=UTC {settings}"},
        hide_parameters=True,
        **options,
    )


def _sqlite(url: URL, begin: str, connections: int) -> Engine:
    engine = create_engine(
        url, pool_size=connections, max_overflow=0, connect_args={"timeout": 30.0}, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        if begin == "BEGIN":
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
