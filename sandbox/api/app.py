"""The Flask application: it identifies the caller, and returns every error as Webex writes it."""

from functools import cache

from flask import Flask, Response, g
from werkzeug.exceptions import HTTPException

from sandbox.api import (
    attachment_actions,
    enterprises,
    files,
    memberships,
    messages,
    oauth,
    people,
    rooms,
    subscribers,
    webhooks,
)
from sandbox.api.context import authenticate
from sandbox.api.responses import error_body, json_response
from sandbox.webex.errors import WebexError
from sandbox.webex.ids import make_tracking_id

_ENDPOINTS = (
    *(oauth, people, rooms, memberships, messages, files, attachment_actions, webhooks),
    *(enterprises, subscribers),
)


@cache
def flask_app() -> Flask:
    """Return the application. It serves the world that the middleware put into the request, so one is enough."""
    app = Flask("sandbox", static_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.before_request(_set_tracking_id)
    app.before_request(authenticate)
    app.after_request(_add_tracking_id)
    app.register_error_handler(WebexError, _error_response)
    app.register_error_handler(HTTPException, _http_error_response)
    for endpoint in _ENDPOINTS:
        app.register_blueprint(endpoint.blueprint, url_prefix="/v1")
    return app


def _set_tracking_id() -> None:
    g.tracking_id = make_tracking_id("SANDBOX")


def _add_tracking_id(response: Response) -> Response:
    response.headers["TrackingID"] = g.tracking_id
    return response


def _error_response(error: WebexError) -> Response:
    response = json_response(error_body(error.message, g.tracking_id, error.code), error.status)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _http_error_response(error: HTTPException) -> Response:
    response = json_response(error_body(error.description or error.name, g.tracking_id), error.code or 500)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response
