"""`make bench`: measures the bot's speed, compares it with other programs and prints a table."""

import argparse
import os
import signal
import statistics
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import (
    forged,
    idle_connections,
    licenses,
    looking_back,
    measures,
    neighbours,
    sync_throughput,
    webex_client,
)
from bench.bots import Bench, Start, real_postgres
from bench.measures import Scale
from bench.report import Row, table

FAST_RATE = 100.0
SLOW_RATE = 2.0
"""Webhooks per second; the slow rate is one that webexteamsbot can keep up with."""
MS = 1000.0
_FAST, _SLOW = f"at {FAST_RATE:.0f}/s", f"at {SLOW_RATE:.0f}/s"


def door(bench: Bench, scale: Scale) -> Iterator[Row]:
    """Measure how many webhooks are accepted per second, and how fast each is answered."""
    before = _accepted(bench, bench.webexteamsbot, scale)
    with bench.webexteamsbot() as bot:
        theirs = measures.reply_times(bot, bench.webex, SLOW_RATE, scale.fast)
    ours = [_accepted(bench, bench.web_and_worker, scale) for _ in range(scale.busy_runs)]
    serve = [_accepted(bench, bench.serve, scale) for _ in range(scale.busy_runs)]
    after = _accepted(bench, bench.webexteamsbot, scale)
    print(f"  webhooks per second: webexteamsbot {before:.1f} before and {after:.1f} after our runs")
    print(f"  web + worker: {_list(ours)}; serve: {_list(serve)}")
    yield Row(
        f"webhooks accepted on {measures.BUSY_CONNECTIONS} busy connections, vs webexteamsbot",
        "per second",
        statistics.median(ours),
        statistics.median(serve),
        (before + after) / 2,
        bound=25,
        at_least=True,
    )
    times = []
    for start in (bench.web_and_worker, bench.serve):
        with start() as bot:
            times.append(measures.reply_times(bot, bench.webex, FAST_RATE, scale.fast))
    yield Row(
        f"webhook answer time {_FAST}, 99th percentile, vs webexteamsbot's median {_SLOW}",
        "ms",
        times[0].answered_p99 * MS,
        times[1].answered_p99 * MS,
        theirs.answered_median * MS,
        bound=0.1,
    )
    yield Row(
        f"webhook answer time {_FAST}, median, vs webexteamsbot's median {_SLOW}",
        "ms",
        times[0].answered_median * MS,
        times[1].answered_median * MS,
        theirs.answered_median * MS,
    )
    yield Row("CPU time for a webhook with a wrong signature", "ms", serve=forged.milliseconds(bench.folder), bound=1)
    yield Row(f"webexteamsbot's reply time {_SLOW}, median", "ms", baseline=theirs.replied_median * MS)


def reply(bench: Bench, scale: Scale) -> Iterator[Row]:
    """Measure the time until the reply is in the space, against the two Webex calls that every bot must make."""
    two_calls = measures.two_calls_time(bench.webex, scale.fast)
    times = []
    for start in (bench.web_and_worker, bench.serve):
        with start() as bot:
            times.append(measures.reply_times(bot, bench.webex, SLOW_RATE, scale.slow))
    ours, serve = times
    yield Row(
        f"reply time {_SLOW}, median, vs the two Webex calls alone",
        "ms",
        ours.replied_median * MS,
        serve.replied_median * MS,
        two_calls * MS,
        bound=1.2,
    )
    yield Row(f"reply time {_SLOW}, 99th percentile", "ms", ours.replied_p99 * MS, serve.replied_p99 * MS)


def drain(bench: Bench, scale: Scale) -> Iterator[Row]:
    """Measure how fast a backlog is answered, and whether each webhook gets exactly one answer."""
    backlogs = []
    for start in (bench.web_and_worker, bench.serve):
        with start() as bot:
            backlogs.append(measures.answer_backlog(bot, bench.webex, scale.backlog))
    for name, backlog in zip(("web + worker", "serve"), backlogs, strict=True):
        print(f"  {name}: {backlog.accepted} accepted, {backlog.answered} answered, with {backlog.posted} messages")
    ours, serve = backlogs
    yield Row("replies to a backlog", "per second", ours.per_second, serve.per_second, bound=60, at_least=True)
    yield Row("not answered exactly once", "webhooks", ours.not_answered_once, serve.not_answered_once, bound=0)


def rest(bench: Bench, scale: Scale) -> Iterator[Row]:
    """Measure what an idle `serve` uses, and how fast it starts."""
    with bench.serve() as bot:
        idle = measures.idle_usage(bot, scale.settle, scale.idle)
    yield Row("idle CPU, of one core", "%", serve=idle.cpu, bound=0.5)
    yield Row("idle memory", "MB", serve=idle.memory, bound=125)
    yield Row("start until ready", "s", serve=idle.ready_after, bound=2)


def moves(bench: Bench, scale: Scale) -> Iterator[Row]:
    """Measure how fast syncs change state with short and long queues, against empty procrastinate jobs."""
    few, many = 100, scale.queued

    def run(queued: int, **options: bool) -> float:
        return sync_throughput.state_changes_per_second(bench.server, bench.folder, queued, scale.fast, **options)

    short, long = run(few, top_up=True), run(many, top_up=True)
    full, jobs = sync_throughput.state_changes_vs_jobs(bench.server, bench.folder, many, scale.fast)
    delivered = run(many, deliver=True)
    what = f"sync state changes, {sync_throughput.WORKERS} workers, full queues"
    yield Row(
        f"one sync state change, {many:,} syncs queued, vs {few} queued",
        "ms",
        MS / long,
        baseline=MS / short,
        bound=1.5,
    )
    yield Row(what, "per second", full, bound=500, at_least=True)
    yield Row(f"{what}, vs empty procrastinate jobs", "per second", full, baseline=jobs, bound=0.9, at_least=True)
    yield Row(f"{what}, messages sent", "per second", delivered, bound=250, at_least=True)


def idle(bench: Bench, scale: Scale) -> Iterator[Row]:
    """Measure how many events are lost on connections that were idle for a moment."""
    lost = []
    for start in (bench.web_and_worker, bench.serve):
        with start() as bot:
            lost.append(idle_connections.lost(bot, bench.webex.next_numbers(), scale.idle_rounds))
    count = idle_connections.CONNECTIONS * scale.idle_rounds
    what = f"events lost of {count:,} on connections idle for {idle_connections.IDLE_SECONDS} s"
    yield Row(what, "events", lost[0], lost[1], bound=0)


MEASURES: dict[str, Callable[[Bench, Scale], Iterator[Row]]] = {
    "door": door,
    "reply": reply,
    "drain": drain,
    "rest": rest,
    "idle": idle,
    "moves": moves,
    "licenses": licenses.rows,
    "lookback": looking_back.rows,
    "neighbours": neighbours.rows,
}


def _accepted(bench: Bench, start: Start, scale: Scale) -> float:
    with start() as bot:
        return measures.accepted_per_second(bot, bench.webex, scale.busy)


def _list(figures: list[float]) -> str:
    return ", ".join(f"{figure:.0f}" for figure in figures)


def main() -> None:
    """Run the chosen measures and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", default=",".join(MEASURES), help="the measures to run, with commas (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="run for a shorter time; the figures are less certain")
    options = parser.parse_args()
    names = options.only.split(",")
    if not set(names) <= set(MEASURES):
        parser.error(f"--only takes some of {', '.join(MEASURES)}")
    scale = measures.QUICK if options.quick else Scale()
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    delay, load = webex_client.DELAY * MS, os.getloadavg()[0]
    print(f"The fake Webex answers after {delay:.0f} ms. {os.cpu_count()} cores, load {load:.1f}.")
    rows: list[Row] = []
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        webex_client.running(Path(folder)) as webex,
        real_postgres() as server,
    ):
        try:
            for name in names:
                print(f"{name} ...", flush=True)
                rows += MEASURES[name](Bench(webex, server, Path(folder)), scale)
        finally:
            print(f"\n{table(rows)}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
