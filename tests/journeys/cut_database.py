"""A way to PostgreSQL that a test can cut: a Unix socket that passes all bytes on to the server's."""

import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

_NAME = ".s.PGSQL.5432"
_CHUNK = 64 * 1024


class Line:
    """Passes connections on while it is not cut."""

    def __init__(self, folder: Path, server_folder: str) -> None:
        self._server = f"{server_folder}/{_NAME}"
        self._open: list[socket.socket] = []
        self._is_cut = False
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(f"{folder}/{_NAME}")
        self._listener.listen(64)
        self._thread = Thread(target=self._accept, daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """Break all connections and refuse new ones."""
        self._is_cut = True
        for end in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Pass connections on again."""
        self._open.clear()
        self._is_cut = False

    def close(self) -> None:
        """End."""
        self.cut()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _accept(self) -> None:
        while True:
            try:
                here, _ = self._listener.accept()
            except OSError:
                return
            if self._is_cut:
                here.close()
                continue
            there = socket.socket(socket.AF_UNIX)
            there.connect(self._server)
            self._open += [here, there]
            for source, target in ((here, there), (there, here)):
                Thread(target=_pass_on, args=(source, target), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while content := source.recv(_CHUNK):
            target.sendall(content)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def line_to(database_url: str) -> Iterator[tuple[Line, str]]:
    """Yield a line to a database, and the URL by which the database is reached over it."""
    address, _, server_folder = database_url.partition("?host=")
    with tempfile.TemporaryDirectory() as folder:
        line = Line(Path(folder), server_folder)
        try:
            yield line, f"{address}?host={folder}"
        finally:
            line.close()
