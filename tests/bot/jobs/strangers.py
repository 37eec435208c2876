"""An inbox at work on events of people that the bot may not know, with a count of what was read from Webex."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import cast

from sqlalchemy import select

from bot.jobs import inbox as inbox_job
from bot.jobs.engine.context import Context
from bot.settings.load import Settings
from bot.webex.broadworks import BroadWorks
from bot.webex.errors import Rejected
from bot.webex.messaging import Webex
from bot.webex.models import Account, Membership, SpaceMessage
from storage import inbox
from storage.engine.database import Database
from storage.models import AuditRow, InboxRow, OutboxRow
from storage.values.messages import Event
from storage.values.records import Identity
from tests.bot.jobs.imagined_webex import BOT, Clock

ANA = Identity("ana", "ana@acme.example")
BO = Identity("bo", "bo@bolt.example")
SAM = Identity("sam", "sam@elsewhere.example")
ROBOT = Identity("robot", "robot@webex.bot")
DENIED = ("sam", "denied", "")


@dataclass
class CountedWebex:
    """Messages and memberships of Webex. `reads` names each call; `on_read` is called in the middle of it."""

    clock: Clock
    messages: dict[str, SpaceMessage] = field(default_factory=dict)
    members: dict[tuple[str, str], Membership] = field(default_factory=dict)
    reads: list[str] = field(default_factory=list)
    on_read: Callable[[], None] = lambda: None

    def me(self) -> Account:
        """The bot itself, which is read once."""
        return BOT

    def now(self) -> object:
        """Webex's time, which is the bot's."""
        return self.clock.now

    def message(self, message_id: str) -> SpaceMessage:
        """What a person typed."""
        self._read(f"message {message_id}")
        if message_id not in self.messages:
            raise Rejected("gone", status=404)
        return self.messages[message_id]

    def file(self, url: str, max_bytes: int) -> bytes:
        """A file of a message."""
        self._read(f"file {url}")
        return b"Service ID,Location\n"

    def membership(self, room_id: str, person_id: str) -> Membership | None:
        """A person in a space."""
        self._read(f"membership {room_id}")
        if (room_id, person_id) not in self.members:
            raise Rejected("the bot is not there", status=404)
        return self.members[room_id, person_id]

    def member(self, room_id: str, person_id: str) -> Identity | None:
        """The same."""
        found = self.membership(room_id, person_id)
        return found.person if found else None

    def is_direct(self, room_id: str) -> bool:
        """Webex says of each membership what kind of space it is in, so nobody asks."""
        raise AssertionError("one read too many")

    def _read(self, what: str) -> None:
        self.reads.append(what)
        self.on_read()


class Strangers:
    """A bot whose inbox is worked on only when a test says so."""

    def __init__(self, database: Database, **settings: int) -> None:
        self.database, self.clock = database, Clock()
        self.webex = CountedWebex(self.clock)
        self.context = Context(
            replace(Settings(), **settings),  # type: ignore[arg-type]
            database,
            cast(Webex, self.webex),
            cast(BroadWorks, None),
            lambda: self.clock.now,
        )
        self._number = 0

    def write(
        self, who: Identity, text: str = "status", room: str | None = None, *, is_gone: bool = False, file: str = ""
    ) -> None:
        """Have a person write to the bot: in 1:1, or in a group with a mention."""
        self._number += 1
        room_id, kind = (room, "group") if room else (f"1:1 of {who.person_id}", "direct")
        message_id = f"m{self._number}"
        if not is_gone:
            mentioned = (BOT.person_id,) if room else ()
            self.webex.messages[message_id] = SpaceMessage(
                message_id,
                room_id,
                kind,
                who.person_id,
                who.email,
                text,
                mentioned_people=mentioned,
                files=(file,) * bool(file),
            )
        self._receive(Event("messages", "created", message_id, "", room_id, who.person_id))

    def add_bot(self, who: Identity, room: str, *, is_removed_again: bool = False) -> None:
        """Have a person add the bot to a group, and maybe remove it at once."""
        self._number += 1
        if not is_removed_again:
            self.webex.members[room, who.person_id] = Membership(who, "group")
        self._receive(
            Event("memberships", "created", f"m{self._number}", "", room, BOT.person_id, actor_id=who.person_id)
        )

    def remove_bot(self, who: Identity, room: str) -> None:
        """Have a person remove the bot from a group."""
        self._number += 1
        self._receive(
            Event("memberships", "deleted", f"m{self._number}", "", room, BOT.person_id, actor_id=who.person_id)
        )

    def _receive(self, event: Event) -> None:
        with self.database.single_write() as connection:
            inbox.record(connection, [event], self.clock.now)

    def work(self) -> None:
        """Work on all events that are due."""
        while inbox_job.JOB.run_one(self.context):
            pass

    def pass_by(self, **by: float) -> None:
        """Let time pass."""
        self.clock.pass_by(timedelta(**by))

    def open_events(self) -> int:
        """Count the events that have not ended."""
        with self.database.read() as session:
            return len(session.scalars(select(InboxRow.id).where(InboxRow.due_at.is_not(None))).all())

    def audit(self) -> list[tuple[str, str, str]]:
        """Return the audit, oldest first: who, the outcome and the detail."""
        with self.database.read() as session:
            rows = session.scalars(select(AuditRow).order_by(AuditRow.id))
            return [(row.person_id, row.outcome, row.detail) for row in rows]

    def said(self) -> list[str]:
        """Return all messages of the bot, oldest first."""
        with self.database.read() as session:
            return list(session.scalars(select(OutboxRow.markdown).order_by(OutboxRow.id)))
