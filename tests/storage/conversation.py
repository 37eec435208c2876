"""Type messages to the bot and see its answers: the router on a database, without a Webex."""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import delete, select, update

from bot.chat.message import Message
from bot.dispatch import router
from bot.jobs import typed_message
from bot.settings.load import Settings
from bot.webex.json_fields import storable
from storage import destinations, inbox
from storage.engine.database import Database
from storage.models import AuditRow, DenialRow, InboxRow, OutboxRow
from storage.values.messages import Destination
from storage.values.records import Identity
from tests.storage import sample_rows
from tests.storage.sample_rows import NOW


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of a message: its outcome in the audit, and the texts by destination."""

    outcome: str
    said: tuple[tuple[Destination, str], ...]


class Conversation:
    """A conversation with the bot, with a few seconds between two messages."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._number = self._last = 0

    def type(self, who: Identity, text: str, room: str | None = None) -> Answer:
        """Type a line, in the person's 1:1 space or in a group. The command does not wait for Webex."""
        self._number += 1
        now = NOW + self._number * timedelta(seconds=5)
        where = room or f"1:1 of {who.person_id}"
        message = Message(f"m{self._number}", where, room is None, who, storable(text))
        sample_rows.receive_event(self._database, message.id, where, now)
        with self._database.single_write() as connection:
            row = inbox.claim(connection, now)
        assert row is not None
        request = replace(typed_message.pending_request(row, message), already_waited=True)
        router.answer(self._database, Settings().command_settings, request, now)
        return self._answer()

    def _answer(self) -> Answer:
        """Return what was written since the last message, and clear it, so that no limit counts it."""
        with self._database.write() as session:
            rows = list(session.scalars(select(AuditRow).where(AuditRow.outcome != "reported")))
            new = list(session.scalars(_SAID.where(OutboxRow.id > self._last)))
            said = [(destinations.get(session, one.destination_id), one.markdown) for one in new]
            self._last = max([self._last, *(one.id for one in new)])
            session.execute(delete(AuditRow))
            session.execute(delete(DenialRow))
            session.execute(update(InboxRow).values(due_at=None, lease_until=None))
        return Answer(rows[-1].outcome if rows else "waits", tuple(said))


_SAID = select(OutboxRow).order_by(OutboxRow.id)
