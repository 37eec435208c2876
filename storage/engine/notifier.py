"""Telling other processes of rows that were written: PostgreSQL's NOTIFY, after the commit and off its path.

Inside the transaction NOTIFY would have all writers commit one after the other, each waiting for the disk
(PostgreSQL holds one lock over all of a server's notifying commits). A notification that is lost costs no row: every
process also looks by itself from time to time.
"""

import logging
import threading
import time
from typing import Any

import psycopg

log = logging.getLogger(__name__)

_RECONNECT_SECONDS = 2.0
_REST = 0.05
"""Seconds between two notifications: each wakes every process, and those that come meanwhile go together."""

KEEPALIVE: dict[str, Any] = {"keepalives_idle": 20, "keepalives_interval": 5, "keepalives_count": 3}
"""Finds out within a minute that the other side is gone, which may never be said."""


class Notifier:
    """Sends notifications from a thread of its own, those that come meanwhile together."""

    def __init__(self, url: str, channel: str, sender: str) -> None:
        """`sender` goes along, so that a process can tell its own notifications."""
        self._url = url
        self._channel = channel
        self._sender = sender
        self._changed = threading.Condition()
        self._waiting: set[str] = set()
        self._thread: threading.Thread | None = None
        self._closed = False

    def send(self, kinds: frozenset[str]) -> None:
        """Have other processes told; the thread begins with the first, since threads do not survive a fork."""
        with self._changed:
            self._waiting |= kinds
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="notifier", daemon=True)
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        """Send what waits, if it can be sent, and end the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()
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
                log.warning("other processes are not told of new rows for now (%s)", type(lost).__name__)
                with self._changed:
                    self._changed.wait_for(lambda: self._closed, _RECONNECT_SECONDS)

    def _send_all(self, connection: psycopg.Connection) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                kinds, self._waiting = self._waiting, set()
            try:
                if kinds:
                    payload = " ".join((self._sender, *sorted(kinds)))
                    connection.execute("SELECT pg_notify(%s, %s)", (self._channel, payload))
            except psycopg.Error:
                with self._changed:
                    self._waiting |= kinds
                raise
            if self._closed:
                return
            time.sleep(_REST)
