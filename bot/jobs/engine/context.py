"""The outside world as one value: what a job may reach, handed to it by whoever started it."""

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
    """Settings, database, Webex, BroadWorks and the time; and what this process holds and whether it is to stop."""

    settings: Settings
    database: Database
    webex: Webex
    broadworks: BroadWorks
    now: Callable[[], datetime]
    held: HeldRows = field(default_factory=HeldRows)
    stopping: threading.Event = field(default_factory=threading.Event)
    _known: dict[str, Identity] = field(default_factory=dict)

    def me(self) -> Identity:
        """The bot itself, asked of Webex once."""
        if "me" not in self._known:
            self._known["me"] = self.webex.me()
        return self._known["me"]
