"""The people and bots of the sandbox."""

from dataclasses import dataclass
from datetime import datetime
from threading import RLock

from sandbox.webex.errors import WebexError, not_found
from sandbox.webex.ids import make_id
from sandbox.webex.times import now


@dataclass(frozen=True, slots=True)
class Person:
    """A person or a bot with an account; `type` says which."""

    id: str
    email: str
    display_name: str
    org_id: str
    created: datetime
    type: str = "person"

    @property
    def is_bot(self) -> bool:
        """Return whether this is a bot; bots see less than people."""
        return self.type == "bot"

    @property
    def first_name(self) -> str:
        """Return the first word of the display name; a mention shows it."""
        return self.display_name.split(" ", 1)[0]

    @property
    def last_name(self) -> str:
        """Return the rest of the display name; empty if it is a single word."""
        return self.display_name.partition(" ")[2]


class People:
    """All people and bots, and their organizations."""

    def __init__(self, lock: RLock) -> None:
        self._lock = lock
        self._by_id: dict[str, Person] = {}
        self._by_email: dict[str, Person] = {}
        self._organizations: dict[str, str] = {}

    def org_id_of(self, domain: str) -> str:
        """Return the id of the organization with an e-mail domain. Create it at the first call."""
        with self._lock:
            return self._organizations.setdefault(domain.casefold(), make_id("ORGANIZATION"))

    def add(self, email: str, display_name: str, *, domain: str | None = None, bot: bool = False) -> Person:
        """Create an account. Pass `domain` if the organization is not that of the e-mail address."""
        with self._lock:
            if email.casefold() in self._by_email:
                raise ValueError(f"{email} has an account already")
            org_id = self.org_id_of(domain or email.partition("@")[2])
            kind = "bot" if bot else "person"
            person = Person(make_id("PEOPLE"), email, display_name, org_id, now(), kind)
            self._by_id[person.id] = person
            self._by_email[email.casefold()] = person
            return person

    def get(self, person_id: str) -> Person:
        """Return the person with that id. Raise 404 if there is none."""
        person = self._by_id.get(person_id)
        if person is None:
            raise not_found("person")
        return person

    def find(self, email: str) -> Person | None:
        """Return the person with that address, in upper or lower case, or None."""
        return self._by_email.get(email.casefold())

    def by_id_or_email(self, person_id: str | None, email: str | None) -> Person:
        """Return the person that an API call names. Raise 404 if there is none, 400 unless it names exactly one."""
        if (person_id is None) == (email is None):
            raise WebexError(400, "Specify either a person ID or an email address.")
        if person_id is not None:
            return self.get(person_id)
        person = self.find(email or "")
        if person is None:
            raise WebexError(404, "The requested resource could not be found: no such person.")
        return person

    def all(self) -> list[Person]:
        """Return all people in the order in which they were added."""
        with self._lock:
            return list(self._by_id.values())
