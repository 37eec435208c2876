"""The rules that hold for syncs after every commit, for any answer of Webex and any death of a process."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from bot.settings.load import Settings
from bot.webex.errors import Rejected
from storage.models import DestinationRow, FollowerRow, OutboxRow, SyncRow, WebexRunRow
from storage.values.records import ACTIVE, Cause, SyncState
from tests.bot.jobs.imagined_webex import ImaginedWebex, Run

QUEUED, STARTING, RUNNING = ACTIVE
COMPLETED, FAILED, CANCELLED = SyncState.COMPLETED, SyncState.FAILED, SyncState.CANCELLED
LEGAL = {
    QUEUED: {QUEUED, STARTING, FAILED, CANCELLED},
    STARTING: {STARTING, QUEUED, RUNNING, COMPLETED, FAILED},
    RUNNING: {RUNNING, QUEUED, COMPLETED, FAILED},
    COMPLETED: {COMPLETED},
    FAILED: {FAILED},
    CANCELLED: {CANCELLED},
}
OPERATOR = "olga@provider.example"
NOTICES = "notices"
"""The notification space of the enterprise that has one."""

_SYNCS = select(SyncRow.__table__).order_by(SyncRow.id)
_Synced = Row[Any]


@dataclass
class Watch:
    """Checks every commit. It collects `faults`, because the product would catch an exception."""

    webex: ImaginedWebex
    settings: Settings
    names: dict[int, str]
    """The enterprises' `spEnterpriseId`s."""
    admins: dict[int, set[str]]
    noticed: int
    """The enterprise that has a notification space."""
    faults: list[str] = field(default_factory=list)
    answering: bool = False
    """Whether a command is being answered: only answers and the ends of syncs are posted."""
    seen: dict[int, _Synced] = field(default_factory=dict)
    began: dict[int, list[Run]] = field(default_factory=dict)
    ended: dict[int, datetime] = field(default_factory=dict)
    tried: set[int] = field(default_factory=set)
    """The syncs that had a turn."""
    passed: Counter[tuple[int, int]] = field(default_factory=Counter)
    """How often a sync had a turn while another was ready and waited for its own: the other's id comes first."""
    told: set[int] = field(default_factory=set)
    _known: dict[int, set[Any]] = field(default_factory=dict)
    _posts: int = 0
    _started: int = 0

    def look(self, connection: Connection) -> None:
        """Check the tables after a commit."""
        rows = {row.id: row for row in connection.execute(_SYNCS)}
        self._attribute()
        for row in rows.values():
            self._sync(connection, row, self.seen.get(row.id))
        self._clusters([row for row in rows.values() if row.state in ACTIVE])
        self._runs(connection, rows)
        self._messages(connection, [row for row in rows.values() if row.told_at and row.id not in self.told])
        self.seen = rows

    def _demand(self, condition: bool, fault: str) -> None:
        if not condition:
            self.faults.append(f"{self.webex.clock.now}: {fault}")

    def _attribute(self) -> None:
        """Find the request that made Webex start each sync."""
        for run in self.webex.started[self._started :]:
            asking = [
                row.id
                for row in self.seen.values()
                if row.state == STARTING and f"webex-{self.names[row.enterprise_id]}" == run.enterprise
            ]
            self._demand(len(asking) == 1, f"Webex was asked without a word about it in the database: {run}")
            for sync_id in asking:
                earlier = self.began.setdefault(sync_id, [])
                failed = all(one.status == "FAILED" for one in earlier)
                self._demand(failed, f"sync {sync_id} was begun again: {earlier}")
                earlier.append(run)
        self._started = len(self.webex.started)

    def _sync(self, connection: Connection, row: _Synced, before: _Synced | None) -> None:
        known = self._known.setdefault(row.id, set())
        known |= {row.started_at, row.tracking_id} - {None}
        state = SyncState(row.state)
        if before is None:
            self._demand(state is QUEUED, f"sync {row.id} is new and {state}")
            ends = [one.ended_at for one in self.seen.values() if self._same(one, row) and one.state == COMPLETED]
            self._demand(
                all(row.asked_at >= end + self.settings.sync_hold for end in ends), f"sync {row.id} is within the hold"
            )
            return
        self._demand(state in LEGAL[SyncState(before.state)], f"sync {row.id}: {before.state} became {state}")
        self._demand((row.due_at is None) or row.told_at is None, f"sync {row.id} is over and due")
        self._demand(row.seconds is None or row.seconds >= 0, f"sync {row.id} took {row.seconds} seconds")
        forgot = before.state == RUNNING and before.started_at is not None and row.started_at is None
        self._demand(not forgot, f"sync {row.id} has forgotten its run")
        if state == before.state:
            return
        if state is STARTING:
            self._demand(bool(self._followers(connection, row)), f"sync {row.id} starts for nobody with rights")
        if state not in ACTIVE:
            self.ended[row.id] = self.webex.clock.now
            self._end(row, before)

    def _end(self, row: _Synced, before: _Synced) -> None:
        since = [run for run in self._at_webex(row) if row.starting_at and run.began_at >= row.starting_at]
        now = self.webex.clock.now
        if row.state == COMPLETED:
            self._demand(any(run.succeeded for run in since), f"sync {row.id} is said to be complete and is not")
        match row.cause:
            case Cause.WEBEX_FAILED:
                self._demand(any(run.status == "FAILED" for run in since), f"sync {row.id} is said to have failed")
            case Cause.TIMED_OUT:
                self._demand(now - row.starting_at > self.settings.sync_timeout, f"sync {row.id} timed out early")
            case Cause.NOT_STARTED:
                self._demand(now - row.asked_at > timedelta(hours=24), f"sync {row.id} was given up early")
            case Cause.NOBODY_ACTIVATED:
                fits = before.state == QUEUED or row.errors
                self._demand(bool(fits), f"sync {row.id} was begun, and is said to lack activation")

    def _clusters(self, active: list[_Synced]) -> None:
        enterprises = Counter(row.enterprise_id for row in active)
        self._demand(max(enterprises.values(), default=0) <= 1, f"an enterprise has two active syncs: {active}")
        for cluster in {row.cluster_id for row in active}:
            queue = [row for row in active if row.cluster_id == cluster]
            under_way = [row.id for row in queue if row.state != QUEUED]
            heads = [row.id for row in queue if row.head]
            self._demand(len(under_way) <= 1, f"a cluster has two under way: {under_way}")
            self._demand(len(heads) == 1, f"heads are {heads} of {queue}")
            self._turns(queue)
            untried = [row for row in queue if row.id < min(heads) and row.id not in self.tried]
            self._demand(untried == [], f"{heads} passes syncs that never had their turn: {untried}")
            self._demand(set(under_way) <= set(heads), f"{under_way} under way and {heads} head")

    def _turns(self, queue: list[_Synced]) -> None:
        """A sync that is ready sees each other sync of its queue give way once, before it has a turn itself."""
        gave_way = {row.id for row in queue if row.id in self.seen and row.queue_order > self.seen[row.id].queue_order}
        self.tried |= gave_way | {row.id for row in queue if row.state != QUEUED or row.waits_for}
        for row in queue:
            is_ready = row.state == QUEUED and not (row.rests_until and row.rests_until > self.webex.clock.now)
            if row.id in gave_way or not is_ready:
                self.passed = Counter({pair: times for pair, times in self.passed.items() if pair[0] != row.id})
                continue
            self.passed.update((row.id, other) for other in gave_way)
            twice = [pair for pair, times in self.passed.items() if times > 1]
            self._demand(twice == [], f"others have two turns while one waits: {twice}")

    def _runs(self, connection: Connection, rows: dict[int, _Synced]) -> None:
        """A run that is stored as Webex's own was not started by the bot."""
        kept = set(connection.scalars(select(WebexRunRow.started_at)))
        for sync_id, runs in self.began.items():
            for run in runs:
                begin = run.began_at + self.webex.skew
                ours = rows[sync_id].state in ACTIVE or {begin, run.tracking_id} & self._known[sync_id]
                self._demand(not (ours and begin in kept), f"sync {sync_id}'s run is taken for Webex's own: {run}")

    def _messages(self, connection: Connection, ends: list[_Synced]) -> None:
        rows = connection.execute(
            select(
                OutboxRow.id,
                OutboxRow.parent_id,
                DestinationRow.room_id,
                DestinationRow.person_id,
                DestinationRow.email_folded,
            )
            .join(DestinationRow, DestinationRow.id == OutboxRow.destination_id)
            .where(OutboxRow.id > self._posts, OutboxRow.kind == "post", OutboxRow.markdown.not_like("**Webex %"))
        ).all()
        self._posts = max([self._posts, *(row.id for row in rows)])
        said = Counter((_to(row), row.parent_id) for row in rows)
        if not ends:
            self._demand(not rows or self.answering, f"something was said of no end: {said}")
            return
        for row in ends:
            self._demand(row.state not in ACTIVE, f"sync {row.id} goes on and is told of")
            self.told.add(row.id)
            concerned = self._concerned(connection, row)
            self._demand(said == concerned, f"of sync {row.id} are told {said}, and not {concerned}")

    def _concerned(self, connection: Connection, sync: _Synced) -> Counter[tuple[str, str | None]]:
        """Everybody who must hear of an end, and in which thread."""
        following = self._followers(connection, sync)
        concerned = Counter((one.person_id if one.direct else one.room_id, one.thread) for one in following)
        told = {one.person_id for one in following}
        if sync.state == CANCELLED:
            return concerned
        if sync.enterprise_id == self.noticed and (members := self._members(sync)) is not None:
            concerned[NOTICES, None] += 1
            told |= set(members)
        others = {email.partition("@")[0] for email in self.admins[sync.enterprise_id]} - told
        return concerned + Counter((person, None) for person in others)

    def _members(self, sync: _Synced) -> list[str] | None:
        """Who hears through the notification space; None if the space is gone."""
        asked = [(at, found) for at, found in self.webex.asked_members if at >= self.ended[sync.id]]
        last = asked[-1][1]
        if isinstance(last, list):
            return [one.person_id for one in last]
        if isinstance(last, Rejected):
            return None
        self._demand(len(asked) > 5, f"sync {sync.id}: members were asked for only {len(asked)} times")
        return []

    def _followers(self, connection: Connection, sync: _Synced) -> list[Row[Any]]:
        found = connection.execute(select(FollowerRow.__table__).where(FollowerRow.sync_id == sync.id))
        return [one for one in found if one.email in self.admins[sync.enterprise_id] | {OPERATOR}]

    def _at_webex(self, sync: _Synced) -> list[Run]:
        return [run for run in self.webex.runs if run.enterprise == f"webex-{self.names[sync.enterprise_id]}"]

    @staticmethod
    def _same(one: _Synced, other: _Synced) -> bool:
        return bool(one.enterprise_id == other.enterprise_id)


def _to(row: Any) -> str:
    """The reader of a message: a person, or a group space."""
    known: str = row.person_id or row.room_id or row.email_folded
    return known.removeprefix("direct-").partition("@")[0]
