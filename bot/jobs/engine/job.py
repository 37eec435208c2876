"""What the clock runs: a job, which works on one kind of row, a chore, which runs at intervals, or a loop.

Only this module claims rows and catches what fails. A job says what its work is. It also says what a failure means, if
the row must not just be tried again later.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic

from sqlalchemy.orm import Session

from bot.jobs.engine.backoff import pause
from bot.jobs.engine.context import Context
from bot.settings.load import Settings
from bot.webex.errors import ACCESS_PAUSE, TokenUnavailable, WebexFailure
from storage.engine import claims
from storage.engine.claims import ClaimableRow, ClaimLost
from storage.engine.turns import Turns
from storage.values.records import Claim

log = logging.getLogger(__name__)


def try_again(_context: Context, _row: object, _error: Exception) -> bool:
    """Leave a failed row to the engine, which tries it again later."""
    return False


@dataclass(frozen=True, slots=True)
class Job(Generic[ClaimableRow]):
    """Works on the rows of one kind.

    `claim` takes a due row, in one statement. If the rows take turns (`in_turns`), it is told whose turn it may be.
    `work` works on the row, with no transaction open, and settles the claim.
    `failed` is called if `work` raises. It settles the claim and returns True, or it returns False: then the row is
    tried again later. `next_due` says when the next row becomes due.
    """

    kind: str
    claim: Callable[..., ClaimableRow | None]
    work: Callable[[Context, ClaimableRow], None]
    next_due: Callable[[Session, datetime], datetime | None]
    threads: Callable[[Settings], int]
    failed: Callable[[Context, ClaimableRow, Exception], bool] = try_again
    in_turns: bool = False

    def turns(self, settings: Settings) -> Turns | None:
        """Return what a process has to know to claim these rows in turns; None if they take no turns."""
        return Turns(self.threads(settings)) if self.in_turns else None

    def run_one(
        self, context: Context, on_claim: Callable[[], None] = lambda: None, turns: Turns | None = None
    ) -> bool:
        """Claim one row and work on it; return False if none is due. `on_claim` is called between the two.

        If the claim is lost, the work ends: another worker has the row now.
        """
        turns = turns or self.turns(context.settings)
        with context.held.take(context.database, self.claim, context.now(), turns) as row:
            if row is None:
                return False
            on_claim()
            try:
                self.work(context, row)
            except ClaimLost:
                raise
            except WebexFailure as failure:
                is_explained = context.access.explains(failure)
                log.log(context.access.log_level(failure), "%s row %d: %s", self.kind, row.id, failure)
                self._give_up_or_retry(context, row, failure)
                if is_explained and not context.access.explains(failure):
                    # The access came back meanwhile, and the row was not yet among those that were made due for that.
                    with context.database.single_write() as connection:
                        claims.make_due(connection, type(row), row.id, context.now())
            except Exception as error:  # whatever fails must leave the row for later
                log.exception("%s row %d failed (attempt %d)", self.kind, row.id, row.attempt)
                self._give_up_or_retry(context, row, error)
        return True

    def _give_up_or_retry(self, context: Context, row: ClaimableRow, error: Exception) -> None:
        try:
            if not self.failed(context, row, error):
                self._retry(context, row, error)
        except ClaimLost:
            raise
        except Exception:
            log.exception("the failure of %s row %d could not be stored: its lease will end", self.kind, row.id)

    def _retry(self, context: Context, row: ClaimableRow, error: Exception) -> None:
        with context.database.single_write() as connection:
            claims.settle(
                connection,
                type(row),
                Claim(row.id, row.attempt),
                due_at=context.now() + (ACCESS_PAUSE if context.access.explains(error) else pause(row.failures, error)),
                failures=row.failures + (0 if isinstance(error, TokenUnavailable) else 1),
                error=str(error),
            )


@dataclass(frozen=True, slots=True)
class Chore:
    """Runs at the start and then at intervals, in one thread. It may raise NotMyTurn.

    If not `at_start`, the first run is after the first interval.
    """

    name: str
    run: Callable[[Context], None]
    every: timedelta
    at_start: bool = True


@dataclass(frozen=True, slots=True)
class Loop:
    """Runs in one thread from the start until the process stops. If it fails, it is started again."""

    name: str
    run: Callable[[Context], None]
