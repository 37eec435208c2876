"""The door: checks a webhook's signature, reads its event, stores it and answers. It knows no commands."""

import json
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Response, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge

from bot.formatting.escape import unformatted
from bot.refused_requests import RefusedRequests
from bot.replies.provider_access import unhealthy
from bot.webex.own_webhooks import TURN_HEADER, UNKNOWN_TURN
from bot.webex.signature import is_signed
from storage import access_refusals
from storage.engine import leases
from storage.engine.database import Database
from storage.engine.upgrade import up_to_date
from storage.intake import Intake, NotStored
from storage.values.messages import Event
from storage.values.provider_access import AccessSubject
from storage.webhooks import TURN

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 64 * 1024
MAX_ID_BYTES = 500
MAX_EVENT_AGE = timedelta(days=30)
"""Older events are ignored: the row that shows that one is a repeat is kept only a day longer."""

RESOURCES = frozenset({"messages", "attachmentActions", "memberships", "rooms"})


def create_app(database: Database, secrets: Sequence[str], now: Callable[[], datetime]) -> Flask:
    """Return the Flask application: POST /webhooks for Webex, GET /healthz and /readyz for the operators.

    GET /webhooks is for other processes of the bot: it says by a header which installation this is.
    """
    app = Flask("bot")
    intake = Intake(database)
    refusals = RefusedRequests(database, now, has_secret=any(secrets))
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES + 1  # werkzeug cuts a body without a length there

    @app.post("/webhooks")
    def webhooks() -> Response:
        body = request.get_data(cache=False)
        if len(body) > MAX_BODY_BYTES:
            raise RequestEntityTooLarge
        signatures = (request.headers.get("X-Spark-Signature"), request.headers.get("X-Webex-Signature"))
        if not is_signed(secrets, body, *signatures):
            refusals.count(is_signed_otherwise=any(signatures))
            return _plain_text(401, "the signature is missing or wrong")
        event = _event(body)
        if event is None or _is_old(event, now()):
            return Response(status=204)
        try:
            intake.keep(event, now())
        except NotStored:
            return _plain_text(503, "the database cannot be reached; please send it again")
        return Response(status=204)

    @app.get("/webhooks")
    def installation() -> Response:
        try:
            with database.quick_read() as session:
                turn = leases.last_holder(session, TURN) or UNKNOWN_TURN
            answer = _plain_text(405, "only POST is allowed here")
            answer.headers["Allow"] = "POST"
        except SQLAlchemyError as error:
            log.warning("the database cannot be reached: %s", type(error).__name__)
            turn, answer = UNKNOWN_TURN, _plain_text(503, "the database cannot be reached")
        answer.headers[TURN_HEADER] = turn
        return answer

    @app.get("/healthz")
    def healthz() -> Response:
        return _plain_text(200, "alive")

    @app.get("/readyz")
    def readyz() -> Response:
        try:
            ready = up_to_date(database)
            with database.quick_read() as session:
                of_bot = access_refusals.current(session, (AccessSubject.BOT,)) if ready else []
        except SQLAlchemyError as error:
            log.warning("not ready: %s", type(error).__name__)
            return _plain_text(503, "the database cannot be reached")
        if not ready:
            return _plain_text(503, "the database is not up to date")
        return _plain_text(503, unformatted(unhealthy(of_bot[0]))) if of_bot else _plain_text(200, "ready")

    @app.errorhandler(HTTPException)
    def failed(error: HTTPException) -> Response:
        return _plain_text(error.code or 500, error.description or error.name)

    return app


def _event(body: bytes) -> Event | None:
    """Return the event of a webhook's body; None if the bot does not use events of this resource."""
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
    if resource == "memberships" and data.get("roomType") == "direct":
        return None  # nobody greets in a 1:1 space, and nobody can be removed from it
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
    """Return whether an event is about something so old that a repeat of it would not be recognized.

    Only `created` events count: when a person leaves, `created` is the time when the person came.
    """
    if event.event != "created" or not event.data_created:
        return False
    try:
        created = datetime.fromisoformat(event.data_created)
        return now - (created if created.tzinfo else created.replace(tzinfo=UTC)) > MAX_EVENT_AGE
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
    if size > MAX_ID_BYTES:
        raise BadRequest(f"{name} is longer than {MAX_ID_BYTES} bytes")
    if not value.isprintable():
        raise BadRequest(f"{name} has a line break or a control character in it")
    return value


def _plain_text(status: int, text: str) -> Response:
    return Response(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")
