"""Carrying webhooks to their targets: a few threads, one connection each per target, in order per webhook.

Webex documents no repetition of a failed delivery, so there is none here.
"""

import http.client
import select
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Lock, Thread
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery: the bytes that are signed are the bytes that are sent."""

    webhook_id: str
    url: str
    body: bytes
    signature: str | None


class Courier:
    """Delivers parcels; `wanted` is asked just before, `report` is told how it went."""

    def __init__(self, wanted: Callable[[str], bool], report: Callable[[str, bool], None], threads: int = 4) -> None:
        self._wanted = wanted
        self._report = report
        self._lock = Lock()
        self._lines: dict[str, deque[Parcel]] = {}
        self._ready: SimpleQueue[str | None] = SimpleQueue()
        self._count = threads
        self._threads: list[Thread] = []
        self._connections: set[http.client.HTTPConnection] = set()
        self._stopping = False

    def put(self, parcel: Parcel) -> None:
        """Queue a parcel behind the others of its webhook."""
        with self._lock:
            line = self._lines.setdefault(parcel.webhook_id, deque())
            line.append(parcel)
            if len(line) == 1:
                self._ready.put(parcel.webhook_id)

    def start(self) -> None:
        """Begin to deliver, also what was queued before."""
        self._stopping = False
        with self._lock:
            self._ready = SimpleQueue()
            for webhook_id in self._lines:
                self._ready.put(webhook_id)
        self._threads = [Thread(target=self._work, name=f"courier-{n}", daemon=True) for n in range(self._count)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End at once: a delivery under way is broken off, what is queued stays queued."""
        self._stopping = True
        for _ in self._threads:
            self._ready.put(None)
        with self._lock:
            for connection in self._connections:
                if connection.sock is not None:
                    _shut(connection.sock)
        for thread in self._threads:
            thread.join()
        self._threads = []

    def _work(self) -> None:
        connections: dict[tuple[str, str], http.client.HTTPConnection] = {}
        while (webhook_id := self._ready.get()) is not None:
            if self._stopping:
                break
            parcel = self._lines[webhook_id][0]
            if self._wanted(webhook_id):
                self._report(webhook_id, self._deliver(connections, parcel))
            with self._lock:
                self._lines[webhook_id].popleft()
                if self._lines[webhook_id]:
                    self._ready.put(webhook_id)
                else:
                    del self._lines[webhook_id]
        for connection in connections.values():
            self._close(connection)

    def _deliver(self, connections: dict[tuple[str, str], http.client.HTTPConnection], parcel: Parcel) -> bool:
        url = urlsplit(parcel.url)
        where = (url.scheme, url.netloc)
        connection = connections.get(where)
        if connection is None or _is_stale(connection):
            if connection is not None:
                self._close(connection)
            connections[where] = connection = self._connect(*where)
        headers = {"Content-Type": "application/json; charset=UTF-8", "Accept": "*/*"}
        if parcel.signature:
            headers["X-Spark-Signature"] = parcel.signature
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        try:
            connection.request("POST", path, body=parcel.body, headers=headers)
            response = connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException, UnicodeError):
            self._close(connections.pop(where))
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
    """Whether the target has closed a connection that was kept open."""
    if connection.sock is None:
        return False
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return bool(poll.poll(0))


def _shut(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
