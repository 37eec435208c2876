"""The values that storage hands out: frozen, and without a database behind them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class SyncState(StrEnum):
    """Where a sync stands between asking and its end."""

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Cause(StrEnum):
    """Why a sync ended without success."""

    NOBODY_ACTIVATED = "nobody_activated"
    SWITCHED_OFF = "switched_off"
    NOT_STARTED = "not_started"
    TIMED_OUT = "timed_out"
    REFUSED = "refused"
    WEBEX_FAILED = "webex_failed"
    LOST = "lost"
    WITHDRAWN = "withdrawn"
    ENDED_BY_OPERATOR = "ended_by_operator"
    NO_RIGHTS = "no_rights"


class WaitsFor(StrEnum):
    """What a queued sync at the head of its queue waits for."""

    CLUSTER = "cluster"
    WEBEX = "webex"
    RETRY = "retry"


class RosterState(StrEnum):
    """What became of one reading of an enterprise's license holders."""

    WANTED = "wanted"
    CURRENT = "current"
    REPLACED = "replaced"
    FAILED = "failed"
    MERGED = "merged"


ACTIVE = (SyncState.QUEUED, SyncState.STARTING, SyncState.RUNNING)


@dataclass(frozen=True, slots=True)
class Enterprise:
    """A customer company."""

    id: int
    key: str
    name: str
    sp_enterprise_id: str
    cluster: str
    timezone: str
    cluster_id: int
    webex_id: str | None
    created_at: datetime


FILE = "file"
"""What stands for a command in the audit where a file was delivered."""


TOO_FAST = "too fast"
"""The outcome in the audit of a command that was refused because its sender types too much."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One row of the audit: when, of which enterprise, who, from which space, what was asked, and how it ended; `file`
    is the name of one that was made for it.
    """

    at: datetime
    enterprise_id: int | None
    outcome: str
    person_id: str = ""
    email: str = ""
    room_id: str = ""
    command: str = ""
    arguments: str = ""
    detail: str = ""
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """An enterprise as operators see it: its admins' e-mails, how many spaces are for it, and its last sync."""

    enterprise: Enterprise
    admins: tuple[str, ...]
    spaces: int
    last_state: str | None
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Roster:
    """One reading of an enterprise's license holders."""

    id: int
    enterprise_id: int
    state: str
    asked_at: datetime
    read_at: datetime | None
    size: int
    error: str | None
    begun_at: datetime | None = None
    whole_at: datetime | None = None

    @property
    def as_of(self) -> datetime:
        """From when the license holders are who are shown from it."""
        return self.read_at or self.asked_at


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to move one row: its id and which attempt this is."""

    id: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Sync:
    """One request to synchronize."""

    id: int
    enterprise_id: int
    cluster_id: int
    state: SyncState
    head: bool
    waits_for: WaitsFor | None
    asked_at: datetime
    asker_email: str
    starts: int
    starting_at: datetime | None
    before_started_at: datetime | None
    before_tracking_id: str | None
    started_at: datetime | None
    ended_at: datetime | None
    seconds: float | None
    tracking_id: str | None
    webex_status: str | None
    counts: dict[str, int]
    errors: tuple[tuple[int, str], ...]
    cause: Cause | None
    reason: str | None
    status_outbox_id: int | None
    roster_id: int | None
    polls: int


class SyncError(NamedTuple):
    """One of the errors that Webex lists for a sync."""

    code: int
    description: str


@dataclass(frozen=True, slots=True)
class WebexSyncStatus:
    """How Webex says an enterprise's last sync stands; Webex may leave out any field.

    `read_at` is when Webex was asked, None until storage has kept it. `counts` and `errors` are empty in what storage
    gives back: they are kept with the run.
    """

    enabled: bool | None = None
    status: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    succeeded_at: datetime | None = None
    tracking_id: str | None = None
    counts: dict[str, int] = field(default_factory=dict)
    errors: tuple[SyncError, ...] = ()
    read_at: datetime | None = None

    @property
    def as_of(self) -> datetime:
        """When Webex was asked; raises LookupError for a status that was never kept."""
        if self.read_at is None:
            raise LookupError("this status was never kept")
        return self.read_at


@dataclass(frozen=True, slots=True)
class WebexRun:
    """A run that nobody asked for through the bot."""

    id: int
    seen_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    tracking_id: str | None
    status: str | None
    counts: dict[str, int]
    errors: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Follower:
    """Somebody who asked for a sync or joined it, and the thread in which they did."""

    person_id: str
    email: str
    room_id: str
    direct: bool
    thread: str | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody who writes, as Webex tells of them; their organization where it was asked for."""

    person_id: str
    email: str
    org_id: str | None = None


@dataclass(frozen=True, slots=True)
class Admin:
    """Somebody who may act for an enterprise, or, as an operator, for all."""

    email: str
    person_id: str | None
