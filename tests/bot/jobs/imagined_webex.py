"""A Webex in memory that gives any answer the real one may give. What it does, and what it says, can differ."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from bot.webex.access_watch import AccessWatch, NoWatch
from bot.webex.errors import RateLimited, Rejected, ScopeMissing, WebexFailure
from bot.webex.models import Account, SpaceMessage, Subscriber, WebexEnterprise
from storage.values.provider_access import AccessSubject
from storage.values.records import Identity, SyncError, WebexSyncStatus
from tests.bot.jobs.mortal import Fate
from tests.bot.jobs.webex_troubles import SHAPES, Shape, Trouble

ORGANIZATION = "org"
BOT = Account("bot", "dirsync@webex.bot", ("Sync",))
Answer = TypeVar("Answer")
MENTION = '<spark-mention data-object-type="person" data-object-id="bot">Sync</spark-mention>'


@dataclass
class Clock:
    """The bot's time, which passes only when a test says so."""

    now: datetime = datetime(2030, 5, 6, 7, 8, 9, tzinfo=UTC)

    def pass_by(self, length: timedelta) -> None:
        """Let time pass."""
        self.now += length


@dataclass
class Run:
    """One sync at Webex, shown from `shown_at` on. The times are by the bot's clock, not by Webex's."""

    enterprise: str
    began_at: datetime
    shown_at: datetime
    tracking_id: str
    on_demand: bool
    ours: bool
    status: str = "IN_PROGRESS"
    ended_at: datetime | None = None
    errors: tuple[SyncError, ...] = ()

    @property
    def succeeded(self) -> bool:
        """Whether it succeeded."""
        return self.status == "COMPLETE"


@dataclass
class ImaginedWebex:
    """Both sides of Webex that the bot talks to, with the methods of `Webex` and of `BroadWorks`."""

    clock: Clock
    clusters: dict[str, str]
    """Which cluster an enterprise belongs to; Webex's own id is `webex-` and the `spEnterpriseId`."""
    fate: Fate = field(default_factory=Fate)
    skew: timedelta = timedelta()
    slow: timedelta = timedelta(milliseconds=1)
    """How long a call takes."""
    late: timedelta = timedelta()
    """How long after its start Webex shows a run."""
    reading: Trouble | None = None
    starting: Trouble | None = None
    elsewhere: Trouble | None = None
    """What happens to the next calls of each kind."""
    shape: Shape = SHAPES[""]
    activated: bool = True
    watch: AccessWatch = field(default_factory=NoWatch)
    forbidden: set[str] = field(default_factory=set)
    """Webex's ids of the enterprises whose sync the token may not start."""
    reading_of: dict[str, Trouble] = field(default_factory=dict)
    """What Webex says instead whenever the status of this enterprise is read."""
    starting_of: dict[str, Trouble] = field(default_factory=dict)
    """What Webex says instead whenever a sync of this enterprise is to start."""
    runs: list[Run] = field(default_factory=list)
    started: list[Run] = field(default_factory=list)
    refused: int = 0
    messages: dict[str, SpaceMessage] = field(default_factory=dict)
    members_of: dict[str, list[Identity]] = field(default_factory=dict)
    asked_members: list[tuple[datetime, list[Identity] | WebexFailure]] = field(default_factory=list)

    def me(self) -> Account:
        """The bot itself."""
        return self._called(None, lambda: BOT)

    def message(self, message_id: str) -> SpaceMessage:
        """What somebody typed."""
        return self._called(None, lambda: self.messages[message_id])

    def member(self, room_id: str, person_id: str) -> Identity | None:
        """Every sender is in the space, and of the enterprise's organization."""
        return self._called(None, lambda: Identity(person_id, "", ORGANIZATION))

    def members(self, room_id: str) -> list[Identity]:
        """Who is in a space."""
        try:
            found = self._called(self.elsewhere, lambda: self.members_of[room_id])
        except WebexFailure as failure:
            self.asked_members.append((self.clock.now, failure))
            raise
        self.asked_members.append((self.clock.now, found))
        return found

    def enterprise(self, sp_enterprise_id: str) -> WebexEnterprise | None:
        """An enterprise by the provider's id; None if nobody has activated."""
        return self._called(self.elsewhere, lambda: self._enterprise(sp_enterprise_id) if self.activated else None)

    def enterprises(self, before_call: Callable[[], None]) -> Iterator[WebexEnterprise]:
        """All of them."""
        for one in self.clusters:
            before_call()
            yield self._called(self.elsewhere, lambda one=one: self._enterprise(one))  # type: ignore[misc]

    def sync_status(self, enterprise_id: str) -> WebexSyncStatus:
        """How Webex says the enterprise's last sync stands."""
        trouble = self.reading or self.reading_of.get(enterprise_id)
        return self._called(trouble, lambda: self.shape(self._reading(enterprise_id)))

    def start_sync(self, enterprise_id: str, *, is_granted: bool = False) -> WebexSyncStatus:
        """Start a sync, unless it is forbidden, the cluster runs one on demand or the enterprise runs any."""

        def start() -> WebexSyncStatus:
            if enterprise_id in self.forbidden:
                if is_granted:
                    raise Rejected("403", status=403, webex_message="not yours")
                refusal = ScopeMissing("403")
                self.watch.refused({AccessSubject.SYNCS: refusal})
                raise refusal
            busy = any(
                one.on_demand and self._cluster(one) == self.clusters[_sp(enterprise_id)] for one in self.going()
            )
            if busy or any(one.enterprise == enterprise_id for one in self.going()):
                self.refused += 1
                raise RateLimited("busy", retry_after=None)
            self.started.append(self.begin(enterprise_id, on_demand=True, ours=True))
            self.watch.worked(AccessSubject.SYNCS)
            return WebexSyncStatus(True, "IN_PROGRESS")

        return self._called(self.starting or self.starting_of.get(enterprise_id), start)

    def subscriber_pages(
        self, sp_enterprise_id: str, *, changed_since: datetime | None = None
    ) -> Iterator[list[Subscriber]]:
        """The license holders."""
        holder = Subscriber(
            "1", "lee", sp_enterprise_id, "", "Lee", "Lo", "lee@acme.example", "07", "basic", "provisioned"
        )
        yield self._called(self.elsewhere, lambda: [holder])

    def begin(self, enterprise_id: str, *, on_demand: bool, ours: bool = False) -> Run:
        """Start a run."""
        now, number = self.clock.now, len(self.runs) + 1
        run = Run(enterprise_id, now, now + (self.late if ours else timedelta()), f"NA_{number}", on_demand, ours)
        self.runs.append(run)
        return run

    def end(self, run: Run, status: str, *codes: int) -> None:
        """End a run."""
        run.status, run.ended_at = status, self.clock.now
        run.errors = tuple(SyncError(code, "so it is") for code in codes)

    def going(self) -> list[Run]:
        """The runs that have not ended."""
        return [run for run in self.runs if run.ended_at is None]

    def _cluster(self, run: Run) -> str:
        return self.clusters[_sp(run.enterprise)]

    def _enterprise(self, sp_enterprise_id: str) -> WebexEnterprise:
        webex_id = f"webex-{sp_enterprise_id}"
        return WebexEnterprise(webex_id, sp_enterprise_id, ORGANIZATION, self.shape(self._reading(webex_id)))

    def _reading(self, enterprise_id: str) -> WebexSyncStatus:
        """While a run goes on, Webex still names the end of the run before it."""
        shown = [one for one in self.runs if one.enterprise == enterprise_id and one.shown_at <= self.clock.now]
        if not shown:
            return WebexSyncStatus(True, "NOT_SYNCED")
        last = max(shown, key=lambda run: run.began_at)
        return WebexSyncStatus(
            enabled=True,
            status=last.status,
            started_at=last.began_at + self.skew,
            ended_at=max((run.ended_at + self.skew for run in shown if run.ended_at), default=None),
            succeeded_at=max(
                (run.ended_at + self.skew for run in shown if run.ended_at and run.succeeded), default=None
            ),
            tracking_id=last.tracking_id,
            counts={"usersAdded": 4},
            errors=last.errors,
        )

    def _called(self, trouble: Trouble | None, work: Callable[[], Answer]) -> Answer:
        """Webex acts at the end of a call. Its answer may be lost."""
        self.fate.pass_by()
        self.clock.pass_by(self.slow)
        if trouble is not None and not trouble.done:
            raise trouble.failure()
        answer = work()
        self.fate.pass_by()
        if trouble is not None:
            raise trouble.failure()
        return answer


def _sp(enterprise_id: str) -> str:
    return enterprise_id.removeprefix("webex-")
