"""A connection of SQLite that can close the cursors which are still open."""

import sqlite3
from typing import Any
from weakref import WeakSet


class SQLiteConnection(sqlite3.Connection):
    """Knows its cursors.

    A result that is not read to its end keeps the snapshot of its transaction, also after the transaction has ended.
    Without this class, the next transaction of the connection would read old rows.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._cursors: WeakSet[sqlite3.Cursor] = WeakSet()

    def cursor(self, *arguments: Any, **options: Any) -> sqlite3.Cursor:  # type: ignore[override]
        """Return a new cursor."""
        made: sqlite3.Cursor = super().cursor(*arguments, **options)
        self._cursors.add(made)
        return made

    def close_cursors(self) -> None:
        """End all results."""
        for cursor in list(self._cursors):
            cursor.close()
        self._cursors.clear()
