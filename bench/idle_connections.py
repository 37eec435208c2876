"""Counts events that are lost because the bot closes a connection on which the sender posts after a pause."""

import socket
import time

from bench import webhooks
from bench.bots import Bot

IDLE_SECONDS = 2.5
"""How long a connection is idle: longer than gunicorn keeps one by default, shorter than any router does."""

CONNECTIONS = 60


def lost(bot: Bot, first_number: int, rounds: int) -> int:
    """Post one event on each of the idle connections, in several rounds; return how many got no answer."""
    lines = [_connect(bot) for _ in range(CONNECTIONS)]
    lost_count = 0
    for number in range(CONNECTIONS * (rounds + 1)):
        place = number % CONNECTIONS
        if place == 0 and number:
            time.sleep(IDLE_SECONDS)
        if not _post(lines[place], webhooks.request(first_number + number, bot.path)):
            lost_count += 1
            lines[place].close()
            lines[place] = _connect(bot)
            _post(lines[place], webhooks.request(first_number + number, bot.path))
    for line in lines:
        line.close()
    return lost_count


def _connect(bot: Bot) -> socket.socket:
    return socket.create_connection(("127.0.0.1", bot.port), timeout=10)


def _post(line: socket.socket, request: bytes) -> bool:
    """Return whether the bot accepted it. Its answer has no body."""
    answer = b""
    try:
        line.sendall(request)
        while b"\r\n\r\n" not in answer:
            part = line.recv(4096)
            if not part:
                return False
            answer += part
    except OSError:
        return False
    return answer.split(b" ", 2)[1] == b"204"
