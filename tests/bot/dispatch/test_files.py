"""A file with a command is read and parsed only if it is allowed, and outside any transaction."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event

from bot.chat.command import CommandSettings
from bot.chat.message import Denial, FileTooLarge, FileUnreadable, Limited, Refusal, Reply, TooFast, TooLate
from bot.commands import COMMANDS
from bot.commands.locations import COMMAND
from bot.dispatch import access
from bot.dispatch.pending_request import Detail, PendingRequest
from bot.formatting.csv_file import CsvTooLarge
from storage import admins, audit, inbox
from storage.engine.database import Database
from storage.engine.turns import Turns
from storage.values.messages import Event
from storage.values.records import AuditEntry, Claim, Enterprise
from tests.bot.dispatch.file_requests import ANA, HEADER, SETTINGS, answer, asked, mapping
from tests.storage.sample_rows import NOW


def test_a_file_is_parsed_outside_any_transaction(
    database: Database, acme: Enterprise, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_, seen = [0], []
    for engine in {id(engine): engine for engine in (database.writer, database.reader)}.values():
        event.listen(engine, "begin", lambda _connection: open_.append(open_.pop() + 1))
        for end in ("commit", "rollback"):
            event.listen(engine, end, lambda _connection: open_.append(open_.pop() - 1))

    def parse(content: bytes) -> object:
        seen.append(open_[0])
        assert COMMAND.parse_file is not None
        return COMMAND.parse_file(content)

    command = replace(COMMAND, parse_file=parse)
    monkeypatch.setattr(access, "COMMANDS", tuple(command if c.name == "locations" else c for c in COMMANDS))
    assert isinstance(answer(database, asked(f"{HEADER}1@acme,Bern\n")), Reply)
    assert seen == [0]
    assert mapping(database, acme) == {"1@acme": "Bern"}


def _too_fast(database: Database, _acme: Enterprise) -> tuple[PendingRequest, CommandSettings]:
    answer(database, replace(asked(None, "help"), already_waited=False))
    return replace(asked(None), already_waited=False), replace(SETTINGS, commands_per_minute=1)


def _many_files(database: Database, acme: Enterprise) -> tuple[PendingRequest, CommandSettings]:
    entry = AuditEntry(NOW, acme.id, "refused", "ben", "ben@acme.example", command="locations")
    with database.write() as session:
        audit.add(session, entry)
    return asked(None), replace(SETTINGS, files_per_hour=1)


def _late(_database: Database, _acme: Enterprise) -> tuple[PendingRequest, CommandSettings]:
    return replace(asked(None), written_at=NOW - timedelta(hours=2), age=timedelta(hours=2)), SETTINGS


def _denied(database: Database, acme: Enterprise) -> tuple[PendingRequest, CommandSettings]:
    with database.write() as session:
        admins.remove(session, acme.id, ANA.email)
    return asked(None), SETTINGS


@pytest.mark.parametrize(
    ("forbid", "refusal"), [(_too_fast, TooFast), (_many_files, Limited), (_late, TooLate), (_denied, Denial)]
)
def test_a_file_that_is_refused_is_not_asked_for(
    database: Database,
    acme: Enterprise,
    forbid: Callable[[Database, Enterprise], tuple[PendingRequest, CommandSettings]],
    refusal: type[Refusal],
) -> None:
    assert answer(database, asked(None)) is Detail.FILE
    request, settings = forbid(database, acme)
    assert isinstance(answer(database, request, settings=settings), refusal)


def test_a_limited_file_is_read_again_an_hour_later(database: Database, acme: Enterprise) -> None:
    request, settings = _many_files(database, acme)
    for _ in range(2):
        assert isinstance(answer(database, request, settings=settings), Limited)
    later = NOW + timedelta(hours=1, seconds=1)
    assert answer(database, request, later, settings) is Detail.FILE


@pytest.mark.parametrize("typed", ["audit", "licenses"])
def test_a_file_that_would_be_too_large_is_not_tried_without_end(
    database: Database, acme: Enterprise, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    def compressed_csv(*_: object) -> bytes:
        raise CsvTooLarge("more than 100 MB")

    monkeypatch.setattr(f"bot.commands.{typed}.compressed_csv", compressed_csv)
    if typed == "audit":
        with database.write() as session:
            audit.add(session, AuditEntry(NOW, acme.id, "answered", "ben", "ben@acme.example", command="status"))
    settings = replace(SETTINGS, files_per_hour=1)
    request = replace(asked(None, typed), message=replace(asked(None, typed).message, files=()))
    assert isinstance(answer(database, request, settings=settings), FileTooLarge)
    said = answer(database, request, settings=settings)
    assert isinstance(said, Reply)
    assert "There is no CSV this time" in said.markdown


def test_files_that_wait_count_towards_the_limit(database: Database, acme: Enterprise) -> None:
    event = Event("messages", "created", "another", "", "room of ben", "ben")
    with database.single_write() as connection:
        inbox.record(connection, [event], NOW)
        row = inbox.claim(connection, NOW, turns=Turns(1))
    assert row is not None
    with database.write() as session:
        inbox.wait(session, Claim(row.id, row.attempt), NOW + timedelta(minutes=5), acme.id)
    settings = replace(SETTINGS, files_per_hour=1)
    said = answer(database, replace(asked(None), already_waited=False), settings=settings)
    assert isinstance(said, Limited)
    assert answer(database, asked(None), settings=settings) is Detail.FILE


@pytest.mark.parametrize("why", list(FileUnreadable))
def test_a_file_that_webex_does_not_give_changes_nothing(
    database: Database, acme: Enterprise, why: FileUnreadable
) -> None:
    request = asked("")
    said = answer(database, replace(request, message=replace(request.message, file=why)))
    assert isinstance(said, Refusal)
    assert "Nothing was changed" in said.markdown
    assert mapping(database, acme) == {}
