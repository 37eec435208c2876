"""A client of the sandbox, and a receiver for its webhooks."""

import json
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self

import requests

from sandbox.server import Sandbox

Response = requests.Response


class Caller:
    """Calls the API as one person, on its own connection."""

    def __init__(self, sandbox: Sandbox, token: str) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, **options: Any) -> Response:
        """Make a request; `path` is what comes after /v1/, or a whole URL."""
        url = path if path.startswith("http") else self.sandbox.url + path
        return self.session.request(method, url, timeout=10, **options)

    def get(self, path: str, **params: Any) -> Response:
        """Send GET."""
        return self.call("GET", path, params=params)

    def post(self, path: str, **body: Any) -> Response:
        """Send POST with a JSON body."""
        return self.call("POST", path, json=body)

    def put(self, path: str, **body: Any) -> Response:
        """Send PUT with a JSON body."""
        return self.call("PUT", path, json=body)

    def delete(self, path: str) -> Response:
        """Send DELETE."""
        return self.call("DELETE", path)

    def say(self, room_id: str, markdown: str, **more: Any) -> dict[str, Any]:
        """Post a message, which must succeed, and return it."""
        response = self.post("messages", roomId=room_id, markdown=markdown, **more)
        assert response.status_code == 200, response.text
        message: dict[str, Any] = response.json()
        return message

    def pages(self, path: str, **params: Any) -> list[list[dict[str, Any]]]:
        """Return all pages of a list, following the links."""
        response = self.get(path, **params)
        pages = [response.json()["items"]]
        while "next" in response.links:
            response = self.get(response.links["next"]["url"])
            pages.append(response.json()["items"])
        return pages


class Receiver:
    """Receives webhooks, records them and answers with `status`."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.ports: list[int] = []
        self.status = 204
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                receiver.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                receiver.headers.append(dict(self.headers.items()))
                receiver.ports.append(self.client_address[1])
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks"
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def wait_for(self, count: int) -> list[dict[str, Any]]:
        """Return the first `count` envelopes once they have arrived."""
        wait_until(lambda: len(self.bodies) >= count)
        return [json.loads(body) for body in self.bodies[:count]]


def wait_until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Return as soon as the condition holds. Fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never held"
        time.sleep(0.002)
