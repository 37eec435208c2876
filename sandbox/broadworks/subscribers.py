"""The provider's subscribers: the people with a Webex license, of all its enterprises."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from threading import RLock

from sandbox.webex.errors import not_found
from sandbox.webex.ids import make_id
from sandbox.webex.json_shapes import Json
from sandbox.webex.times import millis, now

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
    """One license holder as the provider's system knows them; `group_id` is the location (Webex's beta field)."""

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
        """As the subscribers API writes it; empty fields are left out, `personId` until there is a person."""
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
            "created": millis(self.created),
            "lastStatusChange": millis(self.last_status_change),
            "provisioningId": self.provisioning_id,
        }
        shape = {name: value for name, value in fields.items() if value}
        shape["selfActivated"] = self.self_activated
        return shape


class Subscribers:
    """All subscribers in one order, that of their coming; the order is what paging counts on."""

    def __init__(self, lock: RLock) -> None:
        self._lock = lock
        self._all: dict[int, Subscriber] = {}
        self._ordinals: list[int] = []
        self._of: dict[str, list[int]] = {}
        self._by_id: dict[str, int] = {}
        self._next = 1

    def add(self, subscriber: Subscriber) -> Subscriber:
        """Add one at the end; gives it its ids."""
        with self._lock:
            ordinal = self._next
            self._next += 1
            added = replace(subscriber, id=make_id("SUBSCRIBER"), person_id=make_id("PEOPLE"), ordinal=ordinal)
            self._all[ordinal] = added
            self._ordinals.append(ordinal)
            self._of.setdefault(added.sp_enterprise_id, []).append(ordinal)
            self._by_id[added.id] = ordinal
            return added

    def get(self, subscriber_id: str) -> Subscriber:
        """The subscriber with that id, else 404."""
        with self._lock:
            if subscriber_id not in self._by_id:
                raise not_found("subscriber")
            return self._all[self._by_id[subscriber_id]]

    def set_status(self, subscriber_id: str, status: str) -> Subscriber:
        """Let provisioning move on: `provisioned` is what activates a license holder."""
        with self._lock:
            changed = replace(self.get(subscriber_id), status=status, last_status_change=now())
            self._all[changed.ordinal] = changed
            return changed

    def remove(self, subscriber_id: str) -> None:
        """Take one away."""
        with self._lock:
            gone = self.get(subscriber_id)
            del self._all[gone.ordinal], self._by_id[gone.id]
            self._ordinals.remove(gone.ordinal)
            self._of[gone.sp_enterprise_id].remove(gone.ordinal)

    def of(self, sp_enterprise_id: str) -> list[Subscriber]:
        """All of one enterprise."""
        with self._lock:
            return [self._all[ordinal] for ordinal in self._of.get(sp_enterprise_id, ())]

    def activated(self, sp_enterprise_id: str) -> bool:
        """Whether anybody of the enterprise is provisioned."""
        with self._lock:
            return any(self._all[ordinal].status == "provisioned" for ordinal in self._of.get(sp_enterprise_id, ()))

    def after(
        self, ordinal: int, sp_enterprise_id: str | None, wanted: Callable[[Subscriber], bool], most: int
    ) -> list[Subscriber]:
        """The first that come after a place in the order and are wanted, of one enterprise or (None) of all."""
        found: list[Subscriber] = []
        with self._lock:
            ordinals = self._ordinals if sp_enterprise_id is None else self._of.get(sp_enterprise_id, [])
            for place in range(bisect_right(ordinals, ordinal), len(ordinals)):
                if len(found) == most:
                    break
                one = self._all[ordinals[place]]
                if wanted(one):
                    found.append(one)
        return found
