"""A web server on the loopback that answers by script and remembers what it was asked."""

import hashlib
import json
import socket
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

TOKEN = "MDk2-a-very-secret-token"

REMEMBERED = 1_000_000
"""Bytes of a body that are kept; of a longer one only its size and digest."""


@dataclass(frozen=True)
class Answer:
    """An answer; `hang_up` closes the connection after it without having said so."""

    status: int = 200
    content: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    hang_up: bool = False

    @property
    def body(self) -> bytes:
        if isinstance(self.content, bytes):
            return self.content
        return b"" if self.content is None else json.dumps(self.content).encode()


OK = Answer(content={"id": "1"})


@dataclass(frozen=True)
class Drop:
    """Close the connection, before the request is read or after, without an answer."""

    after_reading: bool = True


@dataclass(frozen=True)
class Stall:
    """Read the request and say nothing."""


@dataclass(frozen=True)
class Raw:
    """Send these bytes, whatever they are, and close the connection."""

    content: bytes


Step = Answer | Drop | Stall | Raw


@dataclass(frozen=True)
class Heard:
    """A request as it came in; `connection` counts from 1."""

    method: str
    target: str
    headers: Message
    body: bytes
    size: int
    digest: str
    connection: int

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def raw_query(self) -> str:
        return urlsplit(self.target).query

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(self.raw_query, keep_blank_values=True)

    @property
    def json(self) -> object:
        return json.loads(self.body)


class Scripted:
    """The server, from `with` to the end of it; each request takes the next step of the script."""

    def __init__(self, *steps: Step) -> None:
        self.heard: list[Heard] = []
        self.connections = 0
        self.over = threading.Event()
        self.hung_up = threading.Event()
        self._steps = deque(steps)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.url = f"{self.origin}/v1/"

    def script(self, *steps: Step) -> None:
        self._steps.extend(steps)

    def next_step(self) -> Step:
        with self._lock:
            return self._steps.popleft() if self._steps else Answer(501, {"message": "the script is over"})

    def connected(self) -> int:
        with self._lock:
            self.connections += 1
            return self.connections

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.socket.close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        scripted = self

        class Handler(_Handler):
            server_side = scripted

        return Handler


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 30
    server_side: Scripted

    def setup(self) -> None:
        super().setup()
        self.number = self.server_side.connected()

    def handle_one_request(self) -> None:
        self.close_connection = True
        if not self._more():
            return
        step = self.server_side.next_step()
        if step == Drop(after_reading=False):
            return
        self.raw_requestline = self.rfile.readline(65537)
        if not self.parse_request():
            return
        self.server_side.heard.append(self._read())
        match step:
            case Answer():
                self._send(step)
            case Raw(content):
                self.wfile.write(content)
                self.close_connection = True
            case Stall():
                self.server_side.over.wait(30)
                self.close_connection = True
            case Drop():
                self.close_connection = True

    def _more(self) -> bool:
        try:
            return bool(self.rfile.peek(1))  # type: ignore[attr-defined]
        except OSError:
            return False

    def _read(self) -> Heard:
        size, kept, digest = int(self.headers.get("Content-Length") or 0), bytearray(), hashlib.sha256()
        left = size
        while left and (chunk := self.rfile.read(min(left, 65_536))):
            left -= len(chunk)
            digest.update(chunk)
            if size <= REMEMBERED:
                kept += chunk
        return Heard(
            method=self.command,
            target=self.path,
            headers=self.headers,
            body=bytes(kept),
            size=size - left,
            digest=digest.hexdigest(),
            connection=self.number,
        )

    def _send(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        headers = {"Content-Type": "application/json", **answer.headers}
        if answer.status != 204:
            headers.setdefault("Content-Length", str(len(answer.body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)
        self.wfile.flush()
        if answer.hang_up:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            self.server_side.hung_up.set()

    def log_message(self, format: str, *args: object) -> None:
        """The tests read `heard` instead."""
