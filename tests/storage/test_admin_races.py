"""Admins and operators who act at the same moment."""

from sqlalchemy.orm import Session

from bot.chat.message import Message, Refusal
from bot.dispatch import router
from bot.dispatch.pending_request import PendingRequest
from bot.jobs import typed_message
from bot.replies import access as replies
from bot.settings.load import Settings
from storage import admins, enterprises, inbox, spaces
from storage.engine.database import Database
from storage.values.records import Identity
from tests.storage import sample_rows
from tests.storage.sample_rows import NOW
from tests.storage.threads import run_before_commit

_NAMES = ("ana", "bo", "cy")


def _email(name: str) -> str:
    return f"{name}@acme.example"


def _heard(database: Database, who: str, text: str, *, direct: bool = True) -> PendingRequest:
    """A message whose inbox row is claimed."""
    message = Message(f"{who}: {text}", f"space of {who}", direct, Identity(who, _email(who)), text)
    sample_rows.receive_event(database, message.id, message.room_id)
    with database.single_write() as connection:
        row = inbox.claim(connection, NOW)
    assert row is not None
    return typed_message.pending_request(row, message)


def test_an_admin_who_loses_rights_meanwhile_cannot_remove_another(postgres: Database) -> None:
    acme = sample_rows.enterprise(postgres)
    for name in _NAMES:
        sample_rows.admin(postgres, acme.id, _email(name))
    pending = _heard(postgres, "bo", f"admins remove {_email('ana')}")

    def take_away(session: Session) -> None:
        enterprises.lock(session, acme.id)
        admins.remove(session, acme.id, _email("bo"))

    run_before_commit(postgres, take_away, lambda: router.answer(postgres, Settings().command_settings, pending, NOW))
    with postgres.read() as session:
        assert [one.email for one in admins.of_enterprise(session, acme.id)] == [_email("ana"), _email("cy")]


def test_a_space_is_not_linked_to_an_enterprise_removed_meanwhile(postgres: Database) -> None:
    acme = sample_rows.enterprise(postgres)
    with postgres.write() as session:
        admins.set_operators(session, [_email("olga")])
    pending = _heard(postgres, "olga", "link acme", direct=False)

    def remove(session: Session) -> None:
        enterprises.lock(session, acme.id)
        enterprises.remove(session, acme.id, NOW)

    run_before_commit(postgres, remove, lambda: router.answer(postgres, Settings().command_settings, pending, NOW))
    with postgres.read() as session:
        assert spaces.find_all(session) == []


def test_a_command_is_refused_if_its_enterprise_changed_meanwhile(postgres: Database) -> None:
    acme, bolt = sample_rows.enterprise(postgres), sample_rows.enterprise(postgres, "bolt")
    for enterprise in (acme, bolt):
        sample_rows.admin(postgres, enterprise.id, _email("ana"))
    with postgres.write() as session:
        spaces.link(session, "space of ana", acme.id, NOW)
    pending = _heard(postgres, "ana", "notify on", direct=False)

    def link_to_another(session: Session) -> None:
        enterprises.lock(session, acme.id)
        spaces.link(session, "space of ana", bolt.id, NOW)

    outcome = run_before_commit(
        postgres, link_to_another, lambda: router.answer(postgres, Settings().command_settings, pending, NOW)
    )
    assert isinstance(outcome, Refusal)
    assert outcome.markdown == replies.CHANGED_MEANWHILE
    with postgres.read() as session:
        assert [space.notify for space in spaces.find_all(session)] == [False]
