"""Tell other processes about new rows, with PostgreSQL's NOTIFY, after the commit and from a thread of its own.

NOTIFY inside the transaction would make all writers commit one after the other, each waiting for the disk: PostgreSQL
holds one lock for all commits of a server that notify. A lost notification loses no row, because every process also
polls.
"""

import logging
import threading
import time
from typing import Any

import psycopg

log = logging.getLogger(__name__)

_RECONNECT_SECONDS = 2.0
"""How long to wait before connecting again, and how long `close()` waits for the thread."""
_MIN_INTERVAL = 0.05
"""Seconds between two notifications. Each one wakes every process, so what comes in between is sent as one."""

KEEPALIVE: dict[str, Any] = {"keepalives_idle": 20, "keepalives_interval": 5, "keepalives_count": 3}
"""Detect within a minute that the server is gone, even if the network never reports it."""


class Notifier:
    """Sends notifications from a thread of its own, and joins those that come while it waits."""

    def __init__(self, url: str, channel: str, sender: str) -> None:
        """Each notification carries `sender`, so that a process can ignore its own."""
        self._url = url
        self._channel = channel
        self._sender = sender
        self._condition = threading.Condition()
        self._waiting: set[str] = set()
        self._thread: threading.Thread | None = None
        self._closed = False

    def send(self, kinds: frozenset[str]) -> None:
        """Queue a notification. The first one starts the thread, because threads do not survive a fork."""
        with self._condition:
            self._waiting |= kinds
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="notifier", daemon=True)
                self._thread.start()
            self._condition.notify()

    def close(self) -> None:
        """Send what is queued, if the database can be reached, and end the thread."""
        with self._condition:
            self._closed = True
            self._condition.notify()
            thread = self._thread
        if thread is not None:
            thread.join(_RECONNECT_SECONDS)

    def _run(self) -> None:
        while not self._closed:
            try:
                with psycopg.connect(
                    self._url, autocommit=True, connect_timeout=5, options="-c synchronous_commit=off", **KEEPALIVE
                ) as connection:
                    self._send_all(connection)
            except psycopg.Error as lost:
                log.warning("other processes are not notified of new rows for now (%s)", type(lost).__name__)
                with self._condition:
                    self._condition.wait_for(lambda: self._closed, _RECONNECT_SECONDS)

    def _send_all(self, connection: psycopg.Connection) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._waiting or self._closed)
                kinds, self._waiting = self._waiting, set()
            try:
                if kinds:
                    payload = " ".join((self._sender, *sorted(kinds)))
                    connection.execute("SELECT pg_notify(%s, %s)", (self._channel, payload))
            except psycopg.Error:
                with self._condition:
                    self._waiting |= kinds
                raise
            if self._closed:
                return
            time.sleep(_MIN_INTERVAL)
