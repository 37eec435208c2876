"""Access tokens: whose they are, what they allow, and until when.

There are two kinds. An e-mail address is a static token: it never ends and has every scope, as a personal access token
has. The other tokens are issued by OAuth, with an end and the scopes of their integration.
"""

import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import RLock

from sandbox.webex import scopes
from sandbox.webex.people import People, Person


@dataclass(frozen=True, slots=True)
class Access:
    """What a valid token stands for. `scopes` is None for every scope."""

    person: Person
    scopes: frozenset[str] | None = None
    ends_at: float = float("inf")


class AccessTokens:
    """All access tokens. `clock` returns seconds."""

    def __init__(self, lock: RLock, people: People, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock = lock
        self._people = people
        self._clock = clock
        self._issued: dict[str, Access] = {}
        self._refused: set[str] = set()
        self._withheld: dict[str, set[str]] = {}

    def issue(self, person: Person, granted: Iterable[str], seconds: float) -> str:
        """Return a new token that lives this long."""
        token = secrets.token_urlsafe(48)
        with self._lock:
            self._issued[token] = Access(person, frozenset(granted), self._clock() + seconds)
        return token

    def find(self, token: str) -> Access | None:
        """Return what a token stands for; None if it is unknown, refused or at its end."""
        with self._lock:
            if token.casefold() in self._refused:
                return None
            access = self._issued.get(token)
            if access is not None:
                return access if self._clock() < access.ends_at else None
            person = self._people.find(token)
            return None if person is None else Access(person)

    def allows(self, access: Access, scope: str) -> bool:
        """Return whether the token may be used for what needs this scope."""
        if scope in self._withheld.get(access.person.email, ()):
            return False
        return access.scopes is None or scopes.allow(access.scopes, scope)

    def refuse(self, token: str) -> None:
        """Answer 401 to a token from now on, also to a static one, until `accept`."""
        with self._lock:
            self._refused.add(token.casefold())

    def accept(self, token: str) -> None:
        """Accept a refused token again."""
        with self._lock:
            self._refused.discard(token.casefold())

    def withhold(self, email: str, *names: str) -> None:
        """Take scopes from all tokens of a person, also from the static one, until `give_back`."""
        with self._lock:
            self._withheld.setdefault(self._people.by_id_or_email(None, email).email, set()).update(names)

    def give_back(self, email: str) -> None:
        """Let a person's tokens have all their scopes again."""
        with self._lock:
            self._withheld.pop(self._people.by_id_or_email(None, email).email, None)
