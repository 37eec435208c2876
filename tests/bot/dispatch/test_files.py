"""A file with a command: read and parsed only if it is allowed, outside any transaction, and written in portions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from bot.chat import command_line
from bot.chat.command import CommandSettings
from bot.chat.message import Denial, FileTooLarge, FileUnreadable, Limited, Message, Refusal, Reply, TooFast, TooLate
from bot.commands import COMMANDS
from bot.commands.locations import COMMAND
from bot.dispatch import access, changes, router
from bot.dispatch.pending_request import Detail, PendingRequest
from bot.formatting.csv_file import CsvTooLarge
from bot.settings.load import Settings
from storage import admins, audit, enterprises, inbox, locations, rosters, views
from storage.engine.database import Database
from storage.engine.turns import Turns
from storage.values.license_table import LicenseHolder
from storage.values.messages import Event
from storage.values.records import AuditEntry, Claim, Enterprise, Identity
from tests.bot.dispatch.test_origins import Button
from tests.storage import sample_rows
from tests.storage.sample_rows import NOW

ANA = Identity("ana", "ana@acme.example")
MANY = 2 * locations.CHUNK + 1
HEADER = "Service ID,Location\n"
SETTINGS = Settings().command_settings


@pytest.fixture
def acme(database: Database) -> Enterprise:
    """An enterprise with two admins and many license holders."""
    acme = sample_rows.enterprise(database)
    for email in (ANA.email, "ben@acme.example"):
        sample_rows.admin(database, acme.id, email)
    holders = [LicenseHolder(service_id=f"{number}@acme", ext=str(number)) for number in range(MANY)]
    with database.write() as session:
        sample_rows.write_roster(session, acme.id, holders)
    return acme


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


def set_by_another(database: Database, enterprise: Enterprise, **wanted: str) -> None:
    with database.write() as session:
        enterprises.lock(session, enterprise.id)
        changed = locations.in_every_form({f"{name[1:]}@acme": place for name, place in wanted.items()})
        locations.change(session, enterprise.id, changed, NOW)


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


@contextmanager
def before_writing(monkeypatch: pytest.MonkeyPatch, do: Callable[[], None], times: int) -> Iterator[None]:
    """Do something between the snapshot and the transaction that writes, the first times."""
    real, left = changes.write, [times]

    def write(*given: object, **more: object) -> object:
        if left[0]:
            left[0] -= 1
            do()
        return real(*given, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(changes, "write", write)
        yield


def test_a_large_change_is_written_in_portions_and_audited_once(
    database: Database, acme: Enterprise, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    real = locations.change

    def change(session: Session, enterprise_id: int, portion: list[object], now: datetime) -> None:
        sizes.append(len(portion))
        real(session, enterprise_id, portion, now)  # type: ignore[arg-type]

    monkeypatch.setattr(locations, "change", change)
    content = HEADER + "".join(f"{number}@acme,Place {number % 3}\n" for number in range(MANY))
    said = answer(database, asked(content))
    assert isinstance(said, Reply)
    assert f"{MANY:,} set" in said.markdown
    assert sizes == [locations.CHUNK, locations.CHUNK, 1]
    assert mapping(database, acme) == {f"{number}@acme": f"Place {number % 3}" for number in range(MANY)}
    assert audited(database) == ["answered"]
    with database.read() as session:
        roster = rosters.current(session, acme.id)
        assert roster is not None
        assert [holder.location for holder in views.holders(session, roster.id)] == [
            f"Place {number % 3}" for number in range(MANY)
        ]


@pytest.mark.parametrize("times", [1, 5])
def test_a_change_is_worked_out_again_if_the_mapping_has_changed(
    database: Database, acme: Enterprise, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    set_by_another(database, acme, _1="Bern")
    with before_writing(monkeypatch, lambda: set_by_another(database, acme, _1="Basel", _2="Basel"), times):
        said = answer(database, asked(f"{HEADER}1@acme,Bern\n2@acme,Chur\n"))
    assert isinstance(said, Reply)
    assert "2 set" in said.markdown
    assert mapping(database, acme) == {"1@acme": "Bern", "2@acme": "Chur"}
    assert audited(database) == ["answered"]


def test_a_change_is_worked_out_again_if_the_roster_has_changed(
    database: Database, acme: Enterprise, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_again() -> None:
        with database.write() as session:
            sample_rows.write_roster(session, acme.id, [LicenseHolder(service_id="new@acme", ext="1")])

    with before_writing(monkeypatch, read_again, 1):
        answer(database, asked("Ext,Location\n1,Bern\n"))
    assert mapping(database, acme) == {"new@acme": "Bern"}


def test_a_change_is_not_written_if_the_rights_were_removed(
    database: Database, acme: Enterprise, monkeypatch: pytest.MonkeyPatch
) -> None:
    def remove() -> None:
        with database.write() as session:
            admins.remove(session, acme.id, ANA.email)

    with before_writing(monkeypatch, remove, 1):
        said = answer(database, asked(f"{HEADER}1@acme,Bern\n"))
    assert isinstance(said, Denial)
    assert mapping(database, acme) == {}
    assert audited(database) == ["denied"]


def test_a_change_stops_when_the_rights_are_removed_between_two_portions(
    database: Database, acme: Enterprise, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = locations.change

    def change(session: Session, enterprise_id: int, *given: object) -> None:
        real(session, enterprise_id, *given)  # type: ignore[arg-type]
        admins.remove(session, acme.id, ANA.email)

    monkeypatch.setattr(locations, "change", change)
    said = answer(database, asked(HEADER + "".join(f"{number}@acme,Bern\n" for number in range(MANY))))
    assert isinstance(said, Denial)
    assert "A part of its lines is done" in said.markdown
    assert len(mapping(database, acme)) == locations.CHUNK
    with database.read() as session:
        rows = [(row.outcome, row.detail) for row in audit.entries(session, NOW - timedelta(days=1), None)]
        assert rows == [("denied", ""), ("stopped", f"{MANY:,} set, 1 of 3 parts")]
        assert audit.count(session, NOW - timedelta(days=1), acme.id) == 1


def test_a_change_that_breaks_off_is_completed_by_the_next_try(
    database: Database, acme: Enterprise, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = HEADER + "".join(f"{number}@acme,Bern\n" for number in range(MANY))
    real, written = locations.change, []

    def change(session: Session, *given: object) -> None:
        written.append(given)
        real(session, *given)  # type: ignore[arg-type]
        if len(written) == 2:
            raise OSError("the disk is gone")

    with monkeypatch.context() as patched:
        patched.setattr(locations, "change", change)
        with pytest.raises(OSError, match="gone"):
            answer(database, asked(content))
    assert len(mapping(database, acme)) == locations.CHUNK
    assert audited(database) == []
    answer(database, asked(content))
    assert len(mapping(database, acme)) == MANY
    assert audited(database) == ["answered"]


@pytest.mark.parametrize("why", list(FileUnreadable))
def test_a_file_that_webex_does_not_give_changes_nothing(
    database: Database, acme: Enterprise, why: FileUnreadable
) -> None:
    request = asked("")
    said = answer(database, replace(request, message=replace(request.message, file=why)))
    assert isinstance(said, Refusal)
    assert "Nothing was changed" in said.markdown
    assert mapping(database, acme) == {}
