"""Requests that come with a file of locations, and what they change."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.chat import command_line
from bot.chat.command import CommandSettings
from bot.chat.message import Message
from bot.dispatch import router
from bot.dispatch.pending_request import Detail, PendingRequest
from bot.settings.load import Settings
from storage import audit, locations
from storage.engine.database import Database
from storage.values.records import Enterprise, Identity
from tests.bot.dispatch.button import Button
from tests.storage.sample_rows import NOW

ANA = Identity("ana", "ana@acme.example")
MANY = 2 * locations.CHUNK + 1
HEADER = "Service ID,Location\n"
SETTINGS = Settings().command_settings


def asked(content: str | None, typed: str = "locations") -> PendingRequest:
    """A message with a file, which was read from Webex already if there is content."""
    message = Message("m", "room", True, ANA, typed, files=("address",))
    request = PendingRequest(message, command_line.parse(typed), Button(), NOW, already_waited=True)
    if content is None:
        return request
    return replace(request, message=replace(message, file=content.encode()), fetched=frozenset({Detail.FILE}))


def answer(
    database: Database, request: PendingRequest, now: datetime = NOW, settings: CommandSettings = SETTINGS
) -> object:
    return router.answer(database, settings, request, now)


def mapping(database: Database, enterprise: Enterprise) -> dict[str, str]:
    with database.read() as session:
        return locations.mapping(session, enterprise.id)


def audited(database: Database) -> list[str]:
    with database.read() as session:
        return [row.outcome for row in audit.entries(session, NOW - timedelta(days=1), None)]
