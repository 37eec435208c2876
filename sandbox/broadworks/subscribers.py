"""The provider's subscribers: the license holders of all its enterprises."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from threading import RLock

from sandbox.webex.errors import not_found
from sandbox.webex.ids import make_id
from sandbox.webex.json_shapes import Json
from sandbox.webex.times import format_millis, now

PACKAGES = ("softphone", "basic", "standard", "premium")
STATUSES = (
    "pending_email_input",
    "pending_email_validation",
    "pending_user_migration",
    "provisioning",
    "provisioned",
    "updating",
    "error",
)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A license holder as the provider's system knows them. `group_id` is the location (a beta field of Webex)."""

    user_id: str
    sp_enterprise_id: str
    group_id: str
    first_name: str
    last_name: str
    package: str
    status: str
    created: datetime
    last_status_change: datetime
    provisioning_id: str
    extension: str | None = None
    email: str | None = None
    primary_phone_number: str | None = None
    mobile_phone_number: str | None = None
    self_activated: bool = False
    errors: tuple[tuple[int, str], ...] = ()
    id: str = ""
    person_id: str = ""
    ordinal: int = 0

    def as_json(self) -> Json:
        """Return the subscriber as the API does: without empty fields, and without `personId` before activation."""
        fields: Json = {
            "id": self.id,
            "personId": self.person_id if self.status == "provisioned" else None,
            "userId": self.user_id,
            "spEnterpriseId": self.sp_enterprise_id,
            "spEnterpriseGroupId": self.group_id,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "email": self.email,
            "primaryPhoneNumber": self.primary_phone_number,
            "mobilePhoneNumber": self.mobile_phone_number,
            "extension": self.extension,
            "package": self.package,
            "status": self.status,
            "errors": [{"errorCode": code, "description": text} for code, text in self.errors] or None,
            "created": format_millis(self.created),
            "lastStatusChange": format_millis(self.last_status_change),
            "provisioningId": self.provisioning_id,
        }
        return {name: value for name, value in fields.items() if value} | {"selfActivated": self.self_activated}


class Subscribers:
    """All subscribers in the order in which they were added. Paging relies on that order."""

    def __init__(self, lock: RLock) -> None:
        self._lock = lock
        self._by_ordinal: dict[int, Subscriber] = {}
        self._ordinals: list[int] = []
        self._by_enterprise: dict[str, list[int]] = {}
        self._by_id: dict[str, int] = {}
        self._next_ordinal = 1

    def add(self, subscriber: Subscriber) -> Subscriber:
        """Add a subscriber at the end. Return it with its ids."""
        with self._lock:
            ordinal = self._next_ordinal
            self._next_ordinal += 1
            added = replace(subscriber, id=make_id("SUBSCRIBER"), person_id=make_id("PEOPLE"), ordinal=ordinal)
            self._by_ordinal[ordinal] = added
            self._ordinals.append(ordinal)
            self._by_enterprise.setdefault(added.sp_enterprise_id, []).append(ordinal)
            self._by_id[added.id] = ordinal
            return added

    def get(self, subscriber_id: str) -> Subscriber:
        """Return the subscriber with that id. Raise 404 if there is none."""
        with self._lock:
            if subscriber_id not in self._by_id:
                raise not_found("subscriber")
            return self._by_ordinal[self._by_id[subscriber_id]]

    def set_status(self, subscriber_id: str, status: str) -> Subscriber:
        """Change the provisioning status; `provisioned` activates a license holder."""
        with self._lock:
            changed = replace(self.get(subscriber_id), status=status, last_status_change=now())
            self._by_ordinal[changed.ordinal] = changed
            return changed

    def remove(self, subscriber_id: str) -> None:
        """Remove a subscriber."""
        with self._lock:
            removed = self.get(subscriber_id)
            del self._by_ordinal[removed.ordinal], self._by_id[removed.id]
            self._ordinals.remove(removed.ordinal)
            self._by_enterprise[removed.sp_enterprise_id].remove(removed.ordinal)

    def of_enterprise(self, sp_enterprise_id: str) -> list[Subscriber]:
        """Return the subscribers of an enterprise."""
        with self._lock:
            return [self._by_ordinal[ordinal] for ordinal in self._by_enterprise.get(sp_enterprise_id, ())]

    def has_provisioned(self, sp_enterprise_id: str) -> bool:
        """Return whether the enterprise has a provisioned subscriber."""
        return any(subscriber.status == "provisioned" for subscriber in self.of_enterprise(sp_enterprise_id))

    def page_after(
        self, ordinal: int, sp_enterprise_id: str | None, matches: Callable[[Subscriber], bool], limit: int
    ) -> list[Subscriber]:
        """Return the next `limit` matching subscribers after an ordinal, of one enterprise or (None) of all."""
        found: list[Subscriber] = []
        with self._lock:
            ordinals = self._ordinals if sp_enterprise_id is None else self._by_enterprise.get(sp_enterprise_id, [])
            for position in range(bisect_right(ordinals, ordinal), len(ordinals)):
                if len(found) == limit:
                    break
                subscriber = self._by_ordinal[ordinals[position]]
                if matches(subscriber):
                    found.append(subscriber)
        return found
