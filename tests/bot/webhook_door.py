"""The door for webhooks in a test: an event as Webex sends it, its signature, and what is stored."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Connection, select
from sqlalchemy import event as events
from werkzeug.test import TestResponse

from bot.web import create_app
from storage.engine.database import Database
from storage.models import InboxRow

SECRET, OLD_SECRET = "0123456789abcdef", "fedcba9876543210"
NOW = datetime(2026, 11, 22, 10, 14, tzinfo=UTC)
TYPED: dict[str, Any] = {
    "id": "webhook-1",
    "name": "ours",
    "resource": "messages",
    "event": "created",
    "data": {
        "id": "message-1",
        "roomId": "room-1",
        "roomType": "direct",
        "personId": "person-1",
        "personEmail": "ana@acme.example",
        "created": "2026-11-22T10:14:00.000Z",
    },
}


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"X-Spark-Signature": hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()}


def door(database: Database) -> FlaskClient:
    return create_app(database, (SECRET, OLD_SECRET), lambda: NOW).test_client()


def knock(client: FlaskClient, envelope: object, secret: str = SECRET) -> TestResponse:
    body = envelope if isinstance(envelope, bytes) else json.dumps(envelope).encode()
    return client.post("/webhooks", data=body, headers=signed(body, secret))


def having(**data: object) -> dict[str, Any]:
    """What Webex sends when somebody has typed, but for these of its data."""
    return {**TYPED, "data": {**TYPED["data"], **data}}


def kept(database: Database) -> list[InboxRow]:
    with database.read() as session:
        return list(session.scalars(select(InboxRow).order_by(InboxRow.id)))


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    seen: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    engines = {database.writer, database.reader}
    for engine in engines:
        events.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        events.remove(engine, "before_cursor_execute", note)
