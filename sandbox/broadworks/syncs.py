"""Directory syncs of the provider's enterprises.

What Webex says: one sync on demand per cluster at a time, the next is answered 429; its own scheduled syncs do not
count for that. What we chose where it is silent: not enabled is 400 with 600011; the same enterprise once more, also
during one of Webex's own, is `already_running_status` (409) with 600005; nobody provisioned any more is 400 with
600029; disabling during a sync is 409 with 600020; a busy cluster's 429 carries 600009 and a Retry-After.
"""

import math
import time
from collections.abc import Callable
from datetime import timedelta
from threading import RLock

from sandbox.broadworks.enterprises import Enterprise, Outcome, Run
from sandbox.broadworks.subscribers import Subscribers
from sandbox.webex.errors import WebexError, not_found
from sandbox.webex.ids import make_id, make_tracking_id
from sandbox.webex.times import now

Errors = list[tuple[int, str]]


class BroadWorks:
    """The enterprises of one provider. A sync takes `sync_seconds`; how far it is follows from the clock when read."""

    def __init__(
        self,
        lock: RLock,
        subscribers: Subscribers,
        sync_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lock = lock
        self._subscribers = subscribers
        self._clock = clock
        self._enterprises: dict[str, Enterprise] = {}
        self.sync_seconds = sync_seconds
        self.already_running_status = 409
        self.retry_after = 5

    def add(
        self, sp_enterprise_id: str, cluster: str, org_id: str, provisioning_id: str, *, enabled: bool = True
    ) -> Enterprise:
        """Take on a customer; Webex lists it once somebody there is provisioned."""
        with self._lock:
            enterprise = Enterprise(make_id("ENTERPRISE"), org_id, provisioning_id, sp_enterprise_id, cluster, enabled)
            self._enterprises[enterprise.id] = enterprise
            return enterprise

    def find(self, sp_enterprise_id: str) -> Enterprise:
        """The enterprise with the provider's id, whether Webex lists it or not; KeyError if there is none."""
        with self._lock:
            found = [one for one in self._enterprises.values() if one.sp_enterprise_id == sp_enterprise_id]
            if not found:
                raise KeyError(sp_enterprise_id)
            return self._settled(found[0])

    def listed(self) -> list[Enterprise]:
        """The enterprises Webex knows: those where somebody is, or was, provisioned."""
        with self._lock:
            return [one for one in map(self._settled, self._enterprises.values()) if one.known]

    def get(self, enterprise_id: str) -> Enterprise:
        """The enterprise with Webex's id, else 404."""
        with self._lock:
            enterprise = self._enterprises.get(enterprise_id)
            if enterprise is None or not self._settled(enterprise).known:
                raise not_found("enterprise")
            return enterprise

    def enable(self, enterprise_id: str, enabled: bool) -> Enterprise:
        """Switch directory sync on or off; switched off, what was synced is cleaned up."""
        with self._lock:
            enterprise = self.get(enterprise_id)
            if enterprise.run is not None and not enabled:
                raise WebexError(409, "Directory sync cannot be disabled while it runs.", code=600020)
            if enterprise.enabled != enabled:
                enterprise.enabled = enabled
                enterprise.report = {"syncStatus": "NOT_SYNCED"}
            return enterprise

    def sync_now(self, enterprise_id: str) -> Enterprise:
        """Start a sync on demand, or say why not."""
        with self._lock:
            enterprise = self.get(enterprise_id)
            if not enterprise.enabled:
                raise WebexError(400, "Directory sync is not enabled for this enterprise.", code=600011)
            if enterprise.run is not None:
                status = self.already_running_status
                raise WebexError(status, "A directory sync of this enterprise is running.", code=600005)
            if not self._subscribers.activated(enterprise.sp_enterprise_id):
                raise WebexError(400, "Nobody of this enterprise is provisioned.", code=600029)
            if any(self._occupies(one, enterprise.cluster) for one in self._enterprises.values()):
                raise WebexError(
                    429,
                    "The cluster is busy with another sync.",
                    code=600009,
                    retry_after=math.ceil(self.retry_after),
                )
            self._start(enterprise, on_demand=True)
            return enterprise

    def start_own_sync(self, sp_enterprise_id: str) -> None:
        """Let Webex start one of its scheduled syncs, which leaves the cluster free."""
        with self._lock:
            self._start(self.find(sp_enterprise_id), on_demand=False)

    def end_next_sync(self, sp_enterprise_id: str, status: str, errors: Errors | None = None, **figures: int) -> None:
        """Decide how the enterprise's next sync ends: FAILED, COMPLETE with errors, or anything Webex might say.

        `figures` are those of a complete one that are to differ, by Webex's names.
        """
        with self._lock:
            self.find(sp_enterprise_id).next_outcome = Outcome(status, tuple(errors or ()), figures)

    def fail_next_sync(self, sp_enterprise_id: str, errors: Errors) -> None:
        """Let the enterprise's next sync fail with these errors."""
        self.end_next_sync(sp_enterprise_id, "FAILED", errors)

    def hold(self, sp_enterprise_id: str) -> None:
        """Let no sync of the enterprise end until it is released."""
        with self._lock:
            self.find(sp_enterprise_id).held = True

    def release(self, sp_enterprise_id: str) -> None:
        """Let a held sync end now."""
        with self._lock:
            enterprise = self.find(sp_enterprise_id)
            enterprise.held = False
            if enterprise.run is not None:
                enterprise.run.ends = self._clock()
            self._settled(enterprise)

    def _occupies(self, enterprise: Enterprise, cluster: str) -> bool:
        run = self._settled(enterprise).run
        return enterprise.cluster == cluster and run is not None and run.on_demand

    def _start(self, enterprise: Enterprise, *, on_demand: bool) -> None:
        started = self._clock()
        outcome = enterprise.next_outcome or Outcome()
        enterprise.next_outcome = None
        tracking_id = make_tracking_id("NA")
        ends = started + self.sync_seconds
        enterprise.run = Run(on_demand, now(), started, ends, tracking_id, outcome)

    def _settled(self, enterprise: Enterprise) -> Enterprise:
        """Bring an enterprise up to date: end a run whose time is over, notice the first provisioned user."""
        sp_enterprise_id = enterprise.sp_enterprise_id
        if not enterprise.known:
            enterprise.known = self._subscribers.activated(sp_enterprise_id)
        run = enterprise.run
        if run is not None and not enterprise.held and self._clock() >= run.ends:
            ended = run.began + timedelta(seconds=run.ends - run.started)
            enterprise.finish(ended, len(self._subscribers.of(sp_enterprise_id)))
        return enterprise
