"""What a job may use, as one value: the entrypoint builds it, a test builds another."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.jobs.engine.one_at_a_time import OneAtATime
from bot.settings.load import Settings
from bot.webex.access_token import RenewableToken
from bot.webex.broadworks import BroadWorks
from bot.webex.errors import AccessRefused, TokenUnavailable, WebexFailure
from bot.webex.messaging import Webex
from bot.webex.models import Account
from storage.engine.database import Database
from storage.engine.held_rows import HeldRows
from storage.values.provider_access import AccessSubject


@dataclass
class AccessMemory:
    """What this process knows of its access to Webex, so that a call that succeeds costs no query.

    `refused` are the parts that Webex refuses, as far as known. `called_at` is when a call last told anything of the
    provider's access. `is_looked_at` is False if the tokens could not be looked at when the process started.
    `to_log` are the refusals that the log does not have yet, and `logged_at` is when this process last logged each.
    `admin_bot` names the bot whose token is set as the provider's, by mistake.
    """

    refused: frozenset[AccessSubject] = frozenset()
    called_at: datetime | None = None
    is_looked_at: bool = True
    to_log: frozenset[AccessSubject] = frozenset()
    logged_at: dict[AccessSubject, datetime] = field(default_factory=dict)
    admin_bot: str = ""

    def explains(self, error: Exception) -> bool:
        """Return whether a failure comes from a refusal that operators know of, so that it needs no line of its own."""
        return isinstance(error, AccessRefused) and bool(self.refused)

    def log_level(self, failure: WebexFailure) -> int:
        """Return the level of a failure that is tried again: DEBUG for one whose cause is logged once for all calls."""
        is_logged = self.explains(failure) or isinstance(failure, TokenUnavailable)
        return logging.DEBUG if is_logged else logging.WARNING


@dataclass(frozen=True)
class Context:
    """The settings, the database, both sides of Webex, the clock, the rows in hand, and where the process stands.

    `provider_token` is the access token of the provider's integration, None if the provider gives a fixed one.
    `look_requested`: the spaces are to be looked back at now.
    `access` is what is known of the access to both sides of Webex. `strangers` has the people without rights whose
    events are being read, `files` the turns whose files are being worked on.
    """

    settings: Settings
    database: Database
    webex: Webex
    broadworks: BroadWorks
    now: Callable[[], datetime]
    provider_token: RenewableToken | None = None
    held: HeldRows = field(default_factory=HeldRows)
    stopping: threading.Event = field(default_factory=threading.Event)
    has_looked_at_webhooks: threading.Event = field(default_factory=threading.Event)
    look_requested: threading.Event = field(default_factory=threading.Event)
    access: AccessMemory = field(default_factory=AccessMemory)
    strangers: OneAtATime = field(default_factory=OneAtATime)
    files: OneAtATime = field(default_factory=OneAtATime)
    _known: dict[str, tuple[Account, datetime]] = field(default_factory=dict)

    def me(self, max_age: timedelta | None = None) -> Account:
        """Return the bot itself. Webex is asked once, and again for an answer that is not older than `max_age`.

        Whatever reads or posts as the bot calls this first. It raises AccessRefused, without a call to Webex, while
        Webex refuses the bot's token, and NotABot if the token belongs to a person.
        """
        if AccessSubject.BOT in self.access.refused:
            raise AccessRefused("Webex refuses the bot's token")
        known = self._known.get("me")
        if known is None or (max_age is not None and self.now() - known[1] > max_age):
            known = self._known["me"] = self.webex.me(), self.now()
        return known[0]
