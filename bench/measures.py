"""Measures of a running bot."""

import statistics
import time
from dataclasses import dataclass

import psutil
import requests

from bench import load
from bench.bots import Bot
from bench.load import quantile
from bench.processes import wait_for
from bench.webex_client import FakeWebex
from bench.webhooks import message_id, room_id

BUSY_CONNECTIONS = 10
_REPLY_WAIT = 120.0


@dataclass(frozen=True, slots=True)
class Scale:
    """How long each measure runs, in seconds, and how much data it uses."""

    busy: float = 5.0
    busy_runs: int = 3
    fast: float = 10.0
    slow: float = 20.0
    idle: float = 20.0
    settle: float = 5.0
    backlog: int = 600
    queued: int = 10_000
    license_holders: int = 100_000
    idle_rounds: int = 12
    neighbours: int = 120


QUICK = Scale(
    busy=2.0,
    busy_runs=1,
    fast=4.0,
    slow=5.0,
    idle=5.0,
    settle=2.0,
    backlog=200,
    queued=6_000,
    license_holders=20_000,
    idle_rounds=2,
    neighbours=40,
)


@dataclass(frozen=True, slots=True)
class ReplyTimes:
    """Seconds until a webhook was answered, and until its reply was in the space: median and 99th percentile."""

    answered_median: float
    answered_p99: float
    replied_median: float
    replied_p99: float


@dataclass(frozen=True, slots=True)
class Backlog:
    """A backlog: replies per second after the last webhook, and how many webhooks, answers and messages there were."""

    per_second: float
    accepted: int
    answered: int
    posted: int

    @property
    def not_answered_once(self) -> int:
        """Return the number of webhooks without an answer plus the number of surplus answers."""
        return self.accepted - self.answered + self.posted - self.answered


@dataclass(frozen=True, slots=True)
class IdleUsage:
    """What an idle bot uses: percent of one core and MB of memory; and the seconds its start took."""

    cpu: float
    memory: float
    ready_after: float


def accepted_per_second(bot: Bot, webex: FakeWebex, seconds: float) -> float:
    """Return the webhooks accepted per second on ten busy connections."""
    plan = load.Plan(bot.port, bot.path, webex.next_numbers(), seconds, connections=BUSY_CONNECTIONS)
    return load.send(plan).per_second


def reply_times(bot: Bot, webex: FakeWebex, rate: float, seconds: float) -> ReplyTimes:
    """Send webhooks at a rate, wait for every reply and return the times."""
    webex.reset()
    sent = load.send(load.Plan(bot.port, bot.path, webex.next_numbers(), seconds, rate=rate))
    wait_for(lambda: webex.post_count() >= len(sent.accepted), "every reply", _REPLY_WAIT, pause=0.2)
    posted = dict(webex.posts())
    replies = [posted[request.number] - request.due_at for request in sent.accepted]
    return ReplyTimes(sent.answer_time(0.5), sent.answer_time(0.99), quantile(replies, 0.5), quantile(replies, 0.99))


def two_calls_time(webex: FakeWebex, seconds: float) -> float:
    """Return the median seconds of the two calls every bot must make: read the message, post the reply."""
    webex.reset()
    times = []
    until = time.monotonic() + seconds
    with requests.Session() as session:
        session.headers["Authorization"] = "Bearer token"
        for number in range(first := webex.next_numbers(), first + int(seconds * 2)):
            started = time.monotonic()
            session.get(f"{webex.api}messages/{message_id(number)}", timeout=5).raise_for_status()
            reply = {"roomId": room_id(number), "markdown": "help"}
            session.post(f"{webex.api}messages", json=reply, timeout=5).raise_for_status()
            times.append(dict(webex.posts())[number] - started)
            time.sleep(max(min(0.5 - (time.monotonic() - started), until - time.monotonic()), 0))
    return statistics.median(times)


def answer_backlog(bot: Bot, webex: FakeWebex, count: int) -> Backlog:
    """Send webhooks as fast as they are accepted, then count the answers until there are no more."""
    webex.reset()
    plan = load.Plan(bot.port, bot.path, webex.next_numbers(), 60.0, connections=BUSY_CONNECTIONS, max_count=count)
    sent = load.send(plan)
    accepted = {request.number for request in sent.accepted}
    wait_for(lambda: webex.post_count() >= len(accepted), "every answer", _REPLY_WAIT, pause=0.2)
    time.sleep(1.0)
    posts = webex.posts()
    late = [at for _, at in posts if at > sent.ended_at]
    answered = {number for number, _ in posts}
    return Backlog(len(late) / (max(late) - sent.ended_at), len(accepted), len(answered & accepted), len(posts))


def idle_usage(bot: Bot, settle: float, seconds: float) -> IdleUsage:
    """Wait `settle` seconds, then measure for `seconds` what the bot uses without any work."""
    time.sleep(settle)
    before, started = _cpu_seconds(bot), time.monotonic()
    time.sleep(seconds)
    cpu = (_cpu_seconds(bot) - before) / (time.monotonic() - started) * 100
    return IdleUsage(cpu, sum(_memory(process) for process in _all_processes(bot)) / 1e6, bot.ready_after)


def _all_processes(bot: Bot) -> list[psutil.Process]:
    return [process for root in bot.processes for process in (root, *root.children(recursive=True))]


def _cpu_seconds(bot: Bot) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in _all_processes(bot))


def _memory(process: psutil.Process) -> int:
    """Return bytes. Linux counts a share of shared memory; elsewhere only unshared memory counts."""
    memory = process.memory_full_info()
    size: int = getattr(memory, "pss", memory.uss)
    return size
