"""Every origin goes the same road: the same rights, limits and audit for a typed message and for any other."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.chat import command_line
from bot.chat.command import CommandSettings
from bot.chat.message import Message, TooFast
from bot.dispatch import router
from bot.dispatch.pending_request import PendingRequest
from bot.entrypoints.shell import Shell
from bot.jobs import typed_message
from bot.settings.load import Settings
from storage import audit, destinations, inbox
from storage.engine.database import Database
from storage.models import OutboxRow
from storage.values.records import AuditEntry, Identity
from tests.bot.dispatch.button import Button
from tests.storage import sample_rows
from tests.storage.sample_rows import NOW

ANA = Identity("ana", "ana@acme.example")
SAM = Identity("sam", "sam@elsewhere.example")
SECOND = timedelta(seconds=1)
SETTINGS = Settings().command_settings


Ask = Callable[[Identity, str, datetime], object]


@pytest.fixture
def world(database: Database) -> Database:
    """An enterprise with an admin."""
    sample_rows.admin(database, sample_rows.enterprise(database).id, ANA.email)
    return database


def typing(database: Database, settings: CommandSettings = SETTINGS) -> Ask:
    """People who type in a group."""

    def ask(who: Identity, text: str, now: datetime) -> object:
        message = Message(f"{who.person_id} at {now}", "room", False, who, text)
        sample_rows.receive_event(database, message.id, "room", now)
        with database.single_write() as connection:
            row = inbox.claim(connection, now)
        assert row is not None
        request = replace(typed_message.pending_request(row, message), already_waited=False)
        return router.answer(database, settings, request, now)

    return ask


def pressing(database: Database, button: Button, settings: CommandSettings = SETTINGS) -> Ask:
    """People who press a button in that group."""

    def ask(who: Identity, text: str, now: datetime) -> object:
        message = Message("card", "room", False, who, "")
        request = PendingRequest(message, command_line.parse(text), button, now)
        return router.answer(database, settings, request, now)

    return ask


def audited(database: Database) -> list[AuditEntry]:
    with database.read() as session:
        return [replace(row, at=NOW) for row in audit.entries(session, NOW - SECOND, None)][::-1]


def said(database: Database) -> list[tuple[bool, str]]:
    """What the outbox has, and whether it goes to the requester alone."""
    with database.read() as session:
        rows = session.scalars(select(OutboxRow).order_by(OutboxRow.id))
        return [(destinations.get(session, row.destination_id).room_id is None, row.markdown) for row in rows]


def test_a_typed_message_and_another_origin_get_the_same_outcome(world: Database) -> None:
    button = Button()
    asked = [(ANA, "help"), (ANA, "bogus"), (ANA, "enterprise"), (ANA, "history 5"), (SAM, "status"), (SAM, "help")]
    for number, (who, text) in enumerate(asked):
        typing(world)(who, text, NOW + number * SECOND)
    typed = audited(world)
    told = said(world)
    for number, (who, text) in enumerate(asked):
        pressing(world, button)(who, text, NOW + timedelta(hours=1) + number * SECOND)
    repeated, *pressed = audited(world)[len(typed) :]
    assert (repeated.outcome, repeated.detail) == ("denied", "1 more, without an answer")
    assert pressed == typed
    assert button.said == told
    assert [(row.outcome, row.detail) for row in typed] == [
        ("answered", ""),
        ("refused", ""),
        ("refused", ""),
        ("answered", ""),
        ("denied", ""),
    ]
    assert [private for private, _ in told] == [False, False, False, False, True]
    assert button.ended == len(asked)


def test_commands_of_every_origin_count_towards_one_limit(world: Database) -> None:
    few, button = replace(SETTINGS, commands_per_minute=3), Button()
    ask = [typing(world, few), pressing(world, button, few)]
    outcomes = [ask[number % 2](ANA, "help", NOW + number * SECOND) for number in range(5)]
    assert [isinstance(outcome, TooFast) for outcome in outcomes] == [False, False, False, True, True]
    assert [row.outcome for row in audited(world)] == ["answered"] * 3 + ["too fast"]


def test_a_command_of_any_origin_waits_for_a_roster_of_its_enterprise(world: Database) -> None:
    button = Button()
    pressing(world, button)(ANA, "licenses", NOW)
    (awaited,) = button.awaited
    assert (awaited.roster_id is not None, awaited.reading_id, button.ended) == (True, None, 0)
    assert audited(world) == []


def test_only_the_shell_needs_no_rights(world: Database) -> None:
    nobody = Message("", "", True, Identity("", "somebody"), "")
    for origin, outcome in ((Button(), "denied"), (Shell(), "answered")):
        request = PendingRequest(nobody, command_line.parse("enterprise"), origin, NOW)
        router.answer(world, SETTINGS, request, NOW)
        assert audited(world)[-1].outcome == outcome
