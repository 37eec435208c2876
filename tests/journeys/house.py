"""The whole bot with the sandbox: people send messages over HTTP, and all messages are recorded."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from threading import Condition
from typing import Any, TypeVar

import requests
from sqlalchemy import exists, select

from bot.entrypoints import startup, wiring
from bot.jobs import SCHEDULE
from bot.jobs.engine.clock import Clock
from bot.jobs.engine.context import Context
from bot.jobs.engine.job import Job
from bot.settings.load import Settings
from bot.settings.secret import Secret
from bot.webex.own_webhooks import NAMES
from sandbox.broadworks.enterprises import Enterprise
from sandbox.seed import ACME
from sandbox.server import Sandbox
from sandbox.webex.records import Message
from sandbox.world import BOT, PARTNER_ADMIN
from storage import admins, enterprises
from storage.engine.database import Database, wake
from storage.models import AuditRow, InboxRow, OutboxRow, ReadingRow, RosterRow, SyncRow
from tests.journeys.door import Door

ANA, BEN, OLGA = "ana@acme.example", "ben@acme.example", "olga@provider.example"
SAM, CORA = "sam@elsewhere.example", "cora@cumulus.example"
SECRET = "a secret of sixteen letters"
MENTION = f"<@personEmail:{BOT}>"

_MAX_STOP_SECONDS = 5.0
_KINDS = tuple(entry.kind for entry in SCHEDULE if isinstance(entry, Job))

Value = TypeVar("Value")


class House:
    """A bot with its webhook server, clock and database, and the sandbox it talks to."""

    def __init__(
        self, database_url: str, *, enterprise: str = ACME, people: Sequence[str] = (ANA,), **settings: Any
    ) -> None:
        """Start the sandbox.

        Args:
            people: the admins of the first enterprise.
            settings: settings of the bot, by name.

        A journey adds to `trusted` the ids of spaces that are trusted with personal data, and to `former_admins` the
        people who were allowed to read what they read before they lost their rights.
        """
        self.sandbox = Sandbox(port=0, sync_seconds=0.3)
        self.world, self.faults = self.sandbox.world, self.sandbox.faults
        self.versions: list[Message] = []
        self._greetings: set[str] = set()
        self.is_running = False
        self.trusted: set[str] = set()
        self.former_admins: set[str] = set()
        self._changed = Condition()
        self._offset = timedelta()
        self._sessions: dict[str, requests.Session] = {}
        self._options = {
            "database_url": Secret(database_url),
            "bot_enterprise": enterprise,
            "bot_admins": tuple(people),
            "bot_timezone": "America/Chicago",
            "sync_poll": timedelta(milliseconds=100),
            **settings,
        }
        self._running = ExitStack()
        self.sandbox.start()
        self.world.add_message_listener(self._record)

    def start(self, *, ready: bool = True) -> None:
        """Start the bot as in production, on a new port. It is ready once its webhooks point there."""
        self.door = Door(self.now)
        self.settings = Settings(
            webex_bot_token=Secret(BOT),
            webex_admin_token=Secret(PARTNER_ADMIN),
            webex_webhook_secret=(Secret(SECRET),),
            webex_api_url=self.sandbox.url,
            bot_public_url=self.door.url,
            bot_operators=(OLGA,),
            **self._options,
        )
        self.database: Database = startup.open_database(self.settings)
        self._running.callback(self.database.close)
        startup.apply_settings(self.database, self.settings)
        self.door.open(self.database, self.settings.webhook_secrets)
        self._running.callback(self.door.close)
        self.context: Context = wiring.build_context(self.settings, self.database, self.now)
        self._running.callback(self._stop_clock, wiring.start_clock(self.context))
        if ready:
            self.wait_for(self._is_ready)
        self.is_running = True

    def stop(self) -> None:
        """Stop the bot; the sandbox keeps running."""
        self.is_running = False
        self._running.close()

    def close(self) -> None:
        """Stop everything."""
        self.faults.clear()
        try:
            self.stop()
        finally:
            for session in self._sessions.values():
                session.close()
            self.sandbox.stop()

    def _stop_clock(self, clock: Clock) -> None:
        ended = clock.stop(_MAX_STOP_SECONDS)
        with self.database.write() as session:
            wake(session, _KINDS[0])
        assert ended, "some work did not end"

    def now(self) -> datetime:
        """Return the bot's time."""
        return startup.now() + self._offset

    def shift(self, **by: float) -> None:
        """Wait until no row is claimed, then move the bot's time forward. A large step would end every lease."""
        self.wait_for(self._is_idle)
        self.advance(**by)

    def advance(self, **by: float) -> None:
        """Move the bot's time forward by less than a lease, also while rows are claimed."""
        self._offset += timedelta(**by)
        self.database.tell(frozenset(_KINDS))

    def say(
        self,
        email: str,
        text: str,
        room: str | None = None,
        *,
        mention: bool = False,
        parent_id: str | None = None,
        file: bytes | None = None,
    ) -> Message:
        """Send a message to a group (by its title), else to the bot in 1:1. `{bot}` in the text is a mention."""
        markdown = (f"{MENTION} " if mention else "") + text.replace("{bot}", MENTION)
        body = {"markdown": markdown}
        body |= {"roomId": self.world.room(room).id} if room else {"toPersonEmail": BOT}
        body |= {"parentId": parent_id} if parent_id else {}
        content: dict[str, Any] = {"json": body}
        if file is not None:
            content = {"data": body, "files": {"files": ("sent.csv", file, "text/csv")}}
        response = self.as_person(email).post(f"{self.sandbox.url}messages", timeout=10, **content)
        assert response.status_code == 200, response.text
        return self.world.messages.get(response.json()["id"], self.world.person(email))

    def ask(
        self,
        email: str,
        text: str,
        room: str | None = None,
        *,
        mention: bool = False,
        file: bytes | None = None,
        deadline: float = 10.0,
    ) -> Message:
        """Send a message, wait for the bot's first message after it in that space, and return that message."""
        sent = self.say(email, text, room, mention=mention, file=file)
        return self.wait_for(lambda: self.answers(sent), deadline)[0]

    def heard(self, where: str) -> list[Message]:
        """Return the bot's messages without greetings: in a group (by its title), or in 1:1 with an address."""
        room = self.world.direct_room(where) if "@" in where else self.world.room(where)
        return [message for message in self._bot_messages(room.id) if message.id not in self._greetings] if room else []

    def _bot_messages(self, room_id: str) -> list[Message]:
        return [message for message in self.world.messages_in(room_id) if message.person_email == BOT]

    def _has_joined(self, room_id: str) -> bool:
        """Say whether the bot has handled the event that it was added to a group."""
        with self.database.read() as session:
            joined = select(InboxRow).where(InboxRow.resource == "memberships", InboxRow.room_id == room_id)
            return any(row.due_at is None for row in session.scalars(joined))

    def answers(self, sent: Message) -> list[Message]:
        """Return the bot's messages in the space of a message, after that message."""
        messages = self.world.messages_in(sent.room_id)
        position = [message.id for message in messages].index(sent.id)
        return [message for message in messages[position + 1 :] if message.person_email == BOT]

    def wait_for(self, condition: Callable[[], Value], deadline: float = 10.0) -> Value:
        """Return the value of the condition once it is true. If that takes too long, fail with the transcript."""
        end = time.monotonic() + deadline
        with self._changed:
            while not (value := condition()):
                if time.monotonic() > end:
                    raise AssertionError(f"the condition never held; the messages were:\n{self.transcript()}")
                self._changed.wait(0.01)
        return value

    def transcript(self) -> str:
        """Return every message with its author."""
        return "\n".join(
            f"--- {message.person_email}{' (edited)' * bool(message.edits)}\n{message.markdown or message.text}"
            for message in self.versions
        )

    def make_room(self, title: str, *emails: str) -> None:
        """Create a group with the first of these people as its creator, and the bot."""
        creator = self.world.person(emails[0])
        room = self.world.rooms.create(creator, title)
        for email in (*emails[1:], BOT):
            self.world.rooms.join(room.id, self.world.person(email), creator)
        if self.is_running:
            self.wait_for(lambda: self._has_joined(room.id) and self.is_silent())
            self._greetings |= {message.id for message in self._bot_messages(room.id)}

    def greetings(self, title: str) -> list[Message]:
        """Return what the bot said when it was added to a group."""
        messages = self._bot_messages(self.world.room(title).id)
        return [message for message in messages if message.id in self._greetings]

    def make_admin(self, email: str) -> None:
        """Make a person an admin of the first enterprise."""
        with self.database.write() as session:
            admins.add(session, enterprises.in_use(session)[0].id, email, self.now())

    def calls(self, method: str, path: str) -> list[int | None]:
        """Return the statuses of the bot's calls with this method and start of the path, in order."""
        return [
            request.status
            for request in list(self.world.requests)
            if request.method == method and request.path.startswith(path) and request.token in (BOT, PARTNER_ADMIN)
        ]

    def syncs_asked(self) -> list[int | None]:
        """Return the statuses with which Webex answered requests for a sync."""
        return self.calls("POST", "/broadworks/enterprises/")

    def audit(self) -> list[AuditRow]:
        """Return the audit, oldest first."""
        with self.database.read() as session:
            return list(session.scalars(select(AuditRow).order_by(AuditRow.id)))

    def rosters(self) -> list[RosterRow]:
        """Return the rosters, oldest first."""
        with self.database.read() as session:
            return list(session.scalars(select(RosterRow).order_by(RosterRow.id)))

    def inbox(self) -> list[InboxRow]:
        """Return the message events in the inbox, oldest first."""
        with self.database.read() as session:
            rows = select(InboxRow).where(InboxRow.resource == "messages").order_by(InboxRow.id)
            return list(session.scalars(rows))

    def events(self, resource: str) -> list[InboxRow]:
        """Return the open events of another resource."""
        with self.database.read() as session:
            rows = select(InboxRow).where(InboxRow.resource == resource, InboxRow.due_at.is_not(None))
            return list(session.scalars(rows))

    def as_person(self, email: str) -> requests.Session:
        """Return a person's connection to the sandbox."""
        if email not in self._sessions:
            self._sessions[email] = requests.Session()
            self._sessions[email].headers["Authorization"] = f"Bearer {email}"
        return self._sessions[email]

    def enterprise(self) -> Enterprise:
        """Return the first enterprise as the sandbox knows it."""
        return self.world.enterprise(self.settings.bot_enterprise)

    def is_silent(self) -> bool:
        """Say whether all messages of the bot have been delivered."""
        with self.database.read() as session:
            return not session.scalar(select(exists().where(OutboxRow.due_at.is_not(None))))

    def _is_idle(self) -> bool:
        tables = (InboxRow, OutboxRow, ReadingRow, RosterRow, SyncRow)
        with self.database.read() as session:
            return not any(session.scalar(select(exists().where(table.lease_until.is_not(None)))) for table in tables)

    def _is_ready(self) -> bool:
        hooks = self.world.webhooks.owned_by(self.world.person(BOT))
        ours = {
            hook.name for hook in hooks if hook.target_url == f"{self.door.url}/webhooks" and hook.status == "active"
        }
        return ours >= NAMES.keys() and self.context.has_looked_at_webhooks.is_set()

    def _record(self, kind: str, message: Message) -> None:
        if kind != "deleted":
            self.versions.append(message)
        # The caller holds the world's lock, and a condition may be waiting for that lock.
        if self._changed.acquire(blocking=False):
            self._changed.notify_all()
            self._changed.release()
