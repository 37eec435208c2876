"""A process that may die between any two steps: at a call to Webex or at a commit, before it or after."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from storage.engine.database import Database


class Died(BaseException):
    """The process is gone: nothing of it runs any more, not even what handles failures."""


@dataclass
class Fate:
    """How many steps a process has left; None is a long life."""

    steps: int | None = None

    def pass_by(self) -> None:
        """One step nearer to death."""
        if self.steps is not None:
            self.steps -= 1
            if self.steps < 0:
                raise Died


class MortalDatabase(Database):
    """A database whose process may die before a commit or after it, and whose commits are looked at."""

    fate = Fate()
    look: Callable[[Connection], None] | None = None
    woken: frozenset[str] = frozenset()
    """The kinds of rows that somebody is to look for."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        if self.is_sqlite:  # what dies here is no machine, so nothing has to reach the disk
            event.listen(self.writer, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))

    def announce(self, kinds: frozenset[str]) -> None:
        """Tell nobody, and remember it."""
        self.woken |= kinds

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Commits, or dies first."""
        with super().write() as session:
            yield session
            self.fate.pass_by()
        self._look()
        self.fate.pass_by()

    @contextmanager
    def single_write(self) -> Iterator[Connection]:
        """The same of a single statement."""
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
