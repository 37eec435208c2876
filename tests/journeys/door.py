"""The bot's webhook server, over real HTTP, with a record of its requests."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from threading import Thread
from typing import TYPE_CHECKING

import requests
from werkzeug.serving import BaseWSGIServer, make_server

from bot.web import create_app
from storage.engine.database import Database

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HOST = "127.0.0.1"
_POLL_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Delivery:
    """One POST of a webhook."""

    body: bytes
    signature: str


class Door:
    """A webhook server. Its address is known at once; it serves while it is open."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.deliveries: list[Delivery] = []
        self._now = now
        self._app: WSGIApplication | None = None
        self._server: BaseWSGIServer = make_server(HOST, 0, self._answer, threaded=True)
        self._thread = Thread(target=self._server.serve_forever, args=(_POLL_SECONDS,), name="door", daemon=True)

    @property
    def url(self) -> str:
        """Return the public URL of the bot."""
        return f"http://{HOST}:{self._server.server_port}"

    def open(self, database: Database, secrets: Sequence[str]) -> None:
        """Serve the bot's application."""
        self._app = create_app(database, secrets, self._now)
        self._thread.start()

    def close(self) -> None:
        """Close the port and end the thread."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def bring(self, body: bytes, signature: str | None) -> int:
        """Post a webhook as Webex does, and return the status."""
        headers = {"Content-Type": "application/json"} | ({"X-Spark-Signature": signature} if signature else {})
        return requests.post(f"{self.url}/webhooks", data=body, headers=headers, timeout=10).status_code

    def _answer(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        self.deliveries.append(Delivery(body, environ.get("HTTP_X_SPARK_SIGNATURE", "")))
        if self._app is None:
            raise RuntimeError("the door is not open yet")
        return self._app(environ, start_response)
