"""SQLite or PostgreSQL behind one class. Everybody uses `read()` and `write()`.

The engines are for this package (and for the migrations). `single_write()` and `quick_read()` are for the jobs: they
often need one statement, and must not wait while long snapshots hold all connections for transactions.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from storage.engine.cursor import Cursor
from storage.engine.fair_lock import FairLock
from storage.engine.notifier import Notifier
from storage.engine.private_file import keep_private
from storage.engine.sqlite_connection import SQLiteConnection

CHANNEL = "directory_sync"
_WOKEN = "woken"

IN_PORTIONS = {"yield_per": 2000}
"""Execution options that read 2,000 rows at once, so that a result of any size needs little memory."""

_ONE_PLAN_FOR_ALL_SIZES = "-c plan_cache_mode=force_generic_plan -c jit=off " + " ".join(
    f"-c enable_{costly}=off" for costly in ("seqscan", "sort", "hashjoin", "mergejoin")
)
"""Has PostgreSQL plan each single statement once, along indexes.

PostgreSQL would plan every claim again, because a plan that knows the time looks better to it, and planning costs as
much as claiming. A plan made while a table is nearly empty would read the whole table, also when it is large.
"""

OnCommit = Callable[[frozenset[str]], None]


class Database:
    """One database: `read()` and `write()` give sessions, and a write tells which kinds of rows wait for a job.

    `connections` limits how many transactions are open at once. `single_writes` limits, on PostgreSQL, how many single
    statements run beside them. Small database plans allow 20 connections in all, so a thread that holds a session must
    not open another.
    """

    def __init__(self, url: str, *, connections: int = 20, single_writes: int = 20) -> None:
        self.url: URL = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.name = uuid.uuid4().hex
        """Tells this process's notifications and leases from those of other processes."""
        self._listeners: list[OnCommit] = []
        self._write_turn = FairLock() if self.is_sqlite else nullcontext()
        self._notifier: Notifier | None
        if self.is_sqlite:
            self.writer = _sqlite(self.url, "BEGIN IMMEDIATE", connections)
            self.reader = _sqlite(self.url, "BEGIN", connections)
            self._single_statements = self.writer
            self._notifier = None
        else:
            self.writer = _postgresql(self.url, connections)
            self.reader = self.writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            self._single_statements = _postgresql(
                self.url, single_writes, _ONE_PLAN_FOR_ALL_SIZES, isolation_level="AUTOCOMMIT"
            )
            self._notifier = Notifier(self.plain_url, CHANNEL, self.name)

    @property
    def plain_url(self) -> str:
        """The address of a PostgreSQL database as its own tools write it, with the password."""
        return self.url.set(drivername="postgresql").render_as_string(hide_password=False)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a read-only snapshot: everything read in it agrees, however long it takes."""
        with Session(self.reader, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a transaction that writes: it commits at the end, and an exception rolls it back."""
        with Session(self.writer, expire_on_commit=False) as session, self._write_turn, session.begin():
            yield session
        kinds = frozenset(session.info.get(_WOKEN, ()))
        if kinds:
            self.announce(kinds)

    @contextmanager
    def single_write(self) -> Iterator[Connection]:
        """Open a connection for one writing statement, which commits by itself and wakes no job.

        For claims, polls and incoming events alone, which are most of all writes: on PostgreSQL this takes one round
        trip, and `write()` takes three.
        """
        if self.is_sqlite:
            with self._write_turn, self.writer.begin() as connection:
                yield connection
        else:
            with self._single_statements.connect() as connection:
                yield connection

    @contextmanager
    def quick_read(self) -> Iterator[Session]:
        """Open a session for reading statements that need not agree: each takes one round trip to PostgreSQL."""
        with Session(self.reader if self.is_sqlite else self._single_statements, expire_on_commit=False) as session:
            yield session

    def listen(self, listener: OnCommit) -> None:
        """Call `listener` after each commit with the kinds of rows that were written."""
        self._listeners.append(listener)

    def announce(self, kinds: frozenset[str]) -> None:
        """Tell all listeners, on PostgreSQL also those of other processes, that rows of these kinds wait."""
        self.tell(kinds)
        if self._notifier is not None:
            self._notifier.send(kinds)

    def tell(self, kinds: frozenset[str]) -> None:
        """Tell only this process's listeners."""
        for listener in self._listeners:
            listener(kinds)

    def close(self) -> None:
        """Close every connection."""
        if self._notifier is not None:
            self._notifier.close()
        for engine in (self.writer, self.reader, self._single_statements):
            engine.dispose()


def wake(session: Session, kind: str) -> None:
    """After this transaction commits, wake the job that works on rows of this kind."""
    session.info.setdefault(_WOKEN, set()).add(kind)


def _postgresql(url: URL, connections: int, settings: str = "", **options: Any) -> Engine:
    connect = {"connect_timeout": 5, "options": f"-c timezone=UTC {settings}", "cursor_factory": Cursor}
    return create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        connect_args=connect,
        hide_parameters=True,
        **options,
    )


def _sqlite(url: URL, begin: str, connections: int) -> Engine:
    connect = {"timeout": 30.0, "factory": SQLiteConnection}
    engine = create_engine(url, pool_size=connections, max_overflow=0, connect_args=connect, hide_parameters=True)

    @event.listens_for(engine, "do_connect")
    def protect(_dialect: Any, _record: Any, _arguments: Any, _options: Any) -> None:
        if url.database and url.database != ":memory:":
            keep_private(url.database)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        if begin == "BEGIN":
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "reset")
    def end_results(connection: SQLiteConnection, _record: Any, _state: Any) -> None:
        connection.close_cursors()

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
