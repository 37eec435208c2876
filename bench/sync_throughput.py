"""State changes of syncs per second with four workers on PostgreSQL, and empty jobs of procrastinate per second."""

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
from bench.other_programs import python_of
from bench.sync_worker import MAX_ENTERPRISES, Provider
from storage.engine.database import Database
from storage.engine.upgrade import upgrade
from tests import postgres

WORKERS = 4
DATABASE_VARIABLE = "BENCH_DATABASE"
INSERT_JOBS = """
INSERT INTO procrastinate_jobs (queue_name, task_name, args)
SELECT 'default', 'nothing', '{}' FROM generate_series(1, %s)
"""
COUNT_FINISHED = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'succeeded'"
_WARM_UP_SECONDS = 3.0
_TURNS = 8
_JOBS = 30_000


def state_changes_per_second(
    server: postgres.Server, folder: Path, queued: int, seconds: float, *, top_up: bool = False, deliver: bool = False
) -> float:
    """Return the state changes per second with this many queued syncs.

    Args:
        top_up: request a new sync for each enterprise that has none.
        deliver: send messages too.
    """
    with _sync_workers(server, folder, queued, deliver=deliver) as (provider, _), ExitStack() as stack:
        if top_up:
            stack.enter_context(_topped_up(provider))
        time.sleep(_WARM_UP_SECONDS)
        rate = _per_second(provider.state_changes, seconds)
        if not top_up:
            _check_not_empty(provider)
        return rate


def state_changes_vs_jobs(server: postgres.Server, folder: Path, queued: int, seconds: float) -> tuple[float, float]:
    """Return our state changes per second with full queues, and procrastinate's empty jobs per second.

    Both have the same number of workers. They run in turns, so that a slow phase of the machine affects both.
    """
    python_of("procrastinate")  # its first installation takes longer than our queues last
    with (
        _sync_workers(server, folder, queued) as (provider, ours),
        _procrastinate_workers(server, folder) as (finished, theirs),
    ):
        time.sleep(_WARM_UP_SECONDS)
        sides = ((ours, provider.state_changes), (theirs, finished))
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
        _check_not_empty(provider)
        return counted[0] / spent[0], counted[1] / spent[1]


@contextmanager
def _sync_workers(
    server: postgres.Server, folder: Path, queued: int, *, deliver: bool = False
) -> Iterator[tuple[Provider, list[psutil.Process]]]:
    """Run workers on this many queued syncs."""
    kinds = "syncs,rosters,outbox" if deliver else "syncs,rosters"
    with server.empty() as url, _provider(url) as provider:
        shared = folder / "starts"
        shared.write_bytes(bytes(8 * MAX_ENTERPRISES))
        provider.add_enterprises(queued, with_status=deliver)
        _vacuum(url)
        with _workers(
            [sys.executable, "-m", "bench.sync_worker", url, str(shared), kinds], {}, folder / "moves"
        ) as workers:
            yield provider, workers


@contextmanager
def _procrastinate_workers(
    server: postgres.Server, folder: Path
) -> Iterator[tuple[Callable[[], int], list[psutil.Process]]]:
    """Run workers of procrastinate on empty jobs. Yield a function that counts the finished jobs."""
    with server.empty() as url:
        plain = url.replace("+psycopg", "")
        environ = {DATABASE_VARIABLE: plain}
        program = [str(python_of("procrastinate")), "-m", "procrastinate", "--app", "bench.procrastinate_app.app"]
        subprocess.run(
            [*program, "schema", "--apply"],
            env=processes.environment(**environ),
            cwd=processes.ROOT,
            check=True,
            capture_output=True,
        )
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(INSERT_JOBS, [_JOBS])
            command = [*program, "worker", "--concurrency", "8"]
            with _workers(command, environ, folder / "procrastinate") as workers:
                yield lambda: _finished_count(connection), workers


@contextmanager
def _workers(command: list[str], environ: dict[str, str], log: Path) -> Iterator[list[psutil.Process]]:
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                processes.running(command, processes.environment(**environ), log.with_name(f"{log.name}-{number}.log"))
            )
            for number in range(WORKERS)
        ]


def _check_not_empty(provider: Provider) -> None:
    if not provider.queued():
        raise RuntimeError("the queues ran empty during the measure")


def _finished_count(connection: psycopg.Connection) -> int:
    row = connection.execute(COUNT_FINISHED).fetchone()
    return int(row[0]) if row else 0


def _per_second(count: Callable[[], int], seconds: float) -> float:
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
def _topped_up(provider: Provider) -> Iterator[None]:
    """Request a sync for each enterprise that has none, during the block."""
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


def _vacuum(url: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
