"""Keeps the file of an SQLite database for its owner alone."""

import os
from contextlib import suppress
from pathlib import Path

_OWNER_ONLY = 0o600
_OTHERS = 0o077
_COMPANIONS = ("-wal", "-shm", "-journal")
"""Files that SQLite makes beside a database, with the mode that the database has then."""


def keep_private(database: str) -> None:
    """Create the file of a database if it is missing, and take the rights to it from others.

    An earlier version made it readable for everybody. A file of another user stays as it is. What SQLite cannot open
    either is left for SQLite to say.
    """
    with suppress(OSError):
        os.close(os.open(database, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY))
    for path in map(Path, (database, *(database + companion for companion in _COMPANIONS))):
        with suppress(OSError):
            status = path.stat()
            if status.st_mode & _OTHERS and status.st_uid == os.geteuid():
                path.chmod(_OWNER_ONLY)
