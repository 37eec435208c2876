"""The provider's enterprises and the runs of their directory syncs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.webex.json_shapes import Json
from sandbox.webex.times import format_micros


@dataclass(frozen=True, slots=True)
class SyncOutcome:
    """How a sync ends: `syncStatus`, errors as (code, description), and counts other than the default ones."""

    status: str = "COMPLETE"
    errors: tuple[tuple[int, str], ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class SyncRun:
    """A running sync. `clock_start` and `clock_end` are seconds of the clock, `started_at` is the time of day."""

    on_demand: bool
    started_at: datetime
    clock_start: float
    clock_end: float
    tracking_id: str
    outcome: SyncOutcome


@dataclass(slots=True)
class Enterprise:
    """A customer of the provider.

    `is_listed` says whether Webex lists it. `is_kept_running` says that a test keeps its sync from ending.
    `last_status` is the `directorySyncStatus` after the last sync that ended.
    """

    id: str
    org_id: str
    provisioning_id: str
    sp_enterprise_id: str
    cluster: str
    is_enabled: bool = True
    is_listed: bool = False
    is_kept_running: bool = False
    run: SyncRun | None = None
    next_outcome: SyncOutcome | None = None
    last_status: Json = field(default_factory=lambda: {"syncStatus": "NOT_SYNCED"})

    def status(self) -> Json:
        """Return `directorySyncStatus`. A running sync shows its own start, and the counts of the last one."""
        if self.run is None:
            return self.last_status
        return {
            **{name: value for name, value in self.last_status.items() if name != "errors"},
            "syncStatus": "IN_PROGRESS",
            "lastSyncStartTime": format_micros(self.run.started_at),
            "lastSyncTrackingId": self.run.tracking_id,
        }

    def finish(self, ended_at: datetime, license_holders: int) -> None:
        """End the run with its outcome. A failed sync keeps the counts of the last successful one."""
        if self.run is None:
            return
        outcome, end_time = self.run.outcome, format_micros(ended_at)
        status = {name: value for name, value in self.last_status.items() if name != "errors"} | {
            "lastSyncStartTime": format_micros(self.run.started_at),
            "lastSyncEndTime": end_time,
            "syncStatus": outcome.status,
            "lastSyncTrackingId": self.run.tracking_id,
        }
        if outcome.errors:
            status["errors"] = [{"errorCode": code, "description": text} for code, text in outcome.errors]
        if outcome.status == "COMPLETE":
            status |= {**_counts(license_holders, first="lastSuccessfulSyncTime" not in status), **outcome.counts}
            status["lastSuccessfulSyncTime"] = end_time
        self.last_status, self.run = status, None


def _counts(license_holders: int, *, first: bool) -> Json:
    users, machines, contacts = 2 * license_holders + 7, license_holders // 3, license_holders // 2
    return {
        "usersAdded": users if first else 4,
        "usersUpdated": 0 if first else 2,
        "usersDeleted": 0 if first else 1,
        "machinesAdded": machines if first else 1,
        "machinesUpdated": 0,
        "machinesDeleted": 0,
        "totalExternalUsersInCI": users,
        "totalExternalMachinesInCI": machines,
        "userContactsAdded": contacts if first else 3,
        "userContactsUpdated": 0 if first else 1,
        "userContactsDeleted": 0,
        "orgContactsAdded": contacts if first else 2,
        "orgContactsUpdated": 0,
        "orgContactsDeleted": 0 if first else 1,
        "totalUserContactsInContactService": contacts,
        "totalOrgContactsInContactService": contacts,
    }
