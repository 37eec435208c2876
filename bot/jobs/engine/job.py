"""What the clock runs: a job that moves one kind of row, or a chore that comes round by time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.jobs.engine.context import Context
from bot.settings.load import Settings


@dataclass(frozen=True, slots=True)
class Job:
    """Moves rows of one kind: `move` claims one, works, settles, and tells whether there was one."""

    kind: str
    move: Callable[[Context], bool]
    next_due: Callable[[Session, datetime], datetime | None]
    threads: Callable[[Settings], int]


@dataclass(frozen=True, slots=True)
class Chore:
    """Runs at the start and then every so often, in one thread."""

    name: str
    run: Callable[[Context], None]
    every: timedelta
