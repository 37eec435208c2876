"""`make bench`: measures what is claimed about speed, beside webexteamsbot, and prints figures and their ratios."""

import argparse
import os
import signal
import statistics
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import exports, forged, measures, webex
from bench import moves as syncs
from bench.bots import Bench, Start, real_postgres
from bench.measures import Lengths
from bench.report import Line, table

STEADY_RATE = 100.0
SLOW_RATE = 2.0
MS = 1000.0


def door(bench: Bench, lengths: Lengths) -> Iterator[Line]:
    """How many webhooks the door takes, and how soon it acknowledges them."""
    peer = _busy(bench, bench.peer, lengths)
    with bench.peer() as bot:
        peer_talk = measures.talk(bot, bench.webex, SLOW_RATE, lengths.steady)
    ours = [_busy(bench, bench.apart, lengths) for _ in range(lengths.busy_runs)]
    serve = [_busy(bench, bench.serve, lengths) for _ in range(lengths.busy_runs)]
    peers = (peer, _busy(bench, bench.peer, lengths))
    print(f"  webexteamsbot before and after: {peers[0]:.1f} and {peers[1]:.1f} webhooks a second")
    print(f"  web + worker: {_list(ours)}; serve: {_list(serve)}")
    yield Line(
        f"webhooks accepted on {measures.BUSY} connections",
        "a second",
        statistics.median(ours),
        statistics.median(serve),
        statistics.mean(peers),
        bound=25,
        at_least=True,
    )
    steady = []
    for start in (bench.apart, bench.serve):
        with start() as bot:
            steady.append(measures.talk(bot, bench.webex, STEADY_RATE, lengths.steady))
    yield Line(
        f"acknowledged at {STEADY_RATE:.0f} a second: 99 of 100 (beside: 50 of 100 at {SLOW_RATE:.0f} a second)",
        "ms",
        steady[0].acknowledged_nearly_all * MS,
        steady[1].acknowledged_nearly_all * MS,
        peer_talk.acknowledged_half * MS,
        bound=0.1,
    )
    yield Line(
        "the same: 50 of 100",
        "ms",
        steady[0].acknowledged_half * MS,
        steady[1].acknowledged_half * MS,
        peer_talk.acknowledged_half * MS,
    )
    yield Line("a forged request, CPU", "ms", serve=forged.milliseconds(str(bench.folder)), bound=1)
    yield Line(
        f"webexteamsbot's reply in the space at {SLOW_RATE:.0f} a second: 50 of 100",
        "ms",
        beside=peer_talk.replied_half * MS,
    )


def reply(bench: Bench, lengths: Lengths) -> Iterator[Line]:
    """How soon the reply is in the space, beside the two calls to Webex that any bot must make."""
    two_calls = measures.two_calls(bench.webex, lengths.steady)
    talks = []
    for start in (bench.apart, bench.serve):
        with start() as bot:
            talks.append(measures.talk(bot, bench.webex, SLOW_RATE, lengths.slow))
    ours, serve = talks
    what = f"reply in the space at {SLOW_RATE:.0f} a second"
    half = f"{what}: 50 of 100 (beside: the two calls alone)"
    yield Line(half, "ms", ours.replied_half * MS, serve.replied_half * MS, two_calls * MS, bound=1.2)
    yield Line(f"{what}: 99 of 100", "ms", ours.replied_nearly_all * MS, serve.replied_nearly_all * MS)


def drain(bench: Bench, lengths: Lengths) -> Iterator[Line]:
    """How fast a backlog is answered, and whether each of it is, once."""
    found = []
    for start in (bench.apart, bench.serve):
        with start() as bot:
            found.append(measures.drain(bot, bench.webex, lengths.backlog))
    for name, each in zip(("web + worker", "serve"), found, strict=True):
        print(f"  {name}: {each.accepted} accepted, {each.answered} answered, with {each.posted} messages")
    ours, serve = found
    yield Line("replies, from a backlog", "a second", ours.a_second, serve.a_second, bound=60, at_least=True)
    yield Line("accepted and not answered exactly once", "webhooks", float(ours.amiss), float(serve.amiss), bound=0)


def rest(bench: Bench, lengths: Lengths) -> Iterator[Line]:
    """What `serve` takes while it has nothing to do, and how soon it is ready."""
    with bench.serve() as bot:
        found = measures.rest(bot, lengths.settle, lengths.rest)
    yield Line("at rest, of one core", "%", serve=found.cpu, bound=0.5)
    yield Line("at rest, memory", "MB", serve=found.memory, bound=120)
    yield Line("from its start until it is ready", "s", serve=found.ready_after, bound=2)


def moves(bench: Bench, lengths: Lengths) -> Iterator[Line]:
    """How fast syncs are moved with short and with long queues, beside empty jobs of procrastinate."""
    few, many = 100, lengths.queued

    def run(queued: int, **how: bool) -> float:
        return syncs.moves_a_second(bench.server, bench.folder, queued, lengths.steady, **how)

    short, long = run(few, top_up=True), run(many, top_up=True)
    full, jobs = syncs.moves_beside_jobs(bench.server, bench.folder, many, lengths.steady)
    delivered = run(many, deliver=True)
    yield Line(
        f"one move, queues kept at {many:,} syncs (beside: at {few})", "ms", MS / long, beside=MS / short, bound=1.5
    )
    yield Line(f"moves from full queues, by {syncs.WORKERS} workers", "a second", full, bound=500, at_least=True)
    yield Line("the same, beside empty jobs of procrastinate", "a second", full, beside=jobs, bound=0.8, at_least=True)
    yield Line("the same, with all messages delivered", "a second", delivered, beside=jobs)


MEASURES: dict[str, Callable[[Bench, Lengths], Iterator[Line]]] = {
    "door": door,
    "reply": reply,
    "drain": drain,
    "rest": rest,
    "moves": moves,
    "licenses": exports.lines,
}


def _busy(bench: Bench, start: Start, lengths: Lengths) -> float:
    with start() as bot:
        return measures.accepted_a_second(bot, bench.webex, lengths.busy)


def _list(figures: list[float]) -> str:
    return ", ".join(f"{figure:.0f}" for figure in figures)


def main() -> None:
    """Measure what was asked for and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", default=",".join(MEASURES), help="some of %(default)s, with commas between")
    parser.add_argument("--quick", action="store_true", help="shorter, and so less certain")
    options = parser.parse_args()
    names = options.only.split(",")
    if not set(names) <= set(MEASURES):
        parser.error(f"--only names some of {', '.join(MEASURES)}")
    lengths = measures.QUICK if options.quick else Lengths()
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    print(
        f"A Webex that answers after {webex.DELAY * MS:.0f} ms; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}."
    )
    lines: list[Line] = []
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        webex.running(Path(folder)) as fake,
        real_postgres() as server,
    ):
        try:
            for name in names:
                print(f"{name} ...", flush=True)
                lines += MEASURES[name](Bench(fake, server, Path(folder)), lengths)
        finally:
            print(f"\n{table(lines)}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
