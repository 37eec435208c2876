"""The worker of the webhook server with a small app, in a thread of the test, over real sockets."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from gunicorn.config import Config
from gunicorn.glogging import Logger

from bot.entrypoints.door_worker import DoorWorker

THREADS = 2
PATIENCE = 5.0

App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def echo(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Answer with the path and the body."""
    said = environ["PATH_INFO"].encode() + b" " + environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", str(len(said)))])
    return [said]


class Door:
    """A running worker: connect to it, or stop it."""

    def __init__(self, app: App) -> None:
        config = Config()
        for name, value in {"threads": THREADS, "keepalive": 95, "graceful_timeout": 1}.items():
            config.set(name, value)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._address = self._listener.getsockname()
        worker = DoorWorker(1, os.getppid(), [self._listener], None, 30, config, Logger(config))
        worker.wsgi = app
        worker.init_signals = lambda: None  # only the main thread may set them
        worker.load_wsgi = lambda: None
        self.worker = worker
        self._thread = threading.Thread(target=worker.init_process)
        self._thread.start()
        while not worker.booted:
            assert self._thread.is_alive()
            time.sleep(0.001)

    def connect(self, sent: bytes = b"") -> socket.socket:
        """Open a connection and send this on it."""
        client = socket.create_connection(self._address, timeout=PATIENCE)
        client.sendall(sent)
        return client

    def answer(self, sent: bytes) -> bytes:
        """Return all that is answered until the worker closes the connection."""
        with self.connect(sent) as client:
            return rest(client)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Have the worker look at its connections again and again, until a condition holds."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline
            self.worker.method_queue.defer(lambda: None)
            time.sleep(0.01)

    def stop(self) -> None:
        self.worker.handle_exit(None, None)
        self._thread.join(PATIENCE)
        self.worker.log.error_log.filters.clear()  # the logger is the same for all tests
        assert not self._thread.is_alive()


@contextmanager
def door(app: App = echo) -> Iterator[Door]:
    """Run a worker, and stop it at the end."""
    running = Door(app)
    try:
        yield running
    finally:
        running.stop()


def rest(client: socket.socket) -> bytes:
    """Return what arrives until the other side closes."""
    said = b""
    while part := client.recv(65536):
        said += part
    return said


def heard(client: socket.socket, end: bytes) -> bytes:
    """Return what arrives up to this end."""
    said = b""
    while not said.endswith(end):
        part = client.recv(65536)
        assert part, f"closed after {said!r}"
        said += part
    return said
