"""Clients that hold 200 connections open, at real processes: meanwhile everybody else is answered."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from bot.entrypoints.door_worker import MAX_CONNECTIONS
from tests.journeys.processes import MAX_STOP_SECONDS, PROCFILE, House
from tests.journeys.test_webhook_processes import posted

POST = b"POST /webhooks HTTP/1.1\r\nHost: bot\r\n"
SLOW = [
    b"",
    POST,
    POST + b"Content-Length: 2000\r\n\r\n{",
    POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
]
"""What a slow client sends at first: nothing, half a head, or a part of a body. Then a byte now and then."""

MAX_ANSWER_SECONDS = 2.0


@contextmanager
def slow_clients(bot: House, count: int = 200) -> Iterator[list[socket.socket]]:
    """Hold so many connections open."""
    with ExitStack() as stack:
        clients = []
        for number in range(count):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", bot.port), timeout=5))
            client.sendall(SLOW[number % len(SLOW)])
            clients.append(client)
        yield clients


def drip(clients: list[socket.socket]) -> None:
    """Send one more byte on each connection that has begun a request."""
    for number, client in enumerate(clients):
        if SLOW[number % len(SLOW)]:
            client.sendall(b"1")


def check_that_it_answers(bot: House) -> None:
    """See that a look at the health and an event on a new connection are answered soon."""
    began = time.monotonic()
    assert bot.status("/healthz") == 200
    with socket.create_connection(("127.0.0.1", bot.port), timeout=5) as client:
        assert posted(client) == 401
    assert time.monotonic() - began < MAX_ANSWER_SECONDS


def test_messages_are_answered_beside_200_slow_connections(small: House) -> None:
    small.serve()
    with slow_clients(small) as clients:
        for count in range(1, 4):
            check_that_it_answers(small)
            small.type("help")
            began = time.monotonic()
            small.wait_for_answers(count)
            assert time.monotonic() - began < MAX_ANSWER_SECONDS
            drip(clients)


def test_more_slow_connections_than_the_limit_keep_nobody_out(large: House) -> None:
    process = large.start(PROCFILE["web"])
    large.wait_until_ready(process)
    with slow_clients(large, MAX_CONNECTIONS + 100) as clients:
        check_that_it_answers(large)
        drip(clients[-100:])
        check_that_it_answers(large)
        assert process.terminate() < MAX_STOP_SECONDS
