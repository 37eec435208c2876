"""Measures `licenses` and the read of a roster, compared with minimal scripts on the same data."""

import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench import license_holders, processes, subscribers
from bench.bots import Bench
from bench.measures import Scale
from bench.minimal_export import COLUMNS
from bench.report import Row

_MS, _MB = 1000.0, 1e6
_RUNS = 5
HALF = "licenses location=Dallas sort=-last,first"
_FEW = "licenses email=*@rare.example"
HALF_QUERY = (
    f"SELECT {COLUMNS} FROM license_holders WHERE location_folded = 'dallas' "
    "ORDER BY last_name_sort DESC, first_name_sort, position"
)
_FEW_COUNT = "SELECT count(*) FROM license_holders WHERE email_folded LIKE '%@rare.example'"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Median seconds of the bot and of a minimal script, run in turns, and the bytes by which the bot grew at most."""

    ours: float
    minimal: float
    grown: float


def rows(bench: Bench, scale: Scale) -> Iterator[Row]:
    """Measure `licenses` on both databases, and the read of a roster from Webex."""
    path = bench.folder / "holders.db"
    license_holders.fill(f"sqlite:///{path}", scale.license_holders)
    yield from _exports(bench, scale, "SQLite", f"sqlite:///{path}", str(path))
    if shutil.which("sqlite3"):
        yield Row("the same rows with the sqlite3 command line", "ms", baseline=_sqlite3_seconds(path) * _MS)
    with bench.server.empty() as url:
        plain_url = url.replace("+psycopg", "")
        license_holders.fill(url, scale.license_holders)
        with psycopg.connect(plain_url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        yield from _exports(bench, scale, "PostgreSQL", url, plain_url)
    yield from _roster_read(bench)


def _exports(bench: Bench, scale: Scale, name: str, url: str, plain_url: str) -> Iterator[Row]:
    number = scale.license_holders
    half = _compare(url, plain_url, HALF, HALF_QUERY, str(bench.folder / "minimal.csv"))
    what = f"CSV of {number // 2:,} of {number:,} license holders, sorted, {name}"
    yield Row(f"{what}, vs a minimal script", "ms", half.ours * _MS, baseline=half.minimal * _MS, bound=1.5)
    yield Row(f"{what}: memory above idle", "MB", half.grown / _MB, bound=32)
    few = _compare(url, plain_url, _FEW, _FEW_COUNT)
    what = f"{license_holders.RARE} of {number:,} license holders with counts, {name}"
    yield Row(f"{what}, vs one bare count", "ms", few.ours * _MS, baseline=few.minimal * _MS, bound=2)


def _roster_read(bench: Bench) -> Iterator[Row]:
    bench.webex.reset()
    result = json.loads(_run("bench.roster_read", f"sqlite:///{bench.folder / 'reading.db'}", bench.webex.api))
    if result["size"] != subscribers.COUNT:
        raise RuntimeError(f"{result['size']} license holders were read")
    what = f"full read of {subscribers.COUNT:,} license holders from Webex"
    yield Row(
        f"{what}, vs its {result['calls']} calls alone", "s", result["read"], baseline=result["alone"], bound=1.15
    )
    yield Row(f"{what}: memory above idle", "MB", result["grown"] / _MB)
    calls = bench.webex.calls()["GET broadworks"] - 2 * result["calls"]
    yield Row("calls of the next read if nothing changed", "calls", float(calls), bound=2)


def _compare(url: str, plain_url: str, command: str, query: str, *csv_file: str) -> Comparison:
    """Compare a command with a query that is written to a CSV file, or only run if there is none."""
    ours, minimal, grown = [], [], []
    for _ in range(_RUNS):
        result = json.loads(_run("bench.licenses_command", url, command))
        ours.append(float(result["seconds"]))
        grown.append(float(result["grown"]))
        minimal.append(float(_run("bench.minimal_export", plain_url, query, *csv_file)))
    return Comparison(statistics.median(ours), statistics.median(minimal), max(grown))


def _run(module: str, *arguments: str) -> str:
    program = [sys.executable, "-m", module, *arguments]
    run = subprocess.run(program, env=processes.environment(), cwd=processes.ROOT, check=True, capture_output=True)
    return run.stdout.decode()


def _sqlite3_seconds(path: Path) -> float:
    started = time.perf_counter()
    subprocess.run(["sqlite3", "-csv", "-header", str(path), HALF_QUERY], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started
