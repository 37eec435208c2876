"""Sends webhooks and notes what came back, in a process of its own.

A closed loop keeps so many connections busy; an open loop sends at a rate, whether or not answers come, and counts
from when each webhook was to be sent.
"""

import asyncio
import gc
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from bench import webhooks
from bench.figures import quantile

_MAX_A_SECOND = 3000
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send where: by `connections` that are kept busy, or at a `rate` a second; `most` ends it earlier."""

    port: int
    path: str
    first: int
    seconds: float
    connections: int = 0
    rate: float = 0.0
    most: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """One webhook: when it was to be sent and when it was answered, on the machine's monotonic clock, in seconds."""

    number: int
    at: float
    answered_at: float
    status: int

    @property
    def accepted(self) -> bool:
        """Whether the bot took it."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Load:
    """All that was sent."""

    sent: list[Sent]

    @property
    def accepted(self) -> list[Sent]:
        """What the bot took."""
        return [each for each in self.sent if each.accepted]

    @property
    def ended_at(self) -> float:
        """When the last answer came."""
        return max(each.answered_at for each in self.sent)

    @property
    def a_second(self) -> float:
        """How many were accepted a second."""
        return len(self.accepted) / (self.ended_at - min(each.at for each in self.sent))

    def acknowledged(self, share: float) -> float:
        """Within how many seconds that share was acknowledged."""
        return quantile([each.answered_at - each.at for each in self.accepted], share)


def send(plan: Plan) -> Load:
    """Send in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.load", json.dumps(asdict(plan))], check=True, stdout=subprocess.PIPE
    )
    return Load([Sent(*fields) for fields in json.loads(done.stdout)])


class _Wire(asyncio.Protocol):
    """One kept-alive connection, on which one request is under way at a time."""

    def __init__(self) -> None:
        self._buffer = b""
        self._answer: asyncio.Future[int] | None = None
        self.open = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def ask(self, request: bytes) -> "asyncio.Future[int]":
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
    """Sends the plan's webhooks in their order, on as few connections as the plan allows."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._idle: list[_Wire] = []
        self.sent: list[Sent] = []
        count = plan.most or int(plan.seconds * (plan.rate or _MAX_A_SECOND))
        self._requests = [
            (number, webhooks.request(number, plan.path)) for number in range(plan.first, plan.first + count)
        ]

    async def run(self) -> None:
        requests = iter(self._requests)
        if self._plan.rate:
            await self._at_a_rate(requests)
            return
        until = time.monotonic() + self._plan.seconds
        await asyncio.gather(*(self._keep_busy(requests, until) for _ in range(self._plan.connections)))

    async def _keep_busy(self, requests: Iterator[tuple[int, bytes]], until: float) -> None:
        for number, request in requests:
            await self._one(number, request, time.monotonic())
            if time.monotonic() >= until:
                return

    async def _at_a_rate(self, requests: Iterator[tuple[int, bytes]]) -> None:
        start = time.monotonic() + 0.05
        async with asyncio.TaskGroup() as under_way:
            for place, (number, request) in enumerate(requests):
                due = start + place / self._plan.rate
                await asyncio.sleep(due - time.monotonic())
                under_way.create_task(self._one(number, request, due))

    async def _one(self, number: int, request: bytes, at: float) -> None:
        """Send one; again where a connection kept from before was given up by the other side."""
        while True:
            kept = bool(self._idle)
            wire = self._idle.pop() if kept else await self._opened()
            if not wire.open:
                continue
            try:
                status = await asyncio.wait_for(wire.ask(request), _PATIENCE)
            except ConnectionResetError:
                if not kept:
                    raise
                continue
            self.sent.append(Sent(number, at, time.monotonic(), status))
            self._idle.append(wire)
            return

    async def _opened(self) -> _Wire:
        _, wire = await asyncio.get_running_loop().create_connection(_Wire, "127.0.0.1", self._plan.port)
        return wire


def _main(plan: Plan) -> None:
    sender = _Sender(plan)
    gc.disable()
    asyncio.run(sender.run())
    json.dump([[each.number, each.at, each.answered_at, each.status] for each in sender.sent], sys.stdout)


if __name__ == "__main__":
    _main(Plan(**json.loads(sys.argv[1])))
