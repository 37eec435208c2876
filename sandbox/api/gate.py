"""The gate in front of the application: it keeps the log of requests and lets faults happen."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING
from wsgiref.headers import Headers

from werkzeug.http import HTTP_STATUS_CODES

from sandbox.api.answers import error_body
from sandbox.api.context import WORLD
from sandbox.faults import Fault, Faults
from sandbox.webex.ids import make_tracking_id
from sandbox.world import Request, World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Dropped(ConnectionAbortedError):
    """The connection is to be closed without an answer."""


class Gate:
    """A WSGI application around another."""

    def __init__(self, app: "WSGIApplication", world: World, faults: Faults) -> None:
        self._app = app
        self._world = world
        self._faults = faults

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Serve a request, or do to it what the fault it meets says; raises `Dropped`."""
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"].removeprefix("/v1")
        who = environ.get("HTTP_AUTHORIZATION", "").partition(" ")[2]
        environ[WORLD] = self._world
        statuses: list[int] = []

        def start(status: str, headers: list[tuple[str, str]], *rest: object) -> object:
            statuses.append(int(status[:3]))
            return start_response(status, headers)

        dropped = True
        fault = self._faults.take(method, path, who)
        try:
            answered = self._serve(fault, environ, start)  # type: ignore[arg-type]
            dropped = False
            return answered
        finally:
            status = statuses[-1] if statuses and not dropped else None
            self._world.requests.append(Request(method, path, environ["QUERY_STRING"], who, status))

    def _serve(self, fault: Fault | None, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        if fault is None:
            return self._app(environ, start)
        cut_short = fault.delay > 0 and not self._faults.wait(fault.delay)
        if cut_short or fault.drop == "before":
            raise Dropped
        answered = self._app(environ, start) if fault.status is None else _answer(fault, fault.status, start)
        if fault.drop == "after":
            raise Dropped
        return answered


def _answer(fault: Fault, status: int, start: "StartResponse") -> Iterable[bytes]:
    reason = HTTP_STATUS_CODES.get(status, "Unknown")
    tracking_id = make_tracking_id("SANDBOX")
    body = fault.body
    if body is None:
        body = json.dumps(error_body(reason, tracking_id)).encode()
    headers = Headers([("Content-Type", "application/json;charset=UTF-8"), ("TrackingID", tracking_id)])
    for name, value in fault.headers.items():
        headers[name] = value
    headers["Content-Length"] = str(len(body))
    start(f"{status} {reason}", headers.items())
    return [body]
