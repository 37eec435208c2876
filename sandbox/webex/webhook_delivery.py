"""Sends webhooks to their targets: a few threads, one connection per thread and target, in order per webhook.

Webex documents no retry of a failed delivery, so there is none here.
"""

import http.client
import select
import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Lock, Thread
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 10.0
_THREADS = 4


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request to a webhook's target. `signatures` are headers that sign exactly these bytes."""

    webhook_id: str
    url: str
    body: bytes
    signatures: dict[str, str]


class WebhookSender:
    """Sends deliveries.

    Args:
        is_active: says just before a delivery whether its webhook is still active.
        record_result: receives whether the delivery succeeded.
    """

    def __init__(self, is_active: Callable[[str], bool], record_result: Callable[[str, bool], None]) -> None:
        self._is_active = is_active
        self._record_result = record_result
        self._lock = Lock()
        self._queues: dict[str, deque[Delivery]] = {}
        self._ready: SimpleQueue[str | None] = SimpleQueue()
        self._threads: list[Thread] = []
        self._connections: set[http.client.HTTPConnection] = set()
        self._stopping = False

    def put(self, delivery: Delivery) -> None:
        """Add a delivery to the queue of its webhook."""
        with self._lock:
            queue = self._queues.setdefault(delivery.webhook_id, deque())
            queue.append(delivery)
            if len(queue) == 1:
                self._ready.put(delivery.webhook_id)

    def start(self) -> None:
        """Start the threads. Deliveries queued earlier are sent too."""
        self._stopping = False
        with self._lock:
            self._ready = SimpleQueue()
            for webhook_id in self._queues:
                self._ready.put(webhook_id)
        self._threads = [Thread(target=self._run, name=f"webhook-sender-{n}", daemon=True) for n in range(_THREADS)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the threads at once. A running delivery is aborted, queued ones stay queued."""
        self._stopping = True
        for _ in self._threads:
            self._ready.put(None)
        with self._lock:
            for connection in self._connections:
                if connection.sock is not None:
                    with suppress(OSError):
                        connection.sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._threads = []

    def _run(self) -> None:
        connections: dict[tuple[str, str], http.client.HTTPConnection] = {}
        while (webhook_id := self._ready.get()) is not None:
            if self._stopping:
                break
            delivery = self._queues[webhook_id][0]
            if self._is_active(webhook_id):
                self._record_result(webhook_id, self._send(connections, delivery))
            with self._lock:
                self._queues[webhook_id].popleft()
                if self._queues[webhook_id]:
                    self._ready.put(webhook_id)
                else:
                    del self._queues[webhook_id]
        for connection in connections.values():
            self._close(connection)

    def _send(self, connections: dict[tuple[str, str], http.client.HTTPConnection], delivery: Delivery) -> bool:
        url = urlsplit(delivery.url)
        target = (url.scheme, url.netloc)
        connection = connections.get(target)
        if connection is None or _is_stale(connection):
            if connection is not None:
                self._close(connection)
            connections[target] = connection = self._connect(*target)
        headers = {"Content-Type": "application/json; charset=UTF-8", "Accept": "*/*"} | delivery.signatures
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        try:
            connection.request("POST", path, body=delivery.body, headers=headers)
            response = connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException, UnicodeError):
            self._close(connections.pop(target))
            return False
        return 200 <= response.status < 300

    def _connect(self, scheme: str, netloc: str) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
        connection = kind(netloc, timeout=TIMEOUT_SECONDS)
        with self._lock:
            self._connections.add(connection)
        return connection

    def _close(self, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            self._connections.discard(connection)
        connection.close()


def _is_stale(connection: http.client.HTTPConnection) -> bool:
    """Return whether the target has closed a kept-alive connection."""
    if connection.sock is None:
        return False
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return bool(poll.poll(0))
