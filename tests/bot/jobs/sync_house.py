"""Three enterprises on two clusters, their people, a Webex in memory, and a process that works for them."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import delete, or_, select

from bot.chat.command import Command, Request, Requester
from bot.chat.message import Message, Refusal
from bot.jobs import access_looks, inbox, rosters, syncs, webex_status
from bot.jobs.engine.context import Context
from bot.jobs.engine.turn import NotMyTurn
from bot.settings.load import Settings
from bot.webex.broadworks import BroadWorks
from bot.webex.errors import WebexFailure
from bot.webex.messaging import Webex
from bot.webex.models import SpaceMessage
from storage import admins, enterprises, spaces
from storage import inbox as inbox_rows
from storage import rosters as roster_rows
from storage import syncs as sync_rows
from storage.models import SyncRow, Table
from storage.values.messages import Event
from storage.values.records import Identity
from tests.bot.jobs.imagined_webex import BOT, MENTION, Clock, ImaginedWebex
from tests.bot.jobs.mortal import Died, Fate, MortalDatabase
from tests.bot.jobs.sync_watch import NOTICES, OPERATOR, Watch
from tests.bot.jobs.webex_troubles import SHAPES

ACME, BOLT, COIL = "Reseller+acme", "Reseller+bolt", "Reseller+coil"
PLACES = {ACME: "east", BOLT: "east", COIL: "west"}
ANA, BO, QUINN, CAT, DAN = "ana@acme.example", "bo@acme.example", "quinn@acme.example", "cat@bolt", "dan@coil"
PEOPLE = {ANA: ACME, BO: ACME, QUINN: ACME, CAT: BOLT, DAN: COIL}
"""Bo writes in a group; Quinn never writes, and is in Acme's notification space."""
AT_ONCE = timedelta(milliseconds=1)
JOBS = {job.kind: job for job in (syncs.JOB, rosters.JOB, webex_status.JOB, inbox.JOB)}


class House:
    """What people do and what the process does. Every commit is checked."""

    def __init__(self, database: MortalDatabase) -> None:
        self.database = database
        self.clock = Clock()
        self.webex = ImaginedWebex(self.clock, PLACES)
        self.webex.members_of = {NOTICES: [Identity(BOT.person_id, BOT.email), Identity("quinn", QUINN)]}
        self.settings = Settings()
        database.fate, database.look = Fate(), None
        self.enterprises = self._founded()
        self.watch = Watch(
            self.webex,
            self.settings,
            names={number: name for name, number in self.enterprises.items()},
            admins={
                number: {email for email, of in PEOPLE.items() if of == name}
                for name, number in self.enterprises.items()
            },
            noticed=self.enterprises[ACME],
        )
        database.look = self.watch.look
        self.context = self.new_process()
        self._log = Unexpected(self.watch.faults)
        logging.getLogger("bot").addHandler(self._log)
        self._typed = 0
        self._timers: dict[str, datetime] = {}

    def close(self) -> None:
        """Stop watching the log."""
        logging.getLogger("bot").removeHandler(self._log)

    def _founded(self) -> dict[str, int]:
        founded = {}
        with self.database.write() as session:
            for table in reversed(Table.metadata.sorted_tables):
                session.execute(delete(table))
            for name, cluster in PLACES.items():
                key = name.rpartition("+")[2]
                founded[name] = enterprises.add(
                    session,
                    key=key,
                    name=key,
                    sp_enterprise_id=name,
                    cluster=cluster,
                    timezone="UTC",
                    now=self.clock.now,
                ).id
            for email, name in PEOPLE.items():
                admins.add(session, founded[name], email, self.clock.now)
            admins.set_operators(session, [OPERATOR])
            spaces.notify(session, NOTICES, founded[ACME], self.clock.now)
        return founded

    def new_process(self) -> Context:
        """A process that holds no rows yet."""
        webex, broadworks = cast(Webex, self.webex), cast(BroadWorks, self.webex)
        context = Context(self.settings, self.database, webex, broadworks, lambda: self.clock.now)
        self.webex.watch = access_looks.of_process(context)
        self.webex.watch.refresh()
        return context

    def type(self, email: str, text: str) -> None:
        """Type something to the bot; the door stores the event."""
        self._typed += 1
        person, direct, message_id = email.partition("@")[0], email != BO, f"m{self._typed}"
        self.webex.messages[message_id] = SpaceMessage(
            id=message_id,
            room_id=f"direct-{person}" if direct else "group",
            room_type="direct" if direct else "group",
            person_id=person,
            person_email=email,
            text=text if direct else f"Sync {text}",
            html=None if direct else f"{MENTION} {text}",
        )
        event = Event("messages", "created", message_id, str(self._typed), f"of {person}", person)
        with self.database.single_write() as connection:
            inbox_rows.record(connection, [event], self.clock.now)

    def have_a_past(self, *names: str) -> None:
        """Let Webex have synchronized these enterprises, and the bot have read their license holders."""
        for name in names:
            self.webex.end(self.webex.begin(f"webex-{name}", on_demand=False), "COMPLETE")
            with self.database.write() as session:
                roster_rows.request(session, self.enterprises[name], self.clock.now)
            self.work(rosters.JOB.run_one)
        self.clock.pass_by(timedelta(days=1))

    def operate(self, command: Command, name: str) -> None:
        """Run a command for an enterprise, as the operator."""
        message = Message("m", "direct-olga", True, Identity("olga", OPERATOR), "")
        asker = Requester("olga", OPERATOR, True, frozenset())
        with self.database.write() as session:
            enterprise = enterprises.get(session, self.enterprises[name])
            try:
                now, settings = self.clock.now, self.settings.command_settings
                command.run(
                    session, Request(message, "", asker, enterprise, (), now, settings, now, already_waited=True)
                )
            except Refusal:
                return

    def work(self, move: Callable[[Context], object], dies: int | None = None) -> bool:
        """Do this. If the process dies, another one goes on, and the leases of the first stay."""
        self.watch.answering = move == inbox.JOB.run_one
        self.database.fate = self.webex.fate = Fate(dies)
        try:
            return bool(move(self.context))
        except Died:
            self.context = self.new_process()
        except (WebexFailure, NotMyTurn):  # a chore's; it comes round again
            pass
        finally:
            self.heal()
        return True

    def heal(self) -> None:
        """Let Webex work again, and no process die."""
        self.database.fate = self.webex.fate = Fate()
        self.webex.reading = self.webex.starting = self.webex.elsewhere = None
        self.webex.shape = SHAPES[""]

    def wait_for_a_sync(self) -> None:
        """Let time pass until a sync is due, if one will be."""
        free = or_(SyncRow.lease_until.is_(None), SyncRow.lease_until < self.clock.now)
        with self.database.read() as session:
            due = session.scalar(select(SyncRow.id).where(SyncRow.due_at <= self.clock.now, free).limit(1))
            next_due = sync_rows.next_due(session, self.clock.now)
        if due is None and next_due is not None:
            self.clock.now = next_due + AT_ONCE

    def have_all_end(self) -> None:
        """Let Webex work again, every sync end, and everybody be told."""
        self.heal()
        self.webex.activated = True
        self.webex.forbidden.clear()
        latest, due = self.clock.now + timedelta(hours=30), set(JOBS)
        while self.clock.now < latest:
            looked = self.clock.now
            while due:
                kind = min(due)
                due.remove(kind)
                while self.work(JOBS[kind].run_one):
                    assert self.watch.faults == []
                due |= self._woken()
            if self.watch.told == self.watch.seen.keys():
                return
            for run in self.webex.going():
                self.webex.end(run, "COMPLETE")
            self.work(syncs.requeue_overdue)
            due = self._woken() or self._wait(looked)
            assert due, "syncs go on that nobody will look at"
        raise AssertionError(f"these do not end: {self.watch.seen.keys() - self.watch.told}")

    def _woken(self) -> set[str]:
        woken, self.database.woken = self.database.woken, frozenset()
        return {*woken} & JOBS.keys()

    def _wait(self, looked: datetime) -> set[str]:
        """Let time pass until a row is due; return its kind, or nothing if no row will be due.

        Counted from the last look, as the worker pool does: calls take time, in which a row may fall due.
        """
        with self.database.read() as session:
            for kind, job in JOBS.items():
                moment = job.next_due(session, looked)
                if moment is not None:
                    self._timers[kind] = min(moment, self._timers.get(kind, moment))
        if self._timers:
            self.clock.now = max(self.clock.now, min(self._timers.values()) + AT_ONCE)
        return {kind for kind, moment in [*self._timers.items()] if moment < self.clock.now and self._timers.pop(kind)}


class Unexpected(logging.Handler):
    """The errors that the jobs did not expect, and logged."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._faults = faults

    def emit(self, record: logging.LogRecord) -> None:
        """Store the record as a fault."""
        if record.exc_info:
            self._faults.append(f"{record.getMessage()}: {record.exc_info[1]!r}")
