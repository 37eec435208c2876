"""Moves of syncs a second, by four workers on PostgreSQL, and beside them jobs of procrastinate that do nothing."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import psycopg

from bench import processes
from bench.peers import python_of
from bench.syncs import MOST, Provider
from storage.engine.database import Database
from storage.engine.upgrade import upgrade
from tests import postgres

WORKERS = 4
DATABASE = "BENCH_DATABASE"
FILL = """
INSERT INTO procrastinate_jobs (queue_name, task_name, args)
SELECT 'default', 'nothing', '{}' FROM generate_series(1, %s)
"""
FINISHED = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'succeeded'"
_WARMING = 3.0
_TURNS = 8
_ROOM = 30_000


def moves_a_second(
    server: postgres.Server, folder: Path, queued: int, seconds: float, *, top_up: bool = False, deliver: bool = False
) -> float:
    """Moves a second from queues with so many syncs, which may be kept topped up; messages are delivered if wanted."""
    with _moving(server, folder, queued, deliver=deliver) as (provider, _), ExitStack() as stack:
        if top_up:
            stack.enter_context(_kept_topped_up(provider))
        time.sleep(_WARMING)
        found = _a_second(provider.moves, seconds)
        if not top_up:
            _demand_queued(provider)
        return found


def moves_beside_jobs(server: postgres.Server, folder: Path, queued: int, seconds: float) -> tuple[float, float]:
    """Moves a second from full queues, and empty jobs that as many of procrastinate's workers finish a second.

    Both are measured in turns, so that a machine that is slower for a while is slower for both.
    """
    with _moving(server, folder, queued) as (provider, ours), _finishing_jobs(server, folder) as (finished, theirs):
        time.sleep(_WARMING)
        sides = ((ours, provider.moves), (theirs, finished))
        counted, spent = [0, 0], [0.0, 0.0]
        for worker in (*ours, *theirs):
            worker.suspend()
        for _ in range(_TURNS):
            for side, (workers, count) in enumerate(sides):
                for worker in workers:
                    worker.resume()
                before, started = count(), time.monotonic()
                time.sleep(2 * seconds / _TURNS)
                counted[side] += count() - before
                spent[side] += time.monotonic() - started
                for worker in workers:
                    worker.suspend()
        for worker in (*ours, *theirs):
            worker.resume()
        _demand_queued(provider)
        return counted[0] / spent[0], counted[1] / spent[1]


@contextmanager
def _moving(
    server: postgres.Server, folder: Path, queued: int, *, deliver: bool = False
) -> Iterator[tuple[Provider, list[psutil.Process]]]:
    """Workers that move syncs from queues with so many of them."""
    kinds = "syncs,rosters,outbox" if deliver else "syncs,rosters"
    with server.empty() as url, _provider(url) as provider:
        shared = folder / "starts"
        shared.write_bytes(bytes(8 * MOST))
        provider.take_on(queued, shown=deliver)
        _settle(url)
        with _workers([sys.executable, "-m", "bench.syncs", url, str(shared), kinds], {}, folder / "moves") as workers:
            yield provider, workers


@contextmanager
def _finishing_jobs(server: postgres.Server, folder: Path) -> Iterator[tuple[Callable[[], int], list[psutil.Process]]]:
    """Workers of procrastinate that finish empty jobs, and how many they have finished so far."""
    with server.empty() as url:
        plain = url.replace("+psycopg", "")
        environ = {DATABASE: plain}
        program = [str(python_of("procrastinate")), "-m", "procrastinate", "--app", "bench.procrastination.app"]
        subprocess.run(
            [*program, "schema", "--apply"],
            env=processes.environment(**environ),
            cwd=processes.ROOT,
            check=True,
            capture_output=True,
        )
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(FILL, [_ROOM])
            command = [*program, "worker", "--concurrency", "8"]
            with _workers(command, environ, folder / "procrastinate") as workers:
                yield lambda: _count(connection), workers


@contextmanager
def _workers(command: list[str], environ: dict[str, str], log: Path) -> Iterator[list[psutil.Process]]:
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                processes.running(command, processes.environment(**environ), log.with_name(f"{log.name}-{number}.log"))
            )
            for number in range(WORKERS)
        ]


def _demand_queued(provider: Provider) -> None:
    if not provider.queued():
        raise RuntimeError("the queues ran dry while moves were counted")


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
