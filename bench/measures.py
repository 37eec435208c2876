"""One measure each: what is done to a running bot, and the figures that come of it."""

import statistics
import time
from dataclasses import dataclass

import psutil
import requests

from bench import load
from bench.bots import Bot
from bench.figures import quantile
from bench.processes import wait_for
from bench.webex import FakeWebex
from bench.webhooks import message_id, room_id

BUSY = 10
_PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long each measure takes, in seconds; how many runs; how many webhooks are to be worked off, syncs queued,
    license holders there are.
    """

    busy: float = 5.0
    busy_runs: int = 3
    steady: float = 10.0
    slow: float = 20.0
    rest: float = 20.0
    settle: float = 5.0
    backlog: int = 600
    queued: int = 10_000
    holders: int = 100_000


QUICK = Lengths(
    busy=2.0,
    busy_runs=1,
    steady=4.0,
    slow=5.0,
    rest=5.0,
    settle=2.0,
    backlog=200,
    queued=3_000,
    holders=20_000,
)


@dataclass(frozen=True, slots=True)
class Talk:
    """An open loop: within how many seconds webhooks were acknowledged, and the replies were in their spaces."""

    acknowledged_half: float
    acknowledged_nearly_all: float
    replied_half: float
    replied_nearly_all: float


@dataclass(frozen=True, slots=True)
class Drain:
    """A backlog worked off: answers a second once no more came in; how many were accepted and answered, with what."""

    a_second: float
    accepted: int
    answered: int
    posted: int

    @property
    def amiss(self) -> int:
        """How many got no answer, and how many answers were too many."""
        return self.accepted - self.answered + self.posted - self.answered


@dataclass(frozen=True, slots=True)
class Rest:
    """A bot that has nothing to do: % of one core, MB of memory of its own, seconds until it was ready."""

    cpu: float
    memory: float
    ready_after: float


def accepted_a_second(bot: Bot, webex: FakeWebex, seconds: float) -> float:
    """Webhooks accepted a second, on ten connections that are kept busy."""
    return load.send(load.Plan(bot.port, bot.path, webex.fresh(), seconds, connections=BUSY)).a_second


def talk(bot: Bot, webex: FakeWebex, rate: float, seconds: float) -> Talk:
    """Send at a rate, and wait for every reply."""
    webex.forget()
    sent = load.send(load.Plan(bot.port, bot.path, webex.fresh(), seconds, rate=rate))
    wait_for(lambda: webex.posted() >= len(sent.accepted), "every reply", _PATIENCE, pause=0.2)
    posted = dict(webex.posts())
    replies = [posted[each.number] - each.at for each in sent.accepted]
    return Talk(sent.acknowledged(0.5), sent.acknowledged(0.99), quantile(replies, 0.5), quantile(replies, 0.99))


def two_calls(webex: FakeWebex, seconds: float) -> float:
    """Half of the time, how long the two calls take that no bot can do without: read the message, post the reply."""
    webex.forget()
    taken = []
    until = time.monotonic() + seconds
    with requests.Session() as session:
        session.headers["Authorization"] = "Bearer token"
        for number in range(first := webex.fresh(), first + int(seconds * 2)):
            started = time.monotonic()
            session.get(f"{webex.api}messages/{message_id(number)}", timeout=5).raise_for_status()
            reply = {"roomId": room_id(number), "markdown": "help"}
            session.post(f"{webex.api}messages", json=reply, timeout=5).raise_for_status()
            taken.append(dict(webex.posts())[number] - started)
            time.sleep(max(min(0.5 - (time.monotonic() - started), until - time.monotonic()), 0))
    return statistics.median(taken)


def drain(bot: Bot, webex: FakeWebex, backlog: int) -> Drain:
    """Send a backlog as fast as it is accepted, and count the answers from then on until there are no more."""
    webex.forget()
    sent = load.send(load.Plan(bot.port, bot.path, webex.fresh(), 60.0, connections=BUSY, most=backlog))
    accepted = {each.number for each in sent.accepted}
    wait_for(lambda: webex.posted() >= len(accepted), "every answer", _PATIENCE, pause=0.2)
    time.sleep(1.0)
    posts = webex.posts()
    late = [at for _, at in posts if at > sent.ended_at]
    answered = {number for number, _ in posts}
    return Drain(len(late) / (max(late) - sent.ended_at), len(accepted), len(answered & accepted), len(posts))


def rest(bot: Bot, settle: float, seconds: float) -> Rest:
    """What a bot takes that is asked nothing, a while after it was."""
    time.sleep(settle)
    before, started = _cpu_seconds(bot), time.monotonic()
    time.sleep(seconds)
    cpu = (_cpu_seconds(bot) - before) / (time.monotonic() - started) * 100
    return Rest(cpu, sum(_memory(process) for process in _all(bot)) / 1e6, bot.ready_after)


def _all(bot: Bot) -> list[psutil.Process]:
    return [each for process in bot.processes for each in (process, *process.children(recursive=True))]


def _cpu_seconds(bot: Bot) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in _all(bot))


def _memory(process: psutil.Process) -> int:
    """Bytes: what is shared counts in part (Linux), or else what is its own alone."""
    memory = process.memory_full_info()
    size: int = getattr(memory, "pss", memory.uss)
    return size
