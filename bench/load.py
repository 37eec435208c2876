"""Sends webhooks and records the answers, in a separate process.

A closed loop keeps a number of connections busy. An open loop sends at a rate and does not wait for answers; it counts
from the time at which each webhook was due.
"""

import asyncio
import gc
import json
import math
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from bench import webhooks

_MAX_PER_SECOND = 3000
_ANSWER_WAIT = 60.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send and where: on busy `connections`, or at a `rate` per second. `max_count` ends it earlier."""

    port: int
    path: str
    first: int
    seconds: float
    connections: int = 0
    rate: float = 0.0
    max_count: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """One webhook: when it was due and when it was answered, in seconds of the machine's monotonic clock."""

    number: int
    due_at: float
    answered_at: float
    status: int

    @property
    def accepted(self) -> bool:
        """Say whether the bot accepted it."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Load:
    """All webhooks that were sent."""

    sent: list[Sent]

    @property
    def accepted(self) -> list[Sent]:
        """Return the webhooks that the bot accepted."""
        return [request for request in self.sent if request.accepted]

    @property
    def ended_at(self) -> float:
        """Return the time of the last answer."""
        return max(request.answered_at for request in self.sent)

    @property
    def per_second(self) -> float:
        """Return how many were accepted per second."""
        return len(self.accepted) / (self.ended_at - min(request.due_at for request in self.sent))

    def answer_time(self, share: float) -> float:
        """Return the seconds within which this share was answered."""
        return quantile([request.answered_at - request.due_at for request in self.accepted], share)


def quantile(samples: Sequence[float], share: float) -> float:
    """Return the smallest sample that at least this share of the samples does not exceed."""
    return sorted(samples)[max(math.ceil(share * len(samples)) - 1, 0)]


def send(plan: Plan) -> Load:
    """Send in a separate process."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.load", json.dumps(asdict(plan))], check=True, stdout=subprocess.PIPE
    )
    return Load([Sent(*fields) for fields in json.loads(done.stdout)])


class _Connection(asyncio.Protocol):
    """A kept-alive connection with one request at a time."""

    def __init__(self) -> None:
        self._buffer = b""
        self._answer: asyncio.Future[int] | None = None
        self.open = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def send(self, request: bytes) -> "asyncio.Future[int]":
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0 or self._answer is None:
            return
        head = self._buffer[:end].lower()
        size = int(head.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0] or 0)
        if len(self._buffer) < end + 4 + size:
            return
        self._buffer = b""
        if b"\r\nconnection: close" in head:
            self.open = False
            self._transport.close()
        answer, self._answer = self._answer, None
        answer.set_result(int(head.split(b" ", 2)[1]))

    def connection_lost(self, exc: Exception | None) -> None:
        self.open = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionResetError("closed before it answered"))


class _Sender:
    """Sends the plan's webhooks in order, on as few connections as the plan allows."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._idle: list[_Connection] = []
        self.sent: list[Sent] = []
        count = plan.max_count or int(plan.seconds * (plan.rate or _MAX_PER_SECOND))
        self._requests = [
            (number, webhooks.request(number, plan.path)) for number in range(plan.first, plan.first + count)
        ]

    async def run(self) -> None:
        requests = iter(self._requests)
        if self._plan.rate:
            await self._send_at_rate(requests)
            return
        until = time.monotonic() + self._plan.seconds
        await asyncio.gather(*(self._keep_busy(requests, until) for _ in range(self._plan.connections)))

    async def _keep_busy(self, requests: Iterator[tuple[int, bytes]], until: float) -> None:
        for number, request in requests:
            await self._send(number, request, time.monotonic())
            if time.monotonic() >= until:
                return

    async def _send_at_rate(self, requests: Iterator[tuple[int, bytes]]) -> None:
        start = time.monotonic() + 0.05
        async with asyncio.TaskGroup() as under_way:
            for place, (number, request) in enumerate(requests):
                due = start + place / self._plan.rate
                await asyncio.sleep(due - time.monotonic())
                under_way.create_task(self._send(number, request, due))

    async def _send(self, number: int, request: bytes, due_at: float) -> None:
        """Send one webhook. Send it again if the server closed a reused connection."""
        while True:
            is_reused = bool(self._idle)
            connection = self._idle.pop() if is_reused else await self._connect()
            if not connection.open:
                continue
            try:
                status = await asyncio.wait_for(connection.send(request), _ANSWER_WAIT)
            except ConnectionResetError:
                if not is_reused:
                    raise
                continue
            self.sent.append(Sent(number, due_at, time.monotonic(), status))
            self._idle.append(connection)
            return

    async def _connect(self) -> _Connection:
        _, connection = await asyncio.get_running_loop().create_connection(_Connection, "127.0.0.1", self._plan.port)
        return connection


def _main(plan: Plan) -> None:
    sender = _Sender(plan)
    gc.disable()
    asyncio.run(sender.run())
    json.dump(
        [[request.number, request.due_at, request.answered_at, request.status] for request in sender.sent], sys.stdout
    )


if __name__ == "__main__":
    _main(Plan(**json.loads(sys.argv[1])))
