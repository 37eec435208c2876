from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from storage import admins, audit, retention
from storage.engine.database import Database
from storage.models import AuditRow
from storage.values.records import AuditEntry, Enterprise
from tests.storage import sample_rows
from tests.storage.sample_rows import MINUTE, NOW


def test_an_audit_entry_is_stored_with_all_its_fields(database: Database, acme: Enterprise) -> None:
    asked: dict[str, Any] = {
        "person_id": "ana",
        "email": "ana@acme.example",
        "room_id": "room",
        "command": "licenses",
        "arguments": "location=Łódź",
        "outcome": "answered",
    }
    with database.write() as session:
        audit.add(session, AuditEntry(NOW, acme.id, **asked, detail="23 of 410"))
        audit.add(session, AuditEntry(NOW, None, **asked | {"outcome": "denied"}))
    with database.read() as session:
        first, second = session.query(AuditRow).order_by(AuditRow.id)
        assert {name: getattr(first, name) for name in asked} == asked
        assert (first.at, first.enterprise_id, first.detail) == (NOW, acme.id, "23 of 410")
        assert (second.enterprise_id, second.outcome, second.detail) == (None, "denied", "")


def _add(database: Database, minutes: int = 0, **given: Any) -> None:
    asked: dict[str, Any] = {"person_id": "ana", "email": "ana@acme.example", "room_id": "room", "command": "status"}
    asked |= {"arguments": "", "outcome": "answered", "enterprise_id": None} | given
    with database.write() as session:
        audit.add(session, AuditEntry(NOW + minutes * MINUTE, **asked))


def test_an_audit_entry_cannot_be_changed(database: Database) -> None:
    _add(database)
    with pytest.raises(DBAPIError, match="only added to"), database.write() as session:
        session.execute(update(AuditRow).values(outcome="denied"))
    with database.read() as session:
        assert [row.outcome for row in session.query(AuditRow)] == ["answered"]


def test_old_audit_entries_are_deleted(database: Database) -> None:
    for minutes in range(3):
        _add(database, minutes)
    with database.write() as session:
        assert not retention.audit(session, NOW + 2 * MINUTE)
        assert [row.at for row in audit.entries(session, NOW - MINUTE, None)] == [NOW + 2 * MINUTE]


def test_the_nth_command_leaves_out_files_and_commands_over_the_limit(database: Database) -> None:
    kinds: list[dict[str, str]] = [{}, {"outcome": "refused"}, {"outcome": "too fast"}, {"command": "file"}]
    for minutes, given in enumerate([*kinds, {"person_id": "bo"}, {}]):
        _add(database, minutes, **given)
    with database.read() as session:
        found = [audit.nth_command(session, "ana", nth, NOW - MINUTE) for nth in (1, 2, 3, 4)]
        assert found == [NOW + 5 * MINUTE, NOW + MINUTE, NOW, None]
        assert audit.nth_command(session, "ana", 1, NOW + timedelta(minutes=5)) is None


def test_the_nth_export_counts_only_requested_files(database: Database, acme: Enterprise) -> None:
    of_acme: dict[str, Any] = {"enterprise_id": acme.id, "file": "licenses.csv"}
    others: list[dict[str, Any]] = [{"file": None}, {"command": "file"}, {"outcome": "told"}, {"enterprise_id": None}]
    for minutes, other in enumerate([{}, *others, {}]):
        _add(database, minutes, **of_acme | other)
    with database.read() as session:
        found = [audit.nth_export(session, acme.id, ("status",), nth, NOW - MINUTE) for nth in (1, 2, 3)]
        assert found == [NOW + 5 * MINUTE, NOW, None]


def test_a_file_that_would_be_too_large_counts_as_an_export(database: Database, acme: Enterprise) -> None:
    _add(database, enterprise_id=acme.id, outcome="too large")
    with database.read() as session:
        assert audit.nth_export(session, acme.id, ("status",), 1, NOW - MINUTE) == NOW


def test_commands_of_a_name_are_those_of_a_person_in_a_space(database: Database) -> None:
    _add(database, command="enterprise", arguments="remove acme", outcome="unconfirmed")
    _add(database, 1, command="enterprise", room_id="another room")
    _add(database, 2, command="enterprise", person_id="bo")
    _add(database, 3, command="help")
    with database.read() as session:
        (found,) = audit.commands_in(session, "ana", "room", "enterprise", NOW - MINUTE)
        assert (found.arguments, found.outcome) == ("remove acme", "unconfirmed")
        assert audit.commands_in(session, "ana", "room", "enterprise", NOW) == []


def test_exports_of_operators_are_not_counted(database: Database, acme: Enterprise) -> None:
    with database.write() as session:
        admins.set_operators(session, ["olga@provider.example"])
        sample_rows.learn_person(session, "olga", "olga@provider.example")
    _add(database, person_id="olga", enterprise_id=acme.id, file="licenses.csv")
    with database.read() as session:
        assert audit.nth_export(session, acme.id, ("status",), 1, NOW - MINUTE) is None
