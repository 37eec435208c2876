"""The door: is it really Webex, what is it about, keep it, answer. It knows nothing of commands."""

import json
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Response, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge

from bot.webex.signature import is_signed
from storage.engine.database import Database
from storage.engine.upgrade import up_to_date
from storage.intake import Intake, NotStored
from storage.values.messages import Event

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 64 * 1024
MAX_ID_BYTES = 500
KNOWN_FOR = timedelta(days=30)
"""How old what an event tells of may be: its row, by which a repeat is known, is kept a day longer."""

RESOURCES = frozenset({"messages", "attachmentActions", "memberships", "rooms"})


def create_app(database: Database, secrets: Sequence[str], now: Callable[[], datetime]) -> Flask:
    """The Flask application: POST /webhooks for Webex, GET /healthz and /readyz for whoever runs the bot."""
    app = Flask("bot")
    intake = Intake(database)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES + 1  # werkzeug cuts a body of no told length there, unsaid

    @app.post("/webhooks")
    def webhooks() -> Response:
        body = request.get_data(cache=False)
        if len(body) > MAX_BODY_BYTES:
            raise RequestEntityTooLarge
        if not is_signed(secrets, body, request.headers.get("X-Spark-Signature")):
            return _said(401, "the signature is missing or wrong")
        event = _event(body)
        if event is None or _is_old(event, now()):
            return Response(status=204)
        try:
            intake.keep(event, now())
        except NotStored:
            return _said(503, "the database cannot be reached; please send it again")
        return Response(status=204)

    @app.get("/healthz")
    def healthz() -> Response:
        return _said(200, "alive")

    @app.get("/readyz")
    def readyz() -> Response:
        try:
            ready = up_to_date(database)
        except SQLAlchemyError as error:
            log.warning("not ready: %s", type(error).__name__)
            return _said(503, "the database cannot be reached")
        return _said(200, "ready") if ready else _said(503, "the database is not up to date")

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        return _said(error.code or 500, error.description or error.name)

    return app


def _event(body: bytes) -> Event | None:
    """The event of a webhook's body; None where it is of a kind nobody here waits for."""
    try:
        envelope = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest("the body is not JSON") from error
    if not isinstance(envelope, dict):
        raise BadRequest("the body is not an object")
    resource = _text(envelope, "resource")
    if resource not in RESOURCES:
        return None
    data = envelope.get("data")
    if not isinstance(data, dict):
        raise BadRequest("data is not an object")
    return Event(
        resource=resource,
        event=_text(envelope, "event"),
        data_id=_text(data, "id"),
        data_created=_text(data, "created", optional=True),
        room_id=_text(data, "roomId", optional=True),
        person_id=_text(data, "personId", optional=True),
        actor_id=_text(envelope, "actorId", optional=True),
    )


def _is_old(event: Event, now: datetime) -> bool:
    """Whether an event tells of what was made so long ago that it would not be known as a repeat any more.

    That somebody has left is told with the time when they came, which may be any time ago.
    """
    if event.event != "created" or not event.data_created:
        return False
    try:
        made = datetime.fromisoformat(event.data_created)
        return now - (made if made.tzinfo else made.replace(tzinfo=UTC)) > KNOWN_FOR
    except (ValueError, OverflowError):
        return False


def _text(source: dict[str, Any], name: str, *, optional: bool = False) -> str:
    value = source.get(name)
    if value is None and optional:
        return ""
    if not isinstance(value, str) or (not value and not optional):
        raise BadRequest(f"{name} is not a text")
    try:
        size = len(value.encode())
    except UnicodeEncodeError as error:
        raise BadRequest(f"{name} is not Unicode") from error
    if size > MAX_ID_BYTES or "\0" in value:
        raise BadRequest(f"{name} is too long, or has a NUL in it")
    return value


def _said(status: int, text: str) -> Response:
    return Response(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")
