"""Measures how fast webhooks are answered while 200 other connections send a byte now and then, against alone.

As a program, it holds these connections: `python -m bench.dripping PORT`.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bench import load
from bench.bots import Bench, Bot
from bench.measures import Scale
from bench.report import Row

CONNECTIONS = 200
MAX_RATIO = 5.0

_EVERY = 0.5
"""Seconds between two bytes of a connection."""

_RATE = 50.0
"""Webhooks per second that are measured."""

_HEAD = b"POST /webhooks HTTP/1.1\r\nHost: bot\r\n"
_BEGINNINGS = (_HEAD, _HEAD + b"Content-Length: 60000\r\n\r\n", _HEAD + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n")
_READY = "ready"


def rows(bench: Bench, scale: Scale) -> Iterator[Row]:
    """Measure both set-ups."""
    times = []
    for start in (bench.web_and_worker, bench.serve):
        with start() as bot:
            alone = _slow_answer_time(bench, bot, scale)
            with _dripping(bot.port):
                times.append((_slow_answer_time(bench, bot, scale), alone))
    for name, (beside, alone) in zip(("web + worker", "serve"), times, strict=True):
        ours, serve = (beside, None) if name != "serve" else (None, beside)
        what = f"99 % of the webhooks' answers beside {CONNECTIONS} dripping connections, {name}, vs alone"
        yield Row(what, "ms", _ms(ours), _ms(serve), _ms(alone), bound=MAX_RATIO)


def _slow_answer_time(bench: Bench, bot: Bot, scale: Scale) -> float:
    sent = load.send(load.Plan(bot.port, bot.path, bench.webex.next_numbers(), scale.fast, rate=_RATE))
    if len(sent.accepted) < len(sent.sent):
        raise AssertionError(f"{len(sent.sent) - len(sent.accepted)} webhooks were refused")
    return sent.answer_time(0.99)


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000


@contextmanager
def _dripping(port: int) -> Iterator[None]:
    """Have another process hold the connections."""
    command = [sys.executable, "-m", "bench.dripping", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            if process.stdout.readline().strip() != _READY:
                raise AssertionError("the dripping connections were not opened")
            yield
        finally:
            process.kill()


async def _drip(port: int, number: int, opened: "asyncio.Semaphore") -> None:
    """Hold one connection, and open it again when the bot closes it."""
    beginning = _BEGINNINGS[number % len(_BEGINNINGS)]
    while True:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(beginning)
        opened.release()
        try:
            while not reader.at_eof():
                await asyncio.sleep(_EVERY)
                writer.write(b"x")
                await writer.drain()
        except ConnectionError:
            pass
        writer.close()


async def _hold(port: int) -> None:
    opened = asyncio.Semaphore(0)
    async with asyncio.TaskGroup() as tasks:
        for number in range(CONNECTIONS):
            tasks.create_task(_drip(port, number, opened))
        for _ in range(CONNECTIONS):
            await opened.acquire()
        print(_READY, flush=True)


if __name__ == "__main__":
    asyncio.run(_hold(int(sys.argv[1])))
