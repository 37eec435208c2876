"""The sandbox over real HTTP/1.1 on a local port, with kept-alive connections."""

import socket
from contextlib import suppress
from io import BytesIO
from threading import Lock, Thread
from typing import Self, cast
from wsgiref.types import WSGIApplication

from werkzeug.serving import DechunkedInput, ThreadedWSGIServer, WSGIRequestHandler

from sandbox.api.app import flask_app
from sandbox.api.middleware import ConnectionDropped, RequestMiddleware
from sandbox.faults import Faults
from sandbox.seed import seed
from sandbox.world import World

HOST = "127.0.0.1"
_POLL_SECONDS = 0.01


class _Handler(WSGIRequestHandler):
    """Handles one connection.

    Requests run here because the handler of werkzeug closes the connection after each response. A response is buffered
    and sent at once, without Nagle's delay.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def run_wsgi(self) -> None:
        """Read the whole request, run the application and send the response."""
        environ = self.make_environ()
        try:
            body = self._read_body(environ["wsgi.input"])
        except (ValueError, OSError):
            self.close_connection = True
            return
        environ["wsgi.input"] = BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        heads: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> None:
            heads.append((status, headers))

        try:
            response = self.server.app(environ, start_response)  # type: ignore[arg-type]
        except ConnectionDropped:
            self.close_connection = True
            return
        self._send(*heads[-1], b"".join(response))

    def _read_body(self, stream: object) -> bytes:
        if isinstance(stream, DechunkedInput):
            return stream.read()
        length = int(self.headers.get("Content-Length") or 0)
        if length < 0:
            raise ValueError(length)
        return self.rfile.read(length)

    def _send(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def handle_expect_100(self) -> bool:
        """Send `100 Continue` at once; without the flush the client would wait for it."""
        accepted = super().handle_expect_100()
        self.wfile.flush()
        return accepted

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing: the world keeps a list of requests."""


class _Server(ThreadedWSGIServer):
    """A server with one thread per connection. It can end all connections at once."""

    def __init__(self, listener: socket.socket, app: WSGIApplication) -> None:
        self._lock = Lock()
        self._connections: dict[socket.socket, Thread] = {}
        super().__init__(HOST, listener.getsockname()[1], app, _Handler, fd=listener.fileno())

    def process_request(self, request: object, client_address: object) -> None:
        """Start a thread for a new connection."""
        thread = Thread(target=self.process_request_thread, args=(request, client_address), name="sandbox", daemon=True)
        with self._lock:
            self._connections[cast(socket.socket, request)] = thread
        thread.start()

    def shutdown_request(self, request: object) -> None:
        """Forget a connection that has ended."""
        super().shutdown_request(cast(socket.socket, request))
        with self._lock:
            self._connections.pop(cast(socket.socket, request), None)

    def end_connections(self) -> None:
        """Close every connection and wait for its thread."""
        with self._lock:
            connections = list(self._connections.items())
            for connection, _ in connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for _, thread in connections:
            thread.join()


class Sandbox:
    """A world with an HTTP API. It can be stopped and started again on the same port."""

    def __init__(self, port: int = 0, *, sync_seconds: float = 8.0, seeded: bool = True) -> None:
        self.port = port
        self.faults = Faults()
        self.world = World(sync_seconds)
        if seeded:
            seed(self.world)
        self._app = RequestMiddleware(flask_app(), self.world, self.faults)
        self._server: _Server | None = None
        self._thread: Thread | None = None

    @property
    def url(self) -> str:
        """Return the base URL of the API. The port is known after `start`."""
        return f"http://{HOST}:{self.port}/v1/"

    def start(self) -> Self:
        """Listen on the port. Raise OSError if it is taken."""
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((HOST, self.port))
            listener.listen(128)
            self.port = listener.getsockname()[1]
            self._server = _Server(listener, self._app)
        self.world.base_url = self.url
        self.faults.start()
        self.world.webhook_sender.start()
        self._thread = Thread(
            target=self._server.serve_forever, args=(_POLL_SECONDS,), name="sandbox-listener", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Close the port and all connections, and end all threads. The world keeps its state."""
        if self._server is None or self._thread is None:
            return
        self.faults.stop()
        self._server.shutdown()
        self._thread.join()
        self._server.end_connections()
        self.world.webhook_sender.stop()
        self._server = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
