"""The rows that this process has claimed. Their leases are renewed during the work and given back at a clean stop."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial

from sqlalchemy.exc import IntegrityError

from storage.engine import claims
from storage.engine.claims import ClaimableRow, ClaimableTable
from storage.engine.database import Database, wake
from storage.engine.turns import Turns
from storage.models import InboxRow, OutboxRow
from storage.values.records import Claim

log = logging.getLogger(__name__)

_MAX_LOST_RACES = 5
"""How often to try again at once when another worker wins; after that, the next nudge or tick tries."""


class HeldRows:
    """The claims of this process, by table."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._claims: dict[ClaimableTable, set[Claim]] = {}

    @contextmanager
    def take(
        self,
        database: Database,
        claim_row: Callable[..., ClaimableRow | None],
        now: datetime,
        turns: Turns | None = None,
    ) -> Iterator[ClaimableRow | None]:
        """Claim a row with `claim_row`, which runs one statement, and hold it while the block runs.

        `claim_row` gets a connection and `now`, and `turns` if the rows take turns. A `ClaimLost` raised in the block
        ends the block and is logged: another worker has the row now.
        """
        row = _claim(database, claim_row, now) if turns is None else _claim_in_turn(database, claim_row, now, turns)
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
            if turns is not None:
                turns.end(claim)

    def renew(self, database: Database, now: datetime) -> None:
        """Renew the leases of all held rows."""
        self._set_leases(database, now + claims.LEASE)

    def give_back(self, database: Database) -> int:
        """End the leases of all held rows, so that other workers can claim them now. Return the number of rows."""
        return self._set_leases(database, None)

    def _set_leases(self, database: Database, until: datetime | None) -> int:
        with self._mutex:
            held = {table: set(found) for table, found in self._claims.items() if found}
        if held:
            with database.write() as session:
                for table, found in held.items():
                    claims.set_leases(session, table, found, until)
                    if until is None:
                        wake(session, table.__tablename__)
        return sum(map(len, held.values()))


def _claim_in_turn(
    database: Database, claim_row: Callable[..., ClaimableRow | None], now: datetime, turns: Turns
) -> ClaimableRow | None:
    """Claim a row, while no other thread does, and count it to its turn."""
    with turns.choosing:
        row = _claim(database, partial(claim_row, turns=turns), now)
        if isinstance(row, InboxRow | OutboxRow):
            turns.begin(row, now)
    return row


def _claim(database: Database, claim_row: Callable[..., ClaimableRow | None], now: datetime) -> ClaimableRow | None:
    """Claim a row. If a unique index lets another worker win, try again, because other rows may be due."""
    for _ in range(_MAX_LOST_RACES):
        try:
            with database.single_write() as connection:
                return claim_row(connection, now)
        except IntegrityError:
            log.debug("another worker was first")
    return None
