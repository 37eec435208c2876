"""Learn about rows that other processes wrote, with PostgreSQL's LISTEN on a connection of its own."""

import logging
import threading

import psycopg

from storage.engine.database import CHANNEL, Database
from storage.engine.notifier import KEEPALIVE

log = logging.getLogger(__name__)

_RECONNECT_SECONDS = 2.0
"""How long to wait before connecting again, so that a database that is down is not flooded."""


class Listener(threading.Thread):
    """Tell a database's listeners about rows that other processes wrote, until `stopping` is set."""

    def __init__(self, database: Database, kinds: frozenset[str], stopping: threading.Event) -> None:
        super().__init__(name="listener", daemon=True)
        self._database = database
        self._kinds = kinds
        self._stopping = stopping

    def run(self) -> None:
        """Listen, and reconnect if the connection is lost. After each connect, tell of all kinds."""
        url = self._database.plain_url
        while not self._stopping.is_set():
            try:
                with psycopg.connect(url, autocommit=True, connect_timeout=5, **KEEPALIVE) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    self._database.tell(self._kinds)
                    self._forward(connection)
            except psycopg.Error as lost:
                log.warning("not notified of new rows for now (%s): polling goes on", type(lost).__name__)
                self._stopping.wait(_RECONNECT_SECONDS)

    def _forward(self, connection: psycopg.Connection) -> None:
        while not self._stopping.is_set():
            for notification in connection.notifies(timeout=5.0):
                if self._stopping.is_set():
                    return
                writer, *kinds = notification.payload.split(" ")
                if writer != self._database.name:
                    self._database.tell(frozenset(kinds))
