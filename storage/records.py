"""The values that storage hands out: frozen, and without a database behind them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SyncState(StrEnum):
    """Where a sync stands between asking and its end."""

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


ACTIVE = (SyncState.QUEUED, SyncState.STARTING, SyncState.RUNNING)
ON_CLUSTER = (SyncState.STARTING, SyncState.RUNNING)


@dataclass(frozen=True, slots=True)
class LicenseHolder:
    """One row of the licence table: its nine cells, as they are shown."""

    location: str = ""
    license_type: str = ""
    service_id: str = ""
    ext: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    status: str = ""
    activation: str = ""


LICENSE_COLUMNS = (
    "location",
    "license_type",
    "service_id",
    "ext",
    "first_name",
    "last_name",
    "email",
    "status",
    "activation",
)

Pattern = tuple[str, ...]
"""What a cell is compared with: the pieces of text between wildcards; one piece is the whole cell."""


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: any of the columns matches any of the patterns, or, negated, none does."""

    columns: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class SortKey:
    """One column to sort by."""

    column: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """A filter and an order over a roster: terms are and-ed, ties keep Webex's order."""

    terms: tuple[Term, ...] = ()
    sort: tuple[SortKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Enterprise:
    """A customer company."""

    id: int
    key: str
    name: str
    sp_enterprise_id: str
    cluster: str
    timezone: str
    webex_id: str | None
    roster_id: int | None


@dataclass(frozen=True, slots=True)
class Roster:
    """One reading of an enterprise's licence holders."""

    id: int
    enterprise_id: int
    state: str
    asked_at: datetime
    read_at: datetime | None
    size: int
    error: str | None
