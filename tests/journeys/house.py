"""The whole bot in front of the sandbox's Webex: people speak over HTTP, and what the bot says is kept."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Condition
from typing import Any, TypeVar

import requests
from sqlalchemy import exists, select

from bot.entrypoints import startup, wiring
from bot.jobs import SCHEDULE, webhooks
from bot.jobs.engine.clock import Clock
from bot.jobs.engine.context import Context
from bot.jobs.engine.job import Job
from bot.settings.load import Settings
from bot.settings.secret import Secret
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

Found = TypeVar("Found")


class House:
    """A bot with its door, its clock and its database, and the Webex it lives in."""

    def __init__(
        self, database_url: str, *, enterprise: str = ACME, people: Sequence[str] = (ANA,), **settings: Any
    ) -> None:
        """`people` are the admins of the first enterprise; `settings` are the bot's, by name.

        A journey adds to `trusted` the ids of spaces in which what is personal was trusted to strangers, and to
        `former_admins` those who rightly read what they may read no more.
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
        self._chosen = {
            "database_url": Secret(database_url),
            "bot_enterprise": enterprise,
            "bot_admins": tuple(people),
            "bot_timezone": "America/Chicago",
            "sync_poll": timedelta(milliseconds=100),
            **settings,
        }
        self._running = ExitStack()
        self.sandbox.start()
        self.world.add_message_listener(self._remember)

    def start(self) -> None:
        """Start the bot as in production, on a new port; it is ready once its webhooks lead there."""
        self.door = Door(self.now)
        self.settings = Settings(
            webex_bot_token=Secret(BOT),
            webex_admin_token=Secret(PARTNER_ADMIN),
            webex_webhook_secret=(Secret(SECRET),),
            webex_api_url=self.sandbox.url,
            bot_public_url=self.door.url,
            bot_operators=(OLGA,),
            **self._chosen,
        )
        self.database: Database = startup.open_database(self.settings)
        self._running.callback(self.database.close)
        startup.apply_settings(self.database, self.settings)
        self.door.open(self.database, self.settings.webhook_secrets)
        self._running.callback(self.door.close)
        self.context: Context = replace(wiring.build_context(self.settings, self.database), now=self.now)
        self._running.callback(self._stop_clock, wiring.start_clock(self.context))
        self.wait_for(self._is_ready)
        self.is_running = True

    def stop(self) -> None:
        """Stop the bot; Webex goes on without it."""
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
        """The bot's time."""
        return startup.now() + self._offset

    def shift(self, **by: float) -> None:
        """Let the bot's time leap ahead, once nothing is in hand: a leap ends every lease."""
        self.wait_for(self._is_idle)
        self.advance(**by)

    def advance(self, **by: float) -> None:
        """Let the bot's time go on by less than a lease is long, whatever is in hand."""
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
        """Say something: in a group (its title), else to the bot in private; `{bot}` in the text is a mention."""
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
        """Say something and wait for the first thing the bot says there after it."""
        said = self.say(email, text, room, mention=mention, file=file)
        return self.wait_for(lambda: self.answers(said), deadline)[0]

    def heard(self, where: str) -> list[Message]:
        """What the bot has said but for its greeting: in a group (its title), or in private to an address."""
        room = self.world.direct_room(where) if "@" in where else self.world.room(where)
        return [one for one in self._said_in(room.id) if one.id not in self._greetings] if room else []

    def _said_in(self, room_id: str) -> list[Message]:
        return [one for one in self.world.messages_in(room_id) if one.person_email == BOT]

    def _has_come(self, room_id: str) -> bool:
        """Whether the bot knows that it was brought into a group, and has done what it does about that."""
        with self.database.read() as session:
            come = select(InboxRow).where(InboxRow.resource == "memberships", InboxRow.room_id == room_id)
            return any(row.due_at is None for row in session.scalars(come))

    def answers(self, said: Message) -> list[Message]:
        """What the bot has said in the space of a message after it."""
        there = self.world.messages_in(said.room_id)
        after = there[[one.id for one in there].index(said.id) + 1 :]
        return [one for one in after if one.person_email == BOT]

    def wait_for(self, condition: Callable[[], Found], deadline: float = 10.0) -> Found:
        """What the condition gives as soon as it is true; fails with what was said instead."""
        end = time.monotonic() + deadline
        with self._changed:
            while not (found := condition()):
                if time.monotonic() > end:
                    raise AssertionError(f"it never came to pass; said was:\n{self.transcript()}")
                self._changed.wait(0.01)
        return found

    def transcript(self) -> str:
        """Everything that was said, with who said it."""
        return "\n".join(
            f"--- {one.person_email}{' (edited)' * bool(one.edits)}\n{one.markdown or one.text}"
            for one in self.versions
        )

    def make_room(self, title: str, *emails: str) -> None:
        """Open a group with the first of these people as its creator, and the bot."""
        creator = self.world.person(emails[0])
        room = self.world.rooms.create(creator, title)
        for email in (*emails[1:], BOT):
            self.world.rooms.join(room.id, self.world.person(email), creator)
        if self.is_running:
            self.wait_for(lambda: self._has_come(room.id) and self.is_silent())
            self._greetings |= {one.id for one in self._said_in(room.id)}

    def greetings(self, title: str) -> list[Message]:
        """What the bot has said when it was brought into a group."""
        return [one for one in self._said_in(self.world.room(title).id) if one.id in self._greetings]

    def make_admin(self, email: str) -> None:
        """Make somebody an admin of the first enterprise."""
        with self.database.write() as session:
            admins.add(session, enterprises.in_use(session)[0].id, email, self.now())

    def calls(self, method: str, path: str) -> list[int | None]:
        """How the bot's calls whose path begins like that were answered, in order."""
        return [
            one.status
            for one in list(self.world.requests)
            if (one.method, one.path.startswith(path)) == (method, True) and one.token in (BOT, PARTNER_ADMIN)
        ]

    def syncs_asked(self) -> list[int | None]:
        """How Webex answered each time it was asked for a sync."""
        return self.calls("POST", "/broadworks/enterprises/")

    def audit(self) -> list[AuditRow]:
        """The audit, oldest first."""
        with self.database.read() as session:
            return list(session.scalars(select(AuditRow).order_by(AuditRow.id)))

    def rosters(self) -> list[RosterRow]:
        """The readings of license holders, oldest first."""
        with self.database.read() as session:
            return list(session.scalars(select(RosterRow).order_by(RosterRow.id)))

    def inbox(self) -> list[InboxRow]:
        """The messages brought to the door, oldest first."""
        with self.database.read() as session:
            rows = select(InboxRow).where(InboxRow.resource == "messages").order_by(InboxRow.id)
            return list(session.scalars(rows))

    def events(self, resource: str) -> list[InboxRow]:
        """The events of another kind that are not worked off yet."""
        with self.database.read() as session:
            rows = select(InboxRow).where(InboxRow.resource == resource, InboxRow.due_at.is_not(None))
            return list(session.scalars(rows))

    def as_person(self, email: str) -> requests.Session:
        """Somebody's own connection to Webex."""
        if email not in self._sessions:
            self._sessions[email] = requests.Session()
            self._sessions[email].headers["Authorization"] = f"Bearer {email}"
        return self._sessions[email]

    def enterprise(self) -> Enterprise:
        """The first enterprise as Webex knows it."""
        return self.world.enterprise(self.settings.bot_enterprise)

    def is_silent(self) -> bool:
        """Whether everything that the bot has to say has been delivered."""
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
        return ours >= {webhooks.name(*wanted) for wanted in webhooks.WANTED}

    def _remember(self, kind: str, message: Message) -> None:
        if kind != "deleted":
            self.versions.append(message)
        # Whoever calls holds the world's lock, which a condition may be waiting for.
        if self._changed.acquire(blocking=False):
            self._changed.notify_all()
            self._changed.release()
