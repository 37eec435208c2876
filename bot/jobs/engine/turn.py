"""Chores that one process does at a time. A turn is a short lease: a dead process stops the others only briefly."""

import uuid
from datetime import timedelta
from typing import Self

from bot.jobs.engine.context import Context
from storage.engine import leases

LEASE = timedelta(seconds=20)
"""How long a turn lasts unless it is kept: longer than the bot's own calls to Webex, shorter than a start may wait."""

RETRY_AFTER = timedelta(seconds=2)
"""How long a chore waits that finds the turn taken. With LEASE, it has its turn within 30 s of any start."""


class NotMyTurn(Exception):
    """Another process does this now, or this process is stopping: the clock runs the chore again after RETRY_AFTER."""


class Turn:
    """The turn to do one chore; `keep` it before each call to Webex. A `with` block takes it and gives it back.

    `lease` must be longer than the longest of the calls. `holder` is a random value, another one for each turn.
    """

    def __init__(self, context: Context, name: str, lease: timedelta = LEASE) -> None:
        self._context = context
        self._name = name
        self._lease = lease
        self.holder = uuid.uuid4().hex

    def __enter__(self) -> Self:
        self.keep()
        return self

    def __exit__(self, *_: object) -> None:
        with self._context.database.write() as session:
            leases.give_back(session, self._name, self.holder, self._context.now())

    def keep(self) -> None:
        """Take the lease, or take it again. Raise NotMyTurn if another holder has it."""
        if self._context.stopping.is_set():
            raise NotMyTurn
        with self._context.database.write() as session:
            if not leases.take(session, self._name, self.holder, self._context.now(), self._lease):
                raise NotMyTurn
