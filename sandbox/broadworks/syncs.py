"""Directory syncs of the provider's enterprises.

From Webex's documents: a cluster runs one on-demand sync at a time and answers 429 to the next one; Webex's own
scheduled syncs do not count. The documents do not say the rest, so the sandbox chooses:

- 400 with 600011 if directory sync is not enabled for the enterprise;
- `already_running_status` (409) with 600005 if any sync of the enterprise is running, also a scheduled one;
- 400 with 600029 if the enterprise has nobody provisioned any more;
- 409 with 600020 for disabling directory sync while a sync runs;
- 429 with 600009 and a Retry-After if the cluster is busy.
"""

import time
from datetime import timedelta
from threading import RLock

from sandbox.broadworks.enterprises import Enterprise, SyncOutcome, SyncRun
from sandbox.broadworks.subscribers import Subscribers
from sandbox.webex.errors import WebexError, not_found
from sandbox.webex.ids import make_id, make_tracking_id
from sandbox.webex.times import now

SyncErrors = list[tuple[int, str]]


class BroadWorks:
    """The enterprises of one provider. A sync takes `sync_seconds`; each read works out its progress from the clock."""

    def __init__(self, lock: RLock, subscribers: Subscribers, sync_seconds: float) -> None:
        self._lock = lock
        self._subscribers = subscribers
        self._enterprises: dict[str, Enterprise] = {}
        self.sync_seconds = sync_seconds
        self.already_running_status = 409
        self.retry_after = 5

    def add(
        self, sp_enterprise_id: str, cluster: str, org_id: str, provisioning_id: str, *, enabled: bool = True
    ) -> Enterprise:
        """Add a customer. Webex lists it after its first subscriber is provisioned."""
        with self._lock:
            enterprise = Enterprise(make_id("ENTERPRISE"), org_id, provisioning_id, sp_enterprise_id, cluster, enabled)
            self._enterprises[enterprise.id] = enterprise
            return enterprise

    def find(self, sp_enterprise_id: str) -> Enterprise:
        """Return the enterprise with the provider's id, listed or not. Raise KeyError if there is none."""
        with self._lock:
            for enterprise in self._enterprises.values():
                if enterprise.sp_enterprise_id == sp_enterprise_id:
                    return self._refresh(enterprise)
            raise KeyError(sp_enterprise_id)

    def listed(self) -> list[Enterprise]:
        """Return the enterprises that Webex lists: those that have, or had, a provisioned subscriber."""
        with self._lock:
            return [enterprise for enterprise in map(self._refresh, self._enterprises.values()) if enterprise.is_listed]

    def get(self, enterprise_id: str) -> Enterprise:
        """Return the enterprise with Webex's id. Raise 404 if there is none."""
        with self._lock:
            enterprise = self._enterprises.get(enterprise_id)
            if enterprise is None or not self._refresh(enterprise).is_listed:
                raise not_found("enterprise")
            return enterprise

    def enable(self, enterprise_id: str, enabled: bool) -> Enterprise:
        """Switch directory sync on or off. Either change clears the status of the last sync."""
        with self._lock:
            enterprise = self.get(enterprise_id)
            if enterprise.run is not None and not enabled:
                raise WebexError(409, "Directory sync cannot be disabled while it runs.", code=600020)
            if enterprise.is_enabled != enabled:
                enterprise.is_enabled = enabled
                enterprise.last_status = {"syncStatus": "NOT_SYNCED"}
            return enterprise

    def sync_now(self, enterprise_id: str) -> Enterprise:
        """Start an on-demand sync, or raise the reason why not."""
        with self._lock:
            enterprise = self.get(enterprise_id)
            if not enterprise.is_enabled:
                raise WebexError(400, "Directory sync is not enabled for this enterprise.", code=600011)
            if enterprise.run is not None:
                status = self.already_running_status
                raise WebexError(status, "A directory sync of this enterprise is running.", code=600005)
            if not self._subscribers.has_provisioned(enterprise.sp_enterprise_id):
                raise WebexError(400, "Nobody of this enterprise is provisioned.", code=600029)
            if self._is_busy(enterprise.cluster):
                busy = "The cluster is busy with another sync."
                raise WebexError(429, busy, code=600009, retry_after=self.retry_after)
            self._start(enterprise, on_demand=True)
            return enterprise

    def start_scheduled_sync(self, sp_enterprise_id: str) -> None:
        """Start one of Webex's scheduled syncs. It does not make the cluster busy."""
        with self._lock:
            self._start(self.find(sp_enterprise_id), on_demand=False)

    def end_next_sync(
        self, sp_enterprise_id: str, status: str, errors: SyncErrors | None = None, **counts: int
    ) -> None:
        """Decide how the next sync of the enterprise ends: FAILED, COMPLETE with errors, or any other status.

        `counts` replace the default counts of a complete sync; their names are Webex's.
        """
        with self._lock:
            self.find(sp_enterprise_id).next_outcome = SyncOutcome(status, tuple(errors or ()), counts)

    def fail_next_sync(self, sp_enterprise_id: str, errors: SyncErrors) -> None:
        """Make the next sync of the enterprise fail with these errors."""
        self.end_next_sync(sp_enterprise_id, "FAILED", errors)

    def keep_running(self, sp_enterprise_id: str) -> None:
        """Keep syncs of the enterprise running until `let_finish`."""
        with self._lock:
            self.find(sp_enterprise_id).is_kept_running = True

    def let_finish(self, sp_enterprise_id: str) -> None:
        """Let syncs of the enterprise finish again, and end the current one now."""
        with self._lock:
            enterprise = self.find(sp_enterprise_id)
            enterprise.is_kept_running = False
            if enterprise.run is not None:
                enterprise.run.clock_end = time.monotonic()
            self._refresh(enterprise)

    def _is_busy(self, cluster: str) -> bool:
        runs = [self._refresh(other).run for other in self._enterprises.values() if other.cluster == cluster]
        return any(run is not None and run.on_demand for run in runs)

    def _start(self, enterprise: Enterprise, *, on_demand: bool) -> None:
        outcome = enterprise.next_outcome or SyncOutcome()
        enterprise.next_outcome = None
        tracking_id = make_tracking_id("NA")
        start = time.monotonic()
        enterprise.run = SyncRun(on_demand, now(), start, start + self.sync_seconds, tracking_id, outcome)

    def _refresh(self, enterprise: Enterprise) -> Enterprise:
        """End a run whose time is over, and list the enterprise once it has a provisioned subscriber."""
        sp_enterprise_id = enterprise.sp_enterprise_id
        if not enterprise.is_listed:
            enterprise.is_listed = self._subscribers.has_provisioned(sp_enterprise_id)
        run = enterprise.run
        if run is not None and not enterprise.is_kept_running and time.monotonic() >= run.clock_end:
            ended_at = run.started_at + timedelta(seconds=run.clock_end - run.clock_start)
            enterprise.finish(ended_at, len(self._subscribers.of_enterprise(sp_enterprise_id)))
        return enterprise
