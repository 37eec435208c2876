"""Webhooks: who wants to be told of what, and who may be.

A webhook that fails 100 times within five minutes becomes inactive and stays so until its owner says otherwise; put
back to work within five minutes of that, a single failure ends it again (Webex's webhook guide).
"""

import hashlib
import hmac
import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock

from sandbox.webex.errors import not_found
from sandbox.webex.events import Happening
from sandbox.webex.ids import make_id
from sandbox.webex.people import Person
from sandbox.webex.times import millis, now
from sandbox.webex.webhook_delivery import Parcel
from sandbox.webex.webhook_filters import matches

MAX_FAILURES = 100
WINDOW_SECONDS = 300.0
_FIREHOSE = frozenset({"messages", "memberships", "rooms"})
_APPLICATION_ID = make_id("APPLICATION")


@dataclass(slots=True)
class Webhook:
    """Somebody's wish to be told of something."""

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

    def wants(self, happening: Happening) -> bool:
        """Whether this is what it was made for, and its owner may learn of it."""
        resource_fits = self.resource == happening.resource or (
            self.resource == "all" and happening.resource in _FIREHOSE
        )
        return (
            self.status == "active"
            and resource_fits
            and self.event in (happening.event, "all")
            and matches(self.filter, {**happening.data, **happening.traits}, self.owner.id)
            and happening.seen_by(self.owner)
        )


class Webhooks:
    """All webhooks; `send` takes what is to be delivered, `clock` counts seconds."""

    def __init__(
        self, lock: RLock, send: Callable[[Parcel], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._lock = lock
        self._send = send
        self._clock = clock
        self._webhooks: dict[str, Webhook] = {}

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
        """Make a webhook; it is active from now on."""
        with self._lock:
            hook = Webhook(make_id("WEBHOOK"), owner, name, target_url, resource, event, filter_, secret, now())
            self._webhooks[hook.id] = hook
            return hook

    def of(self, owner: Person) -> list[Webhook]:
        """Somebody's webhooks, oldest first."""
        with self._lock:
            return [hook for hook in self._webhooks.values() if hook.owner.id == owner.id]

    def get(self, webhook_id: str, owner: Person) -> Webhook:
        """One's own webhook, else 404."""
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
        """Change what may be changed of a webhook, and put it back to work if asked."""
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
        """Forget one's own webhook."""
        with self._lock:
            del self._webhooks[self.get(webhook_id, owner).id]

    def publish(self, happening: Happening) -> None:
        """Send an event to every webhook that wants it and whose owner may see it."""
        with self._lock:
            for hook in self._webhooks.values():
                if hook.wants(happening):
                    self._send(_parcel(hook, happening))

    def is_active(self, webhook_id: str) -> bool:
        """Whether deliveries to it still make sense."""
        hook = self._webhooks.get(webhook_id)
        return hook is not None and hook.status == "active"

    def report(self, webhook_id: str, delivered: bool) -> None:
        """Take note of how a delivery went."""
        with self._lock:
            hook = self._webhooks.get(webhook_id)
            if hook is None or delivered or hook.status != "active":
                return
            moment = self._clock()
            hook.failures.append(moment)
            while hook.failures[0] < moment - WINDOW_SECONDS:
                hook.failures.popleft()
            on_probation = hook.disabled_at is not None and moment - hook.disabled_at < WINDOW_SECONDS
            if on_probation or len(hook.failures) >= MAX_FAILURES:
                hook.status = "inactive"
                hook.disabled_at = moment


def _parcel(hook: Webhook, happening: Happening) -> Parcel:
    envelope: dict[str, object] = {
        "id": hook.id,
        "name": hook.name,
        "targetUrl": hook.target_url,
        "resource": happening.resource,
        "event": happening.event,
        "orgId": hook.owner.org_id,
        "createdBy": hook.owner.id,
        "appId": _APPLICATION_ID,
        "ownedBy": "creator",
        "status": hook.status,
        "created": millis(hook.created),
        "actorId": happening.actor.id,
        "data": happening.data,
    }
    if hook.filter:
        envelope["filter"] = hook.filter
    body = json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
    signature = hmac.new(hook.secret.encode(), body, hashlib.sha1).hexdigest() if hook.secret else None
    return Parcel(hook.id, hook.target_url, body, signature)
