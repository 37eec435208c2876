"""A process that may die between any two steps: before or after a call to Webex or a commit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from storage.engine.database import Database


class Died(BaseException):
    """The process is dead: none of its code runs any more, not even the code that handles failures."""


@dataclass
class Fate:
    """How many steps a process has left; None if it does not die."""

    steps: int | None = None

    def pass_by(self) -> None:
        """Take one step, or die."""
        if self.steps is not None:
            self.steps -= 1
            if self.steps < 0:
                raise Died


class MortalDatabase(Database):
    """A database whose process may die before or after a commit. A test looks at each commit."""

    fate = Fate()
    look: Callable[[Connection], None] | None = None
    woken: frozenset[str] = frozenset()
    """The kinds of rows that a job was told to look for."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        if self.is_sqlite:  # what dies here is no machine, so nothing has to reach the disk
            event.listen(self.writer, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))

    def announce(self, kinds: frozenset[str]) -> None:
        """Remember the kinds, and wake no job."""
        self.woken |= kinds

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Commit, or die first."""
        with super().write() as session:
            yield session
            self.fate.pass_by()
        self._look()
        self.fate.pass_by()

    @contextmanager
    def single_write(self) -> Iterator[Connection]:
        """Run a single statement, or die first."""
        if self.is_sqlite:
            with super().single_write() as connection:
                yield connection
                self.fate.pass_by()
        else:
            self.fate.pass_by()
            with super().single_write() as connection:
                yield connection
        self._look()
        self.fate.pass_by()

    def _look(self) -> None:
        if self.look is not None:
            with self.reader.connect() as connection:
                self.look(connection)
