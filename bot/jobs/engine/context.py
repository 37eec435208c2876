"""What a job may use, as one value: the entrypoint builds it, a test builds another."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.settings.load import Settings
from bot.webex.broadworks import BroadWorks
from bot.webex.messaging import Webex
from storage.engine.database import Database
from storage.engine.held_rows import HeldRows
from storage.values.records import Identity


@dataclass(frozen=True)
class Context:
    """The settings, the database, both sides of Webex, the clock, the rows in hand, and whether the process stops."""

    settings: Settings
    database: Database
    webex: Webex
    broadworks: BroadWorks
    now: Callable[[], datetime]
    held: HeldRows = field(default_factory=HeldRows)
    stopping: threading.Event = field(default_factory=threading.Event)
    _known: dict[str, Identity] = field(default_factory=dict)

    def me(self) -> Identity:
        """Return the bot itself; Webex is asked once."""
        if "me" not in self._known:
            self._known["me"] = self.webex.me()
        return self._known["me"]
