"""Lets the threads of a process do something for one name at a time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class OneAtATime:
    """The names for which a thread is at work. No thread waits: it is told that another one is there."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._names: set[str] = set()

    @contextmanager
    def only(self, name: str) -> Iterator[bool]:
        """Take the name, and give it back at the end. Yield False if another thread has it."""
        with self._lock:
            is_free = name not in self._names
            self._names.add(name)
        try:
            yield is_free
        finally:
            if is_free:
                with self._lock:
                    self._names.discard(name)
