"""An enterprise whose admins and operators type commands, through the router."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select, update

from bot.chat.message import Message, Refusal
from bot.dispatch import router
from bot.dispatch.outcome import Outcome
from bot.dispatch.pending_request import Detail
from bot.jobs import typed_message
from bot.settings.load import Settings
from storage import admins, destinations, inbox
from storage.engine.database import Database
from storage.models import EnterpriseRow, OutboxRow
from storage.values.records import Enterprise, Identity
from tests.storage import sample_rows
from tests.storage.sample_rows import NOW

ANA, BEN = Identity("ana", "ana@acme.example"), Identity("ben", "ben@acme.example")
OLGA = Identity("olga", "olga@provider.example")
JANE, BOB = "jane@acme.example", "bob@acme.example"
SLIP = "jane@acme.exampel"
MAX = 5


@dataclass
class Team:
    """An enterprise whose admins and operators type commands in 1:1."""

    database: Database
    enterprise: Enterprise
    now: datetime = NOW

    def ask(self, who: Identity, text: str, *mentioned: Identity, words_behind: str = "") -> Outcome:
        self.now += timedelta(seconds=10)
        ids = tuple(person.person_id for person in mentioned)
        message = Message(f"{self.now}", f"space of {who.person_id}", True, who, text)
        message = replace(message, mentioned=ids, people=mentioned, words_behind=words_behind)
        sample_rows.receive_event(self.database, message.id, message.room_id, self.now)
        with self.database.single_write() as connection:
            row = inbox.claim(connection, self.now)
        assert row is not None
        request = replace(typed_message.pending_request(row, message), fetched=frozenset(Detail))
        settings = Settings(max_admins=MAX).command_settings
        outcome = router.answer(self.database, settings, request, self.now)
        assert not isinstance(outcome, Detail)
        return outcome

    def said(self, who: Identity, text: str, *mentioned: Identity, words_behind: str = "") -> str:
        outcome = self.ask(who, text, *mentioned, words_behind=words_behind)
        assert isinstance(outcome, Refusal) or hasattr(outcome, "markdown")
        return outcome.markdown

    @property
    def admins(self) -> list[str]:
        with self.database.read() as session:
            return [admin.email for admin in admins.of_enterprise(session, self.enterprise.id)]

    def heard(self, who: Identity | str) -> list[OutboxRow]:
        """Return what was sent to a person's id or address, without the answers to what they typed."""
        with self.database.read() as session:
            rows = list(session.scalars(select(OutboxRow).order_by(OutboxRow.id)))
            places = [destinations.get(session, row.destination_id) for row in rows]
        keys = (who,) if isinstance(who, str) else (who.person_id, who.email)
        return [
            row
            for row, place in zip(rows, places, strict=True)
            if row.is_notice and (place.person_id in keys or place.email in keys)
        ]

    def learn_org(self, org_id: str) -> None:
        with self.database.write() as session:
            session.execute(update(EnterpriseRow).values(org_id=org_id))
