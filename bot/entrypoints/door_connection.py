"""Connections of the webhook server: what they have sent, and what they still have to get."""

import socket
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

from gunicorn.http import get_parser

from bot.entrypoints.door_arrival import Arrival

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

_PORTION = 8192
"""How many bytes gunicorn's parser gets at once, as from a socket: for each chunk of a body, it copies all it has."""


class Connection:
    """A client's connection. gunicorn handles its requests and writes its answers in memory alone.

    So a thread never waits for the client. gunicorn asks for the attributes without an explanation here.
    """

    initialized = data_ready = True
    is_http2 = False

    def __init__(self, config: Any, client: socket.socket, address: Any, server: Any) -> None:
        client.setblocking(False)
        self.socket = client
        self.client, self.server = address, server
        self.sock = _Answer()
        self.arrival = Arrival()
        self._handed = _Handed()
        self.parser = get_parser(config, self._handed, address)
        self.is_kept = False
        """Whether another request may come after the answer."""
        self.is_closed = False

    def init(self) -> None:
        """Do nothing: the connection is ready."""

    def receive(self, most: int = 65536) -> bool:
        """Add what the client has sent to the arrival. Return False if the client has closed. Raise OSError."""
        received = self.socket.recv(most)
        self.arrival.add(received)
        return bool(received)

    def say_continue(self) -> None:
        """Have the client send the body. Raise OSError, also if the client takes nothing."""
        if self.socket.send(_CONTINUE) < len(_CONTINUE):
            raise ConnectionError("the client takes nothing")

    def hand_over(self) -> None:
        """Give gunicorn what has arrived."""
        self._handed.add(bytes(self.arrival))
        self.arrival = Arrival()

    def take_back(self) -> None:
        """Take what gunicorn has not used: it belongs to the next request."""
        self.arrival = Arrival(self.parser.unreader.take_buffered() + self._handed.take())

    @property
    def is_cut(self) -> bool:
        """Return whether gunicorn asked for more than had arrived. Then nobody knows where the next request begins."""
        return self._handed.is_cut

    def send(self) -> bool:
        """Send as much of the answer as the client takes now. Return whether that is all of it. Raise OSError."""
        unsent = self.sock.unsent
        try:
            while unsent:
                del unsent[: self.socket.send(unsent)]
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        """Close the connection."""
        self.is_closed = True
        self.socket.close()


class Waiting:
    """Connections that wait for the same thing, each for as long as the others. The oldest comes first."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since: dict[Connection, float] = {}

    def __contains__(self, connection: Connection) -> bool:
        return connection in self._since

    def __len__(self) -> int:
        return len(self._since)

    def __iter__(self) -> Iterator[Connection]:
        return iter(list(self._since))

    def add(self, connection: Connection) -> None:
        """Add a connection, or begin its time again."""
        self.remove(connection)
        self._since[connection] = time.monotonic()

    def remove(self, connection: Connection) -> None:
        """Remove the connection if it is here."""
        self._since.pop(connection, None)

    def oldest(self, for_seconds: float = 0) -> Connection | None:
        """Return the connection that has waited longest, if that is for so many seconds."""
        for connection, since in self._since.items():
            return connection if time.monotonic() - since >= for_seconds else None
        return None

    def overdue(self) -> Iterator[Connection]:
        """Yield each connection whose time is over. The caller removes it."""
        while (connection := self.oldest(self._seconds)) is not None:
            yield connection


class _Handed:
    """What gunicorn's parser reads from: the bytes that have arrived, and then nothing."""

    def __init__(self) -> None:
        self._portions: deque[bytes] = deque()
        self.is_cut = False

    def add(self, arrived: bytes) -> None:
        self._portions.extend(arrived[start : start + _PORTION] for start in range(0, len(arrived), _PORTION))

    def take(self) -> bytes:
        """Return what was not read. It is not here any more."""
        unread = b"".join(self._portions)
        self._portions.clear()
        return unread

    def __iter__(self) -> "_Handed":
        return self

    def __next__(self) -> bytes:
        if self._portions:
            return self._portions.popleft()
        self.is_cut = True
        return b""


class _Answer:
    """Takes the place of the socket for gunicorn: it keeps what is written."""

    def __init__(self) -> None:
        self.unsent = bytearray()

    def sendall(self, data: bytes) -> None:
        self.unsent += data

    def gettimeout(self) -> float:
        return 0.0

    def setblocking(self, _: bool) -> None:
        """Do nothing: writing to memory never waits."""

    def shutdown(self, _: int) -> None:
        """Refuse: the worker ends the connection when the answer is sent."""
        raise OSError("not connected")

    def close(self) -> None:
        """Do nothing, for the same reason."""
