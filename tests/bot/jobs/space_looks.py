"""Looks back at an imagined Webex, and what they put into the inbox."""

import threading
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import select

from bot.jobs import space_look
from bot.jobs.engine.context import Context
from bot.jobs.engine.turn import Turn
from bot.jobs.pace import Pace
from bot.jobs.space_look import Looked, SpaceLooks
from bot.settings.load import Settings
from storage import inbox
from storage.engine.database import Database
from storage.models import InboxRow
from storage.values.messages import Event
from tests.bot.jobs.listed_webex import START, ListedWebex, Written

MISSED_SINCE = START - timedelta(days=1)


class Looks:
    """Looks at an imagined Webex, and what they put into the inbox."""

    def __init__(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self.webex = ListedWebex()
        self.database = database
        monkeypatch.setattr(space_look, "time", SimpleNamespace(monotonic=lambda: self.webex.now_at.timestamp()))
        self.restart()

    def restart(self) -> None:
        """Forget what the process remembers."""
        self.context = Context(
            Settings(), self.database, cast(Any, self.webex), cast(Any, None), lambda: self.webex.now_at
        )
        self._looks = SpaceLooks(self.context, _AtOnce(1, threading.Event()))

    def look(self, max_seconds: float = 60.0) -> Looked:
        """Look once."""
        with Turn(self.context, "look back") as turn:
            return self._looks.look(turn, missed_since=MISSED_SINCE, max_seconds=max_seconds)

    def calls_of_a_look(self) -> list[str]:
        """Look once, and return for which spaces Webex was asked; empty for the list of spaces."""
        self.webex.calls.clear()
        self.look()
        return list(self.webex.calls)

    def tell(self, message: Written) -> None:
        """Record a message as a webhook does."""
        event = Event("messages", "created", message.id, message.at.isoformat(), message.room_id, message.author)
        with self.database.single_write() as connection:
            inbox.record(connection, [event], self.webex.now_at)

    @property
    def recorded(self) -> list[InboxRow]:
        """The inbox, oldest first."""
        with self.database.read() as session:
            return list(session.scalars(select(InboxRow).order_by(InboxRow.id)))

    @property
    def ids(self) -> list[str]:
        """The messages in the inbox, oldest first."""
        return [row.data_id for row in self.recorded]


class _AtOnce(Pace):
    def wait(self) -> None:
        """Do not wait."""
