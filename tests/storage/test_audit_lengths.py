"""What people type fills the audit only so far, and two long commands that differ never confirm each other."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.chat.command import Request
from bot.chat.message import Unconfirmed
from bot.services import confirmation
from storage import audit
from storage.engine.database import Database
from storage.models import AuditRow
from storage.values.records import AuditEntry
from tests.storage.sample_rows import NOW, SECOND

_ENDS = st.text("ab…(), 0123456789", max_size=5)
_LONG = st.builds(lambda length, end: "a" * length + end, st.sampled_from([0, 1, 1_995, 2_000, 7_000]), _ENDS)


@given(texts=st.tuples(_LONG, _LONG))
@settings(deadline=None, max_examples=50)
def test_only_the_same_arguments_are_kept_the_same(texts: tuple[str, str]) -> None:
    kept = [audit.as_kept(text) for text in texts]
    assert (kept[0] == kept[1]) == (texts[0] == texts[1])
    assert max(map(len, kept)) <= audit.MAX_ARGUMENTS + 120


def test_an_audit_entry_has_a_greatest_length(database: Database) -> None:
    long = "x" * 500_000
    with database.write() as session:
        audit.add(session, AuditEntry(NOW, None, "refused", "ana", long, "room", long, long, long))
    with database.read() as session:
        (row,) = session.scalars(select(AuditRow))
    assert len(row.email + row.command + row.arguments + row.detail) < 4_000


def test_a_long_command_is_confirmed_only_by_the_same_one(database: Database) -> None:
    typed = f"remove {'x' * 6_000}"
    entry = AuditEntry(NOW, None, Unconfirmed.audit_outcome, "ana", "ana@acme.example", "room", "enterprise")
    entry = replace(entry, detail=audit.as_kept(f"{typed}a", 800))
    with database.write() as session:
        audit.add(session, entry)

    def is_confirmed(arguments: str) -> bool:
        who, where = SimpleNamespace(person_id="ana"), SimpleNamespace(room_id="room")
        asked: dict[str, Any] = {"requester": who, "message": where, "arguments": arguments, "now": NOW + SECOND}
        request = SimpleNamespace(**asked, is_confirmed=False, age=0 * SECOND, speaks_for=None)
        try:
            with database.read() as session:
                confirmation.require(session, cast(Request, request), "enterprise", arguments)
        except Unconfirmed:
            return False
        return True

    assert is_confirmed(f"{typed}a")
    assert not is_confirmed(f"{typed}b")
    assert not is_confirmed(audit.as_kept(f"{typed}a"))
