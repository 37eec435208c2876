"""The values that storage returns. They are frozen and need no database."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class SyncState(StrEnum):
    """The state of a sync, between the request and its end."""

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
    """What a queued sync that was tried waits for.

    This is its paused cluster, Webex's own sync, the next try, or the provider's access, which Webex refuses.
    """

    CLUSTER = "cluster"
    WEBEX = "webex"
    RETRY = "retry"
    ACCESS = "access"


class RosterState(StrEnum):
    """The state of a roster: requested, current, or how it ended."""

    WANTED = "wanted"
    CURRENT = "current"
    REPLACED = "replaced"
    FAILED = "failed"
    MERGED = "merged"


ACTIVE = (SyncState.QUEUED, SyncState.STARTING, SyncState.RUNNING)
"""The states of a sync that has not ended. An enterprise has at most one such sync."""


@dataclass(frozen=True, slots=True)
class Enterprise:
    """A customer company. `cluster` and `cluster_id` are the name and the id of its cluster."""

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
"""Stands in the audit instead of a command for the delivery of a file."""


WITHHELD = "withheld"
"""The outcome in the audit of a message that its reader did not get, or got without personal data."""


TOO_LARGE = "too large"
"""The outcome in the audit of a command whose file would have been too large for Webex."""


LIMITED = "limited"
"""The outcome in the audit of a command whose file was refused because an hour's files have been read."""


TOO_FAST = "too fast"
"""The outcome in the audit of a command that was refused because its sender types too much."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry of the audit: who asked for what, when, in which space, for which enterprise, and how it ended.

    `file` is the name of the CSV file that was made for it.
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
    """An enterprise as operators see it: the e-mails of its admins, the number of its spaces, and its last sync."""

    enterprise: Enterprise
    admins: tuple[str, ...]
    spaces: int
    last_state: str | None
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Roster:
    """An enterprise's license holders, as they were read from Webex once.

    `begun_at` is when the last read began, and `whole_at` when the last read of all license holders began.
    """

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
        """How old the license holders are."""
        return self.read_at or self.asked_at


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on a row: the row's id, and the number of this attempt, which is another one for each claim."""

    id: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Sync:
    """One request to synchronize.

    `head`: it is the first of its queue. `before_started_at` and `before_tracking_id` are those of Webex's last run
    before the bot asked for this one, so a run that differs from them belongs to this sync.
    `polls` counts the reads of Webex's status since the start. `queue_order` is its order among the queued syncs of its
    cluster. Until `rests_until`, a queued sync is not tried.
    """

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
    queue_order: int
    rests_until: datetime | None


class SyncError(NamedTuple):
    """One of the errors that Webex lists for a sync."""

    code: int
    description: str


@dataclass(frozen=True, slots=True)
class WebexSyncStatus:
    """The status of an enterprise's last sync, as Webex reports it. Webex may leave out any field.

    `read_at` is when Webex was asked; None until the status is stored. `counts` and `errors` are stored with the run
    only, so they are empty in a status that storage returns.
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
        """When Webex was asked. Raises LookupError for a status that was never stored."""
        if self.read_at is None:
            raise LookupError("this status was never stored")
        return self.read_at


@dataclass(frozen=True, slots=True)
class WebexRun:
    """A sync of Webex that the bot did not start."""

    id: int
    started_at: datetime | None
    ended_at: datetime | None
    tracking_id: str | None
    status: str | None
    counts: dict[str, int]
    errors: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Follower:
    """A person who asked for a sync or joined it, and the thread where they did."""

    person_id: str
    email: str
    room_id: str
    direct: bool
    thread: str | None


@dataclass(frozen=True, slots=True)
class Identity:
    """A person, as Webex identifies them.

    `org_id` is their organization, if it was read. `is_bot`: Webex said that the account is a bot's.
    """

    person_id: str
    email: str
    org_id: str | None = None
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class Admin:
    """An admin of an enterprise, or an operator. `person_id` is None until their first message.

    `org_id` is their Webex organization, if it was read. `any_organization`: an operator has let them in, from any
    organization. `kept_out_at` is since when they were kept out, when they were seen last. `is_kept_out`: they are in
    another organization than the enterprise, so they may do nothing.
    `is_unreachable`: they have never written, and Webex does not know their address.
    """

    email: str
    person_id: str | None
    org_id: str | None = None
    any_organization: bool = False
    kept_out_at: datetime | None = None
    is_kept_out: bool = False
    is_unreachable: bool = False
