"""Two enterprises, people whose addresses and rights change, and a Webex in memory that delivers to them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar, cast

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.chat import command_line
from bot.chat.message import Message, Reply
from bot.dispatch import router
from bot.dispatch.pending_request import Awaited, Detail, PendingRequest
from bot.jobs import organizations, outbox
from bot.jobs.engine.context import Context
from bot.services import messages
from bot.settings.load import Settings
from bot.syncs.recipients import Concerned
from bot.syncs.recipients import messages as notices
from bot.webex.broadworks import BroadWorks
from bot.webex.errors import Rejected, Unavailable
from bot.webex.messaging import Webex
from bot.webex.models import Account, FileUpload, Posted
from storage import admins, enterprises, rights, teams
from storage import outbox as outbox_rows
from storage.engine.database import Database
from storage.models import Table
from storage.values.messages import Draft
from storage.values.records import Enterprise, Identity
from tests.storage import sample_rows
from tests.storage.sample_rows import NOW

OWN, ELSEWHERE = "org-own", "org-elsewhere"
NAMES = ("Acme", "Bolt")
ANA, BEN, KIM = (f"{name}@acme.example" for name in ("ana", "ben", "kim"))
NOBODY = "nobody@acme.example"
"""An address that Webex does not know."""

Row = TypeVar("Row", bound=Table)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a person read in 1:1."""

    person_id: str
    text: str
    has_file: bool


@dataclass
class Directory:
    """The people of Webex, with the methods of `Webex` that the outbox and the router's helpers use."""

    people: dict[str, Identity] = field(default_factory=dict)
    names_organizations: bool = True
    is_away: bool = False
    """Whether Webex does not say who anybody is."""
    heard: list[Heard] = field(default_factory=list)
    edits: list[str] = field(default_factory=list)
    on_post: Callable[[Heard], None] = lambda _heard: None

    def me(self) -> Account:
        """The bot."""
        return Account("bot", "dirsync@webex.bot", ("Sync",))

    def person(self, person_id: str) -> Identity:
        """A person, as Webex shows them."""
        if self.is_away:
            raise Unavailable("503")
        shown = self.people[person_id]
        return shown if self.names_organizations else replace(shown, org_id=None)

    def member(self, room_id: str, person_id: str) -> Identity | None:
        """A person in a space; nobody leaves one."""
        return self.person(person_id)

    def owner(self, email: str) -> Identity | None:
        """Whose address it is now."""
        return next((person for person in self.people.values() if person.email == email), None)

    def edit(self, message_id: str, room_id: str, markdown: str) -> None:
        """Change a message."""
        self.edits.append(markdown)

    def post(self, *, markdown: str, upload: FileUpload | None, **to: str | None) -> Posted:
        """Show a message to the person whose 1:1 space, id or address is in `to`."""
        person_id = (to["room_id"] or "").removeprefix("room-") or to["person_id"]
        if person_id is None:
            owner = self.owner(to["email"] or "")
            if owner is None:
                raise Rejected("404", status=404, webex_message="nobody has this address")
            person_id = owner.person_id
        self.heard.append(Heard(person_id, markdown, upload is not None))
        self.on_post(self.heard[-1])
        return Posted(f"message-{len(self.heard)}", f"room-{person_id}")


@dataclass
class Typed:
    """An origin that answers in 1:1, without an inbox row."""

    message: Message
    name: str = "a person"
    is_operator: bool = False

    def answer(self, session: Session, reply: Reply, enterprise: Enterprise | None, now: datetime) -> None:
        messages.post(session, self.message, reply, now, enterprise.id if enterprise else None)

    def answer_privately(self, session: Session, markdown: str, now: datetime) -> None:
        messages.post_privately(session, self.message, markdown, now)

    def set_aside(self, session: Session, awaited: Awaited, now: datetime) -> None:
        raise LookupError("nothing waits here")

    def finish(self, session: Session, now: datetime) -> None: ...

    def fail(self, session: Session, error: str) -> None: ...


class CompanyHouse:
    """What people do to the enterprises, and what the outbox delivers."""

    def __init__(self, database: Database) -> None:
        with database.write() as session:
            for table in reversed(Table.metadata.sorted_tables):
                session.execute(delete(table))
        self.database, self.webex, self.now = database, Directory(), NOW
        self.settings = Settings()
        self.ids = {name: sample_rows.enterprise(database, name.lower()).id for name in NAMES}
        self.context = Context(
            self.settings, database, cast(Webex, self.webex), cast(BroadWorks, self.webex), lambda: self.now
        )
        self._typed = 0

    def arrive(self, person_id: str, email: str, org_id: str) -> Identity:
        """Add a person to Webex."""
        person = self.webex.people[person_id] = Identity(person_id, email, org_id)
        return person

    def add(self, name: str, email: str, *, by: Identity | None = None, any_organization: bool = False) -> bool:
        """Make an admin of the person with this address."""
        with self.database.write() as session:
            return admins.add(session, self.ids[name], email, self.now, added_by=by, any_organization=any_organization)

    def remove(self, name: str, email: str) -> None:
        """Remove an admin."""
        with self.database.write() as session:
            admins.remove(session, self.ids[name], email)

    def learn_organization(self, name: str, org_id: str = OWN) -> None:
        """Read the organization of an enterprise."""
        with self.database.write() as session:
            enterprise = enterprises.get(session, self.ids[name])
            enterprises.learn_webex_id(session, enterprise.id, enterprise.sp_enterprise_id, f"webex-{name}", org_id)

    def write(self, person_id: str, text: str) -> object:
        """Let a person write to the bot in 1:1."""
        self._typed += 1
        who = replace(self.webex.people[person_id], org_id=None)
        message = Message(f"typed-{self._typed}", f"room-{person_id}", True, who, text)
        request = PendingRequest(message, command_line.parse(text), Typed(message), self.now, written_at=self.now)
        limits = replace(self.settings.command_settings, commands_per_minute=10_000)
        outcome = router.answer(self.database, limits, request, self.now)
        if outcome is Detail.ORGANIZATION:
            found = organizations.with_organization(self.context, person_id, message.room_id)
            message = replace(message, sender=replace(who, org_id=found.org_id))
            request = replace(request, message=message, origin=Typed(message), fetched=frozenset({outcome}))
            outcome = router.answer(self.database, limits, request, self.now)
        return outcome

    def notify(self, name: str) -> None:
        """Tell the admins something with names and a file, as at the end of a sync."""
        with self.database.write() as session:
            team = teams.get(session, self.ids[name])
            draft = Draft(
                f"about {name}: names",
                public_markdown=f"about {name}",
                personal=True,
                enterprise_id=self.ids[name],
                is_notice=True,
            )
            file = outbox_rows.attach(session, "licenses.csv", b"")
            for address, message in notices(Concerned([], [], team.reachable), draft):
                outbox_rows.send(session, address, replace(message, attachment_id=file), self.now)

    def deliver(self, number: int = 1_000) -> int:
        """Deliver so many due messages. Return how many there were."""
        return next((done for done in range(number) if not outbox.JOB.run_one(self.context)), number)

    def may(self, person: Identity, name: str) -> bool:
        """Return whether the person would be answered now; with what Webex says of them, if that is in `person`."""
        with self.database.read() as session:
            return self.ids[name] in rights.find(session, person).enterprise_ids

    def texts(self, person_id: str) -> list[str]:
        """Return what a person has read."""
        return [heard.text for heard in self.webex.heard if heard.person_id == person_id]

    def pass_by(self, length: timedelta) -> None:
        """Let time pass."""
        self.now += length

    def rows(self, table: type[Row]) -> list[Row]:
        """Return all rows of a table."""
        with self.database.read() as session:
            return list(session.scalars(select(table)))

    def listed(self) -> str:
        """Return what Ana reads when she lists the admins."""
        self.write("ana", "admins")
        self.deliver()
        return self.texts("ana")[-1]
