"""What a file changes is worked out again if it is out of date, and written in portions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.chat.message import Denial, Reply
from bot.dispatch import changes
from storage import admins, audit, enterprises, locations, rosters, views
from storage.engine.database import Database
from storage.values.license_table import LicenseHolder
from storage.values.records import Enterprise
from tests.bot.dispatch.file_requests import ANA, HEADER, MANY, answer, asked, audited, mapping
from tests.storage import sample_rows
from tests.storage.sample_rows import NOW


def set_by_another(database: Database, enterprise: Enterprise, **wanted: str) -> None:
    with database.write() as session:
        enterprises.lock(session, enterprise.id)
        changed = locations.in_every_form({f"{name[1:]}@acme": place for name, place in wanted.items()})
        locations.change(session, enterprise.id, changed, NOW)


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
