"""Webhooks: which events they report, and when Webex switches one off.

A webhook that fails 100 times within five minutes becomes inactive until its owner activates it again. If it fails
once within five minutes of becoming inactive, it becomes inactive again at once (Webex's webhook guide).
"""

import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock

from sandbox.webex.errors import not_found
from sandbox.webex.events import Event
from sandbox.webex.ids import make_id
from sandbox.webex.json_shapes import Json
from sandbox.webex.people import Person
from sandbox.webex.times import format_millis, now
from sandbox.webex.webhook_delivery import Delivery
from sandbox.webex.webhook_filters import matches
from sandbox.webex.webhook_signatures import SPARK_HEADER, sign

MAX_FAILURES = 100
FAILURE_WINDOW_SECONDS = 300.0
_COVERED_BY_ALL = frozenset({"messages", "memberships", "rooms"})
_APPLICATION_ID = make_id("APPLICATION")


@dataclass(slots=True)
class Webhook:
    """A webhook of one owner; `failures` and `disabled_at` are seconds of the clock."""

    id: str
    owner: Person
    name: str
    target_url: str
    resource: str
    event: str
    filter: str | None
    secret: str | None
    created: datetime
    status: str = "active"
    failures: deque[float] = field(default_factory=deque)
    disabled_at: float | None = None

    def reports(self, event: Event) -> bool:
        """Return whether this webhook reports the event: it is active, everything matches and the owner may see it."""
        return (
            self.status == "active"
            and (self.resource == event.resource or (self.resource == "all" and event.resource in _COVERED_BY_ALL))
            and self.event in (event.name, "all")
            and matches(self.filter, {**event.data, **event.filter_fields}, self.owner.id)
            and event.is_visible_to(self.owner)
        )

    def as_json(self) -> Json:
        """Return the fields that the API and each delivery show."""
        shape: Json = {
            "id": self.id,
            "name": self.name,
            "targetUrl": self.target_url,
            "resource": self.resource,
            "event": self.event,
            "status": self.status,
            "created": format_millis(self.created),
            "ownedBy": "creator",
        }
        return shape | ({"filter": self.filter} if self.filter else {})


class Webhooks:
    """All webhooks. `send` takes deliveries; `clock` returns seconds.

    `signature_headers` are the headers that sign what is sent from now on.
    """

    def __init__(
        self, lock: RLock, send: Callable[[Delivery], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._lock = lock
        self._send = send
        self._clock = clock
        self._webhooks: dict[str, Webhook] = {}
        self.signature_headers: tuple[str, ...] = (SPARK_HEADER,)

    def create(
        self,
        owner: Person,
        name: str,
        target_url: str,
        resource: str,
        event: str,
        filter_: str | None = None,
        secret: str | None = None,
    ) -> Webhook:
        """Create an active webhook."""
        with self._lock:
            hook = Webhook(make_id("WEBHOOK"), owner, name, target_url, resource, event, filter_, secret, now())
            self._webhooks[hook.id] = hook
            return hook

    def owned_by(self, owner: Person) -> list[Webhook]:
        """Return the owner's webhooks, oldest first."""
        with self._lock:
            return [hook for hook in self._webhooks.values() if hook.owner.id == owner.id]

    def get(self, webhook_id: str, owner: Person) -> Webhook:
        """Return a webhook of this owner. Raise 404 if there is none."""
        hook = self._webhooks.get(webhook_id)
        if hook is None or hook.owner.id != owner.id:
            raise not_found("webhook")
        return hook

    def update(
        self,
        webhook_id: str,
        owner: Person,
        name: str,
        target_url: str,
        secret: str | None = None,
        *,
        activate: bool = False,
    ) -> Webhook:
        """Change the fields that can be changed, and activate the webhook again if asked."""
        with self._lock:
            hook = self.get(webhook_id, owner)
            hook.name = name
            hook.target_url = target_url
            if secret is not None:
                hook.secret = secret
            if activate and hook.status != "active":
                hook.status = "active"
                hook.failures.clear()
            return hook

    def delete(self, webhook_id: str, owner: Person) -> None:
        """Delete a webhook of this owner."""
        with self._lock:
            del self._webhooks[self.get(webhook_id, owner).id]

    def publish(self, event: Event) -> None:
        """Send an event to every webhook that reports it."""
        with self._lock:
            for hook in self._webhooks.values():
                if hook.reports(event):
                    self._send(_delivery(hook, event, self.signature_headers))

    def is_active(self, webhook_id: str) -> bool:
        """Return whether the webhook still exists and is active."""
        hook = self._webhooks.get(webhook_id)
        return hook is not None and hook.status == "active"

    def record_result(self, webhook_id: str, delivered: bool) -> None:
        """Record whether a delivery succeeded, and deactivate a webhook that failed too often."""
        with self._lock:
            hook = self._webhooks.get(webhook_id)
            if hook is None or delivered or hook.status != "active":
                return
            failed_at = self._clock()
            hook.failures.append(failed_at)
            while hook.failures[0] < failed_at - FAILURE_WINDOW_SECONDS:
                hook.failures.popleft()
            on_probation = hook.disabled_at is not None and failed_at - hook.disabled_at < FAILURE_WINDOW_SECONDS
            if on_probation or len(hook.failures) >= MAX_FAILURES:
                hook.status = "inactive"
                hook.disabled_at = failed_at


def _delivery(hook: Webhook, event: Event, signature_headers: tuple[str, ...]) -> Delivery:
    envelope = {
        **hook.as_json(),
        "resource": event.resource,
        "event": event.name,
        "orgId": hook.owner.org_id,
        "createdBy": hook.owner.id,
        "appId": _APPLICATION_ID,
        "actorId": event.actor.id,
        "data": event.data,
    }
    body = json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
    return Delivery(hook.id, hook.target_url, body, sign(hook.secret, body, signature_headers))
