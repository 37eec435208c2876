from typing import Any

from storage import audit
from storage.database import Database
from storage.models import AuditRow
from storage.records import Enterprise
from tests.storage.samples import NOW


def test_who_asked_for_what_from_where_and_how_it_went_is_kept(database: Database, acme: Enterprise) -> None:
    asked: dict[str, Any] = {
        "person_id": "ana",
        "email": "ana@acme.example",
        "room_id": "room",
        "command": "licenses",
        "arguments": "location=Łódź",
        "outcome": "answered",
    }
    with database.write() as session:
        audit.add(session, now=NOW, enterprise_id=acme.id, **asked, detail="23 of 410")
        audit.add(session, now=NOW, enterprise_id=None, **asked | {"outcome": "denied"})
    with database.read() as session:
        first, second = session.query(AuditRow).order_by(AuditRow.id)
        assert {name: getattr(first, name) for name in asked} == asked
        assert (first.at, first.enterprise_id, first.detail) == (NOW, acme.id, "23 of 410")
        assert (second.enterprise_id, second.outcome, second.detail) == (None, "denied", "")
