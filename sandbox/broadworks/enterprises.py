"""The provider's enterprises, and the runs of their directory syncs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.webex.json_shapes import Json
from sandbox.webex.times import micros


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a sync ends: Webex's word for it, its errors as (code, description), and figures other than the usual."""

    status: str = "COMPLETE"
    errors: tuple[tuple[int, str], ...] = ()
    figures: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Run:
    """A sync under way; `started` and `ends` are seconds of the clock, `began` is the time of day."""

    on_demand: bool
    began: datetime
    started: float
    ends: float
    tracking_id: str
    outcome: Outcome


@dataclass(slots=True)
class Enterprise:
    """A customer of the provider; `report` is Webex's account of the last sync that ended."""

    id: str
    org_id: str
    provisioning_id: str
    sp_enterprise_id: str
    cluster: str
    enabled: bool = True
    known: bool = False
    held: bool = False
    run: Run | None = None
    next_outcome: Outcome | None = None
    report: Json = field(default_factory=lambda: {"syncStatus": "NOT_SYNCED"})

    def status(self) -> Json:
        """Webex's `directorySyncStatus`: while a sync runs, its start and handle beside the last one's figures."""
        if self.run is None:
            return self.report
        return {
            **{name: value for name, value in self.report.items() if name != "errors"},
            "syncStatus": "IN_PROGRESS",
            "lastSyncStartTime": micros(self.run.began),
            "lastSyncTrackingId": self.run.tracking_id,
        }

    def finish(self, ended: datetime, holders: int) -> None:
        """Let the run end as it should; a failed one leaves the figures of the last good one standing."""
        if self.run is None:
            return
        outcome, moment = self.run.outcome, micros(ended)
        report = dict(self.report)
        report.pop("errors", None)
        report |= {
            "lastSyncStartTime": micros(self.run.began),
            "lastSyncEndTime": moment,
            "syncStatus": outcome.status,
            "lastSyncTrackingId": self.run.tracking_id,
        }
        if outcome.errors:
            report["errors"] = [{"errorCode": code, "description": text} for code, text in outcome.errors]
        if outcome.status == "COMPLETE":
            report |= {**_figures(holders, first="lastSuccessfulSyncTime" not in report), **outcome.figures}
            report["lastSuccessfulSyncTime"] = moment
        self.report, self.run = report, None


def _figures(holders: int, *, first: bool) -> Json:
    users, machines, contacts = 2 * holders + 7, holders // 3, holders // 2
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
