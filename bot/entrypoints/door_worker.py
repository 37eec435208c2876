"""gunicorn's worker for the webhook server: a client that sends or reads slowly holds no thread.

gunicorn's own worker gives a connection to a thread before its request is there. So as many slow clients as there are
threads shut everybody out. Here one loop reads all requests, and a thread gets a request when it is complete.
"""

import errno
import resource
import selectors
import socket
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from io import BytesIO
from typing import Any

from gunicorn.http.errors import NoMoreData
from gunicorn.workers.gthread import ThreadWorker

from bot.entrypoints.door_connection import Connection, Waiting
from bot.entrypoints.log_format import OneLineFormatter
from bot.entrypoints.malformed_requests import MalformedRequests

MAX_CONNECTIONS = 500
"""How many connections are open at once. With a request of the longest kind on each, they hold 48 MB."""

REQUEST_SECONDS = 10.0
"""How long a whole request may take to arrive, from the moment when the client connected or its first byte came."""

ANSWER_SECONDS = 10.0
"""How long a client may take to read an answer."""

_CLOSE_SECONDS = 2.0
"""How long a client may take to close after its last answer: closed at once, the answer might not arrive."""

_MAX_FILES = 1024
"""How many files the process needs at most: the connections, and those of the database and of Webex."""

_YOUNG_SECONDS = 1.0
"""A request that has taken less than this is not slow."""

_TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

_BODY_TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

_NO_CONNECTION = {errno.EAGAIN, errno.EWOULDBLOCK, errno.ECONNABORTED, errno.EPROTO}
_NO_FILE = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


class DoorWorker(ThreadWorker):  # type: ignore[misc]
    """Reads requests without a thread, and ends connections that are too slow.

    A connection is in a thread, or in one of the four `Waiting`. Only the loop of the worker changes them.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cfg.set("forwarder_headers", "")  # SCRIPT_NAME would change the path, and one that does not fit is a 500
        self.worker_connections = MAX_CONNECTIONS + 1  # one more is accepted when all have a request in hand
        self._incomplete = Waiting(REQUEST_SECONDS)
        self._idle = Waiting(self.cfg.keepalive)
        self._answered = Waiting(ANSWER_SECONDS)
        self._closing = Waiting(_CLOSE_SECONDS)

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        """Refuse what this worker does not do."""
        if cfg.is_ssl:
            raise RuntimeError("the webhook server speaks no TLS: put a proxy with TLS in front of it")

    def init_process(self) -> None:
        """Allow the process enough open files, and keep its log short and each entry on one line. Then run."""
        self.log.error_log.addFilter(MalformedRequests())
        for handler in self.log.error_log.handlers:
            handler.setFormatter(OneLineFormatter(self.log.error_fmt, self.log.datefmt))
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft != resource.RLIM_INFINITY and soft < _MAX_FILES:
            most = _MAX_FILES if hard == resource.RLIM_INFINITY else min(_MAX_FILES, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        super().init_process()

    def accept(self, listener: Any) -> None:
        """Accept a connection. If there are too many, close the one that deserves it most."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno in _NO_FILE:
                self._close_one()
            elif error.errno not in _NO_CONNECTION:
                raise
            return
        if self.nr_conns >= MAX_CONNECTIONS:
            self._close_one()
        self.nr_conns += 1
        connection = Connection(self.cfg, client, address, listener.getsockname())
        self._wait(self._incomplete, connection, selectors.EVENT_READ, self._receive)

    def handle(self, conn: Connection) -> bool:
        """Handle a request, in a thread, and send as much of the answer as goes at once."""
        is_kept = bool(super().handle(conn)) and not conn.is_cut
        try:
            conn.send()
        except OSError:
            return False  # the loop closes the connection when it sends the rest
        return is_kept

    def handle_request(self, req: Any, conn: Connection) -> bool:
        """Handle a request whose body is there. A malformed body never reaches the app: gunicorn refuses it."""
        req._expected_100_continue = False
        try:
            req.body = BytesIO(req.body.read())
        except NoMoreData:  # the arrival of chunks is cut when they are too many
            conn.sock.sendall(_BODY_TOO_LARGE)
            return False
        return bool(super().handle_request(req, conn))

    def finish_request(self, conn: Connection, fs: "Future[bool]") -> None:
        """Go on with a connection whose request a thread has handled."""
        conn.is_kept = not fs.cancelled() and fs.exception() is None and fs.result()
        if conn.is_kept:
            conn.take_back()
        if self.nr_conns <= MAX_CONNECTIONS:
            self._answer(conn)
        elif len(conn.arrival):  # clients that always have a next request must not shut the door
            self._close_after(conn)
        else:
            self._answer(conn)
            self._close_one()

    def murder_keepalived(self, force: bool = False) -> None:
        """Close the connections whose time is over, or all if the worker ends."""
        for connection in self._incomplete.overdue():
            self._refuse(connection, _TOO_LATE)
        for waiting in (self._idle, self._answered, self._closing):
            for connection in waiting.overdue():
                self._close(connection)
        if force:
            for waiting in (self._incomplete, self._idle, self._answered, self._closing):
                for connection in waiting:
                    self._close(connection)

    def _receive(self, connection: Connection) -> None:
        if connection in self._idle:
            self._wait(self._incomplete, connection, selectors.EVENT_READ, self._receive)
        if not connection.receive():
            self._close(connection)
            return
        self._look_at(connection)

    def _look_at(self, connection: Connection) -> None:
        """Hand the request over if it is complete."""
        arrival = connection.arrival
        if arrival.is_head_too_large:
            self._refuse(connection, _TOO_LARGE)
        elif arrival.is_complete:
            self._leave(connection)
            connection.hand_over()
            self.enqueue_req(connection)
        elif arrival.waits_for_continue:
            connection.say_continue()

    def _refuse(self, connection: Connection, answer: bytes) -> None:
        """Answer without a thread, if the client has sent anything, and close."""
        if len(connection.arrival):
            connection.sock.sendall(answer)
        connection.is_kept = False
        self._answer(connection)

    def _answer(self, connection: Connection) -> None:
        """Send what is left of the answer. When it is sent, go on with the next request, or close."""
        try:
            if not connection.send():
                if connection not in self._answered:  # its time goes on when the client has read a part
                    self._wait(self._answered, connection, selectors.EVENT_WRITE, self._answer)
            elif connection.is_kept:
                waiting = self._incomplete if len(connection.arrival) else self._idle
                self._wait(waiting, connection, selectors.EVENT_READ, self._receive)
                self._look_at(connection)
            else:
                connection.socket.shutdown(socket.SHUT_WR)
                self._wait(self._closing, connection, selectors.EVENT_READ, self._drain)
        except OSError:
            self._close(connection)

    def _close_after(self, connection: Connection) -> None:
        """Send as much of the answer as the client takes now, and close."""
        with suppress(OSError):
            connection.send()
        self._close(connection)

    def _drain(self, connection: Connection) -> None:
        """Throw away what a client sends after its last answer, until it closes."""
        if not connection.socket.recv(65536):
            self._close(connection)

    def _wait(self, waiting: Waiting, connection: Connection, event: int, then: Callable[[Connection], None]) -> None:
        """Have a connection wait until the event comes, which calls `then`."""
        self._leave(connection)
        waiting.add(connection)
        self.poller.register(connection.socket, event, partial(self._go_on, connection, then))

    def _go_on(self, connection: Connection, then: Callable[[Connection], None], _: Any) -> None:
        if connection.is_closed:
            return  # by another event of the same moment
        try:
            then(connection)
        except BlockingIOError:
            return
        except OSError:
            self._close(connection)

    def _leave(self, connection: Connection) -> None:
        """Have a connection wait for nothing any more."""
        for waiting in (self._incomplete, self._idle, self._answered, self._closing):
            if connection in waiting:
                waiting.remove(connection)
                self.poller.unregister(connection.socket)

    def _close(self, connection: Connection) -> None:
        self._leave(connection)
        connection.close()
        self.nr_conns -= 1

    def _close_one(self) -> None:
        """Close the connection that does the least harm: one that ends, then a slow one, then an idle one."""
        for waiting, seconds in (
            (self._closing, 0.0),
            (self._answered, _YOUNG_SECONDS),
            (self._incomplete, _YOUNG_SECONDS),
            (self._idle, 0.0),
            (self._answered, 0.0),
        ):
            if (connection := waiting.oldest(seconds)) is not None:
                self._close(connection)
                return
        # If few requests are on their way, most connections have one in hand, and one is closed when that is answered.
        young = self._incomplete.oldest()
        if young is not None and 2 * len(self._incomplete) >= self.nr_conns:
            self._close(young)
