"""Receives Webex's answer to `authorize` on this computer: the browser is sent to a local address."""

import socket
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Timer
from typing import Any, Self
from urllib.parse import urlsplit

from bot.webex.consent import ConsentRefused, NotTheAnswer, code_in, receiving_place

MAX_REQUEST_SECONDS = 5.0
"""Time for one request. Browsers open connections ahead of need: one that sends nothing must not delay the answer."""

_RECEIVED = "The bot has Webex's answer. Close this page and go back to the shell.\n"
_REFUSED = "Webex did not agree: {error}\nClose this page and go back to the shell.\n"
_NOT_HERE = "There is nothing at this address.\n"


class Receiver:
    """Listens on the redirect address, for one request at a time."""

    def __init__(self, redirect_uri: str, state: str) -> None:
        """Start to listen. Raise OSError if the port cannot be used."""
        self._redirect_uri = redirect_uri
        self._state = state
        self.outcome: str | ConsentRefused | None = None
        self._server = _Server(receiving_place(redirect_uri), self)

    def wait(self, seconds: float) -> str:
        """Return the code. Raise ConsentRefused if Webex sends an error, and TimeoutError if no answer comes."""
        deadline = time.monotonic() + seconds
        while self.outcome is None:
            self._server.timeout = deadline - time.monotonic()
            if self._server.timeout <= 0:
                raise TimeoutError
            self._server.handle_request()
        if isinstance(self.outcome, ConsentRefused):
            raise self.outcome
        return self.outcome

    def answer(self, target: str) -> tuple[HTTPStatus, str]:
        """Return the status and text for the browser, and keep the outcome if `target` is the answer."""
        expected = urlsplit(self._redirect_uri)
        if target.partition("?")[0] != (expected.path or "/"):
            return HTTPStatus.NOT_FOUND, _NOT_HERE
        try:
            self.outcome = code_in(f"{expected.scheme}://{expected.netloc}{target}", self._redirect_uri, self._state)
        except NotTheAnswer as fault:
            return HTTPStatus.BAD_REQUEST, f"{fault}\n"
        except ConsentRefused as refused:
            self.outcome = refused
            return HTTPStatus.OK, _REFUSED.format(error=refused)
        return HTTPStatus.OK, _RECEIVED

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.server_close()


class _Server(HTTPServer):
    """Hands requests to a receiver."""

    def __init__(self, place: tuple[str, int], receiver: Receiver) -> None:
        self.receiver = receiver
        if ":" in place[0]:
            self.address_family = socket.AF_INET6
        super().__init__(place, _Handler)

    def server_bind(self) -> None:
        """Bind without looking up this computer's name, which may take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore a connection that breaks: the browser may come again."""


class _Handler(BaseHTTPRequestHandler):
    """Answers one request and closes its connection."""

    server: _Server
    server_version, sys_version = "authorize", ""

    def setup(self) -> None:
        """Begin, and end the connection when its time is over."""
        super().setup()
        self._limit = Timer(MAX_REQUEST_SECONDS, self._cut)
        self._limit.daemon = True
        self._limit.start()

    def finish(self) -> None:
        """End in time."""
        self._limit.cancel()
        super().finish()

    def do_GET(self) -> None:
        """Take an answer."""
        status, text = self.server.receiver.answer(self.path)
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: the request has the code."""

    def _cut(self) -> None:
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return
