"""Keeping events as they come in: those that arrive while others are being written go together, in one statement.

So a burst costs one commit per handful of events, and each is acknowledged only once it is committed.
"""

import logging
import threading
from collections import deque
from datetime import datetime

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError

from storage import inbox
from storage.engine.database import Database
from storage.values.messages import Event

log = logging.getLogger(__name__)


class NotStored(Exception):
    """The database did not take an event; whoever sent it should send it again."""


class _Arrival:
    """An event that waits to be written."""

    def __init__(self, event: Event) -> None:
        self.event = event
        self.done = False
        self.kept = False


class Intake:
    """Writes events for any number of threads, by one connection."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[_Arrival] = deque()
        self._writing = threading.Lock()

    def keep(self, event: Event, now: datetime) -> None:
        """Return once the event is kept, or was known already; raises `NotKept`."""
        arrival = _Arrival(event)
        self._waiting.append(arrival)
        with self._writing:
            if not arrival.done:
                self._write([self._waiting.popleft() for _ in range(len(self._waiting))], now)
        if not arrival.kept:
            raise NotStored

    def _write(self, together: list[_Arrival], now: datetime) -> None:
        try:
            new = self._record(together, now)
        except SQLAlchemyError as error:
            if len(together) > 1 and not isinstance(error, OperationalError | InterfaceError):
                for arrival in together:  # so that one which cannot be kept does not take others with it
                    self._write([arrival], now)
                return
            log.exception("%d events could not be kept", len(together))
        else:
            for arrival in together:
                arrival.kept = True
            if new:
                self._database.announce(frozenset({inbox.KIND}))
        finally:
            for arrival in together:
                arrival.done = True

    def _record(self, together: list[_Arrival], now: datetime) -> bool:
        """Write them; once more where a connection kept from before has gone stale."""
        events = [arrival.event for arrival in together]
        try:
            with self._database.single_write() as connection:
                return inbox.record(connection, events, now)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            with self._database.single_write() as connection:
                return inbox.record(connection, events, now)
