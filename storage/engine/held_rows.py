"""The rows this process holds: their leases are renewed while work goes on, and given back at a clean stop."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from storage.engine import claims
from storage.engine.claims import ClaimableRow, ClaimableTable
from storage.engine.database import Database, wake
from storage.values.records import Claim

log = logging.getLogger(__name__)

_RACES = 5


class HeldRows:
    """Claims in hand, by table."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._claims: dict[ClaimableTable, set[Claim]] = {}

    @contextmanager
    def take(
        self, database: Database, take: Callable[[Connection, datetime], ClaimableRow | None], now: datetime
    ) -> Iterator[ClaimableRow | None]:
        """Claim a row by `take`, which is one statement, and hold it while the block runs.

        A block that finds the claim lost ends there: whoever holds the row by now goes on with it.
        """
        row = _taken(database, take, now)
        if row is None:
            yield None
            return
        claim = Claim(row.id, row.attempt)
        with self._mutex:
            self._claims.setdefault(type(row), set()).add(claim)
        try:
            yield row
        except claims.ClaimLost as lost:
            log.warning("taken over by another worker: %s", lost)
        finally:
            with self._mutex:
                self._claims[type(row)].discard(claim)

    def renew(self, database: Database, now: datetime) -> None:
        """Lengthen every lease in hand."""
        self._extend(database, now + claims.LEASE)

    def give_back(self, database: Database) -> int:
        """Let others take at once what is still in hand; how many rows that were."""
        return self._extend(database, None)

    def _extend(self, database: Database, until: datetime | None) -> int:
        with self._mutex:
            held = {table: set(found) for table, found in self._claims.items() if found}
        if held:
            with database.write() as session:
                for table, found in held.items():
                    claims.set_leases(session, table, found, until)
                    if until is None:
                        wake(session, table.__tablename__)
        return sum(map(len, held.values()))


def _taken(
    database: Database, take: Callable[[Connection, datetime], ClaimableRow | None], now: datetime
) -> ClaimableRow | None:
    """Claim a row; a race that a unique index decided for somebody else is run again, since other rows may be due."""
    for _ in range(_RACES):
        try:
            with database.single_write() as connection:
                return take(connection, now)
        except IntegrityError:
            log.debug("another worker was first")
    return None
