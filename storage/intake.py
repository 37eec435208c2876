"""Store incoming events. Events that arrive while others are being written are then written by one statement.

So a burst costs one commit for a handful of events, and each event is acknowledged only after its commit.
"""

import logging
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError

from storage import inbox, space_looks
from storage.engine.database import Database
from storage.values.messages import Event

log = logging.getLogger(__name__)


class NotStored(Exception):
    """The event could not be stored. Webex should send it again."""


@dataclass(slots=True)
class _Arrival:
    """An event that waits to be written."""

    event: Event
    done: bool = False
    stored: bool = False


MAX_LOST = 1000
"""How many events are remembered that could not be stored: some minutes of a busy bot."""


class Intake:
    """Writes the events of any number of threads, with one connection.

    Events that the database did not take are written before the next event. So the order within a space is kept, also
    if Webex does not send them again.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[_Arrival] = deque()
        self._writing = threading.Lock()
        self._lost: dict[Event, None] = {}

    def keep(self, event: Event, now: datetime) -> None:
        """Return when the event is stored, or was there already. Raise `NotStored` if the database does not take it."""
        arrival = _Arrival(event)
        self._waiting.append(arrival)
        with self._writing:
            if not arrival.done:
                self._write([self._waiting.popleft() for _ in range(len(self._waiting))], now)
        if not arrival.stored:
            raise NotStored

    def _write(self, batch: list[_Arrival], now: datetime) -> None:
        try:
            new = self._record(batch, now)
        except SQLAlchemyError as error:
            if len(batch) + len(self._lost) > 1 and not isinstance(error, OperationalError | InterfaceError):
                # One event that cannot be stored must not spoil the others.
                lost, self._lost = list(self._lost), {}
                for arrival in (*map(_Arrival, lost), *batch):
                    self._write([arrival], now)
                if lost:
                    self._request_look(now)
                return
            log.exception("%d events could not be stored", len(batch))
            if isinstance(error, OperationalError | InterfaceError):
                self._remember(arrival.event for arrival in batch)
        else:
            for arrival in batch:
                arrival.stored = True
            if new:
                self._database.announce(frozenset({inbox.KIND}))
            if self._lost:
                self._lost.clear()
                self._request_look(now)
        finally:
            for arrival in batch:
                arrival.done = True

    def _remember(self, events: Iterable[Event]) -> None:
        """Remember events that the database did not take, each once; beyond MAX_LOST, the oldest is forgotten."""
        self._lost.update(dict.fromkeys(events))
        while len(self._lost) > MAX_LOST:
            del self._lost[next(iter(self._lost))]

    def _record(self, batch: list[_Arrival], now: datetime) -> bool:
        """Write the events, and try once more if the pooled connection was stale."""
        events = [*self._lost, *(arrival.event for arrival in batch)]
        try:
            with self._database.single_write() as connection:
                return inbox.record(connection, events, now)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            with self._database.single_write() as connection:
                return inbox.record(connection, events, now)

    def _request_look(self, now: datetime) -> None:
        """Have the spaces looked at: other processes may have lost events, too."""
        for _ in range(2):  # the pooled connection can be stale
            try:
                with self._database.write() as session:
                    space_looks.request(session, now)
                return
            except SQLAlchemyError as error:
                log.warning("a look at the spaces could not be requested: %s", type(error).__name__)
