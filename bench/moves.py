"""Moves of syncs a second, by four workers on PostgreSQL, and beside them jobs of procrastinate that do nothing."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg

from bench import processes
from bench.peers import python_of
from bench.syncs import MOST, Provider
from storage.database import Database
from storage.upgrade import upgrade
from tests import postgres

WORKERS = 4
DATABASE = "BENCH_DATABASE"
FILL = """
INSERT INTO procrastinate_jobs (queue_name, task_name, args)
SELECT 'default', 'nothing', '{}' FROM generate_series(1, %s)
"""
FINISHED = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'succeeded'"
_WARMING = 3.0
_ROOM = 30_000


def moves_a_second(
    server: postgres.Server, folder: Path, queued: int, seconds: float, *, top_up: bool = False, deliver: bool = False
) -> float:
    """Moves a second from queues with so many syncs, which may be kept topped up; messages are delivered if wanted."""
    kinds = "syncs,rosters,outbox" if deliver else "syncs,rosters"
    with server.empty() as url, _provider(url) as provider:
        shared = folder / "starts"
        shared.write_bytes(bytes(8 * MOST))
        provider.take_on(queued, shown=deliver)
        _settle(url)
        command = [sys.executable, "-m", "bench.syncs", url, str(shared), kinds]
        with ExitStack() as stack:
            for number in range(WORKERS):
                log = folder / f"moves-{number}.log"
                stack.enter_context(processes.running(command, processes.environment(), log))
            if top_up:
                stack.enter_context(_kept_topped_up(provider))
            time.sleep(_WARMING)
            found = _a_second(provider.moves, seconds)
            if not provider.queued():
                raise RuntimeError("the queues ran dry while moves were counted")
            return found


def jobs_a_second(server: postgres.Server, folder: Path, seconds: float) -> float:
    """Empty jobs that as many of procrastinate's workers finish a second."""
    python = str(python_of("procrastinate"))
    with server.empty() as url:
        plain = url.replace("+psycopg", "")
        environ = processes.environment(**{DATABASE: plain})
        program = [python, "-m", "procrastinate", "--app", "bench.procrastination.app"]
        subprocess.run(
            [*program, "schema", "--apply"], env=environ, cwd=processes.ROOT, check=True, capture_output=True
        )
        with psycopg.connect(plain, autocommit=True) as connection, ExitStack() as stack:
            connection.execute(FILL, [_ROOM])
            for number in range(WORKERS):
                log = folder / f"procrastinate-{number}.log"
                stack.enter_context(processes.running([*program, "worker", "--concurrency", "8"], environ, log))
            time.sleep(_WARMING)
            return _a_second(lambda: _count(connection), seconds)


def _count(connection: psycopg.Connection) -> int:
    row = connection.execute(FINISHED).fetchone()
    return int(row[0]) if row else 0


def _a_second(count: Callable[[], int], seconds: float) -> float:
    before, started = count(), time.monotonic()
    time.sleep(seconds)
    return (count() - before) / (time.monotonic() - started)


@contextmanager
def _provider(url: str) -> Iterator[Provider]:
    database = Database(url)
    try:
        upgrade(database)
        yield Provider(database)
    finally:
        database.close()


@contextmanager
def _kept_topped_up(provider: Provider) -> Iterator[None]:
    """Ask for a sync for whoever has none, for as long as the block runs."""
    ended = threading.Event()

    def run() -> None:
        while not ended.is_set():
            if not provider.top_up():
                ended.wait(0.02)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _settle(url: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
