"""A Webex in memory that lists spaces and messages, with every oddity of such lists, and with a clock of its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import TypeVar

from bot.webex.errors import WebexFailure
from bot.webex.models import Account, ListedMessage, SpaceActivity

Item = TypeVar("Item")
ME = Account("bot", "dirsync@webex.bot")
START = datetime(2030, 5, 6, 7, 0, tzinfo=UTC)


@dataclass
class Written:
    """A message, and from when on Webex shows it in its lists."""

    id: str
    room_id: str
    author: str
    at: datetime
    shown_at: datetime


@dataclass
class ListedWebex:
    """What looking back asks of Webex. `activity` replaces the last activity that Webex says of a space."""

    now_at: datetime = START
    page_size: int = 3
    written: list[Written] = field(default_factory=list)
    activity: dict[str, datetime | None] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)
    failures: dict[str, list[WebexFailure]] = field(default_factory=dict)
    lists_repeat: bool = False
    messages_late: float = 0.0
    """Seconds after which a message is in the list of its space; the list of spaces shows its activity at once."""
    calls: list[str] = field(default_factory=list)
    """The space of each list of messages that was asked for; empty for each page of spaces."""

    def now(self) -> datetime:
        """Return the time by Webex's clock."""
        return self.now_at

    def me(self) -> Account:
        """Return the bot."""
        return ME

    def pass_by(self, seconds: float) -> None:
        """Let time pass."""
        self.now_at += timedelta(seconds=seconds)

    def write(self, room_id: str, author: str = "ana", late: float = 0.0) -> Written:
        """Have a message written, which the lists show `late` seconds later."""
        self.pass_by(1)
        message = Written(f"m{len(self.written)}", room_id, author, self.now_at, self.now_at + timedelta(seconds=late))
        self.written.append(message)
        return message

    def shown(self, room_id: str) -> list[Written]:
        """Return the messages that the list of a space shows now, newest first: what comes after a late one is late."""
        in_room = (one for one in self.written if one.room_id == room_id)
        return list(takewhile(lambda one: one.shown_at <= self.now_at, in_room))[::-1]

    def active_spaces(self, before_call: Callable[[], None]) -> Iterator[list[SpaceActivity]]:
        """Yield the spaces, the last active first."""
        rooms = {room_id: found[0].at for one in self.written if (found := self.shown(room_id := one.room_id))}
        listed = sorted(rooms, key=lambda room_id: rooms[room_id], reverse=True)
        spaces = [
            SpaceActivity(room_id, room_id not in self.groups, self.activity.get(room_id, rooms[room_id]))
            for room_id in listed
        ]
        yield from self._pages(spaces, "", before_call)

    def messages(
        self, room_id: str, before_call: Callable[[], None], *, mentions_only: bool
    ) -> Iterator[list[ListedMessage]]:
        """Yield the messages of a space, newest first."""
        assert mentions_only == (room_id in self.groups)
        shown_before = self.now_at - timedelta(seconds=self.messages_late)
        shown = [one for one in self.shown(room_id) if one.at <= shown_before]
        found = [ListedMessage(one.id, one.author, one.at) for one in shown]
        yield from self._pages(found, room_id, before_call)

    def _pages(self, items: list[Item], name: str, before_call: Callable[[], None]) -> Iterator[list[Item]]:
        for first in range(0, max(len(items), 1), self.page_size):
            before_call()
            self.calls.append(name)
            if self.failures.get(name):
                raise self.failures[name].pop(0)
            yield items[0 if self.lists_repeat else first :][: self.page_size]
