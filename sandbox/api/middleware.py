"""WSGI middleware around the application: it logs requests, and applies faults and the limit on parallel reads."""

import json
import re
from collections.abc import Iterable
from urllib.parse import parse_qs
from wsgiref.headers import Headers
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.http import HTTP_STATUS_CODES

from sandbox.api.context import WORLD_KEY
from sandbox.api.own_address import is_from_elsewhere
from sandbox.api.responses import error_body
from sandbox.faults import Fault, Faults
from sandbox.webex.ids import make_tracking_id
from sandbox.webex.parallel_reads import SEEN_LIMIT
from sandbox.world import Request, World


class ConnectionDropped(ConnectionAbortedError):
    """The connection must be closed without a response."""


class RequestMiddleware:
    """Puts the world into each request, applies faults and logs the request in the world."""

    def __init__(self, app: WSGIApplication, world: World, faults: Faults) -> None:
        self._app = app
        self._world = world
        self._faults = faults

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve a request, or apply the fault that matches it. Raise `ConnectionDropped` if the fault says so."""
        if is_from_elsewhere(environ, self._world.base_url):
            return _refusal_response(start_response)
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"].removeprefix("/v1")
        token = _access_token(environ)
        environ[WORLD_KEY] = self._world
        statuses: list[int] = []

        def start(status: str, headers: list[tuple[str, str]], *_: object) -> object:
            statuses.append(int(status[:3]))
            return start_response(status, headers)

        dropped = True
        try:
            with self._world.parallel_reads.running(_read_room(method, path, environ["QUERY_STRING"])) as is_within:
                fault = self._faults.take(method, path, token) if is_within else self._busy()
                response = self._serve(fault, environ, start)  # type: ignore[arg-type]
            dropped = False
            return response
        finally:
            status = statuses[-1] if statuses and not dropped else None
            self._world.requests.append(Request(method, path, environ["QUERY_STRING"], token, status))

    def _busy(self) -> Fault:
        headers = {"Retry-After": str(self._world.parallel_reads.retry_after), "x-ratelimit-limit": str(SEEN_LIMIT)}
        return Fault(None, re.compile(""), None, 1, 429, headers)

    def _serve(self, fault: Fault | None, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if fault is None:
            return self._app(environ, start)
        is_stopping = fault.delay > 0 and not self._faults.wait(fault.delay)
        if is_stopping or fault.drop == "before":
            raise ConnectionDropped
        response = self._app(environ, start) if fault.status is None else _fault_response(fault, fault.status, start)
        if fault.drop == "after":
            raise ConnectionDropped
        return response


def _read_room(method: str, path: str, query: str) -> str | None:
    """Return the space whose messages a request lists, or None."""
    if (method, path) != ("GET", "/messages"):
        return None
    return parse_qs(query).get("roomId", [None])[0]


def _access_token(environ: WSGIEnvironment) -> str:
    """Return the access token of a request. What HTTP Basic carries is a client's secret, which is logged nowhere."""
    scheme, _, token = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
    return "" if scheme.casefold() == "basic" else token


def _refusal_response(start: StartResponse) -> Iterable[bytes]:
    body = json.dumps(error_body("The sandbox answers only at its own address.", make_tracking_id("SANDBOX"))).encode()
    start("403 Forbidden", [("Content-Type", "application/json;charset=UTF-8"), ("Content-Length", str(len(body)))])
    return [body]


def _fault_response(fault: Fault, status: int, start: StartResponse) -> Iterable[bytes]:
    reason = HTTP_STATUS_CODES.get(status, "Unknown")
    tracking_id = make_tracking_id("SANDBOX")
    body = json.dumps(error_body(reason, tracking_id)).encode() if fault.body is None else fault.body
    headers = Headers([("Content-Type", "application/json;charset=UTF-8"), ("TrackingID", tracking_id)])
    for name, value in fault.headers.items():
        headers[name] = value
    headers["Content-Length"] = str(len(body))
    start(f"{status} {reason}", headers.items())
    return [body]
