"""The people (and bots) of the sandbox's Webex."""

from dataclasses import dataclass
from datetime import datetime
from threading import RLock

from sandbox.webex.errors import WebexError, not_found
from sandbox.webex.ids import make_id
from sandbox.webex.times import now


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account; a bot where `type` says so."""

    id: str
    email: str
    display_name: str
    org_id: str
    created: datetime
    type: str = "person"

    @property
    def is_bot(self) -> bool:
        """Bots see less than people do."""
        return self.type == "bot"

    @property
    def first_name(self) -> str:
        """The first word of the display name: what a mention shows."""
        return self.display_name.split(" ", 1)[0]

    @property
    def last_name(self) -> str:
        """The rest of the display name, empty for one word."""
        return self.display_name.partition(" ")[2]


class People:
    """Everybody there is, and the organizations they belong to."""

    def __init__(self, lock: RLock) -> None:
        self._lock = lock
        self._by_id: dict[str, Person] = {}
        self._by_email: dict[str, Person] = {}
        self._organizations: dict[str, str] = {}

    def organization(self, domain: str) -> str:
        """The id of the organization behind an e-mail domain, made when first asked for."""
        with self._lock:
            return self._organizations.setdefault(domain.casefold(), make_id("ORGANIZATION"))

    def add(self, email: str, display_name: str, *, domain: str | None = None, bot: bool = False) -> Person:
        """Give somebody an account; `domain` where the organization is not that of the address."""
        with self._lock:
            if email.casefold() in self._by_email:
                raise ValueError(f"{email} has an account already")
            org_id = self.organization(domain or email.partition("@")[2])
            kind = "bot" if bot else "person"
            person = Person(make_id("PEOPLE"), email, display_name, org_id, now(), kind)
            self._by_id[person.id] = person
            self._by_email[email.casefold()] = person
            return person

    def get(self, person_id: str) -> Person:
        """The person with that id, else 404."""
        person = self._by_id.get(person_id)
        if person is None:
            raise not_found("person")
        return person

    def find(self, email: str) -> Person | None:
        """The person with that address, in any spelling of its case."""
        return self._by_email.get(email.casefold())

    def named(self, person_id: str | None, email: str | None) -> Person:
        """The person an API call names by id or by address, else 404; 400 where it names none or two."""
        if (person_id is None) == (email is None):
            raise WebexError(400, "Specify either a person ID or an email address.")
        if person_id is not None:
            return self.get(person_id)
        person = self.find(email or "")
        if person is None:
            raise WebexError(404, "The requested resource could not be found: no such person.")
        return person

    def everyone(self) -> list[Person]:
        """All people in the order they came."""
        with self._lock:
            return list(self._by_id.values())
