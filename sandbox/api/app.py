"""The Flask application: who calls, what is answered, and every refusal in Webex's shape of an error."""

from functools import cache

from flask import Flask, Response, g
from werkzeug.exceptions import HTTPException

from sandbox.api import (
    attachment_actions,
    contents,
    enterprises,
    memberships,
    messages,
    people,
    rooms,
    subscribers,
    webhooks,
)
from sandbox.api.answers import answer, error_body
from sandbox.api.context import identify
from sandbox.webex.errors import WebexError
from sandbox.webex.ids import make_tracking_id

PARTS = (
    people,
    rooms,
    memberships,
    messages,
    contents,
    attachment_actions,
    webhooks,
    enterprises,
    subscribers,
)


@cache
def the_app() -> Flask:
    """The API under /v1; it serves whichever world a request brings along, so one is enough for all."""
    app = Flask("sandbox", static_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.before_request(_track)
    app.before_request(identify)
    app.after_request(_hand_over_tracking_id)
    app.register_error_handler(WebexError, _refuse)
    app.register_error_handler(HTTPException, _refuse_http)
    for part in PARTS:
        app.register_blueprint(part.blueprint, url_prefix="/v1")
    return app


def _track() -> None:
    g.tracking_id = make_tracking_id("SANDBOX")


def _hand_over_tracking_id(response: Response) -> Response:
    response.headers["TrackingID"] = g.tracking_id
    return response


def _refuse(error: WebexError) -> Response:
    response = answer(error_body(error.message, g.tracking_id, error.code), error.status)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _refuse_http(error: HTTPException) -> Response:
    response = answer(error_body(error.description or error.name, g.tracking_id), error.code or 500)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response
