"""How fast license holders are read, and a view of them becomes a file, beside bare scripts on the same data."""

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

from bench import holders, processes, subscribers
from bench.bare_export import COLUMNS
from bench.bots import Bench
from bench.measures import Lengths
from bench.report import Line

_MS, _MB = 1000.0, 1e6
_RUNS = 5
HALF = "licenses location=Dallas sort=-last,first"
_FEW = "licenses email=*@rare.example"
HALF_QUERY = (
    f"SELECT {COLUMNS} FROM license_holders WHERE location_folded = 'dallas' "
    "ORDER BY last_name_sort DESC, first_name_sort, position"
)
_IN_FEW = "FROM license_holders WHERE email_folded LIKE '%@rare.example'"


@dataclass(frozen=True, slots=True)
class Beside:
    """Medians of both sides, in seconds, taken in turns; and by how many bytes ours had grown at most."""

    ours: float
    bare: float
    grown: float


def lines(bench: Bench, lengths: Lengths) -> Iterator[Line]:
    """The measures on both databases."""
    number, half = lengths.holders, lengths.holders // 2
    path = bench.folder / "holders.db"
    holders.fill(f"sqlite:///{path}", number)
    export = _beside(bench.folder, f"sqlite:///{path}", str(path), HALF, HALF_QUERY)
    what = f"{half:,} of {number:,} license holders, filtered and sorted, into a CSV"
    yield Line(f"{what} (beside: a bare script)", "ms", export.ours * _MS, beside=export.bare * _MS, bound=1.5)
    yield Line("the same: memory above the idle process", "MB", export.grown / _MB, bound=32)
    if shutil.which("sqlite3"):
        yield Line("the same by the sqlite3 command line", "ms", beside=_command_line(path) * _MS)
    few = _beside(bench.folder, f"sqlite:///{path}", str(path), _FEW, f"SELECT count(*) {_IN_FEW}", counted=True)
    rare = f"{holders.RARE} of {number:,}, with counts (beside: one bare scan)"
    yield Line(rare, "ms", few.ours * _MS, beside=few.bare * _MS, bound=2)
    with bench.server.empty() as url:
        plain = url.replace("+psycopg", "")
        holders.fill(url, number)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        export = _beside(bench.folder, url, plain, HALF, HALF_QUERY)
        yield Line("the same from PostgreSQL", "ms", export.ours * _MS, beside=export.bare * _MS, bound=1.5)
        yield Line("the same: memory above the idle process", "MB", export.grown / _MB, bound=32)
        few = _beside(bench.folder, url, plain, _FEW, f"SELECT count(*) {_IN_FEW}", counted=True)
        yield Line(f"{rare}, PostgreSQL", "ms", few.ours * _MS, beside=few.bare * _MS, bound=2)
    yield from _reading(bench)


def _reading(bench: Bench) -> Iterator[Line]:
    bench.webex.forget()
    found = json.loads(_said("bench.reading", f"sqlite:///{bench.folder / 'reading.db'}", bench.webex.api))
    if found["size"] != subscribers.ALL:
        raise RuntimeError(f"{found['size']} license holders were read")
    what = f"whole read of {subscribers.ALL:,} license holders (beside: its {found['calls']} calls alone)"
    yield Line(what, "s", found["read"], beside=found["alone"], bound=1.15)
    yield Line("the same: memory above the idle process", "MB", found["grown"] / _MB)
    calls = bench.webex.calls()["GET broadworks"] - 2 * found["calls"]
    yield Line("read again, nothing having changed", "calls", float(calls), bound=2)


def _beside(folder: Path, url: str, plain: str, text: str, query: str, *, counted: bool = False) -> Beside:
    file = [] if counted else [str(folder / "bare.csv")]
    ours, bare, grown = [], [], []
    for _ in range(_RUNS):
        found = json.loads(_said("bench.export", url, text))
        ours.append(float(found["seconds"]))
        grown.append(float(found["grown"]))
        bare.append(float(_said("bench.bare_export", plain, query, *file)))
    return Beside(statistics.median(ours), statistics.median(bare), max(grown))


def _said(module: str, *arguments: str) -> str:
    program = [sys.executable, "-m", module, *arguments]
    run = subprocess.run(program, env=processes.environment(), cwd=processes.ROOT, check=True, capture_output=True)
    return run.stdout.decode()


def _command_line(path: Path) -> float:
    started = time.perf_counter()
    subprocess.run(["sqlite3", "-csv", "-header", str(path), HALF_QUERY], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started
