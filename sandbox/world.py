"""The whole state of the sandbox's Webex, for its API to serve and for tests to look into."""

from collections import deque
from dataclasses import dataclass
from threading import RLock

from sandbox.broadworks.enterprises import Enterprise
from sandbox.broadworks.subscribers import Subscribers
from sandbox.broadworks.syncs import BroadWorks
from sandbox.webex.actions import Actions
from sandbox.webex.messages import Listener, Messages
from sandbox.webex.people import People, Person
from sandbox.webex.records import Message, Room
from sandbox.webex.rooms import Rooms
from sandbox.webex.webhook_delivery import Courier
from sandbox.webex.webhooks import Webhooks

BOT = "dirsync@webex.bot"
PARTNER_ADMIN = "partner@provider.example"
MAX_REQUESTS = 20_000


@dataclass(frozen=True, slots=True)
class Request:
    """One call of the API: who (the token), what, and the status answered, None where the connection was dropped."""

    method: str
    path: str
    query: str
    who: str
    status: int | None


class World:
    """People, spaces, messages, webhooks, enterprises and subscribers, under one lock."""

    def __init__(self, sync_seconds: float = 8.0) -> None:
        self.lock = RLock()
        self.base_url = "http://127.0.0.1/v1/"
        self.links_drop_filters = False
        self.requests: deque[Request] = deque(maxlen=MAX_REQUESTS)
        self.courier = Courier(self._is_active, self._report)
        self.webhooks = Webhooks(self.lock, self.courier.put)
        publish = self.webhooks.publish
        self.people = People(self.lock)
        self.rooms = Rooms(self.lock, publish)
        self.messages = Messages(self.lock, self.people, self.rooms, publish)
        self.actions = Actions(self.lock, self.rooms, self.messages, publish)
        self.subscribers = Subscribers(self.lock)
        self.broadworks = BroadWorks(self.lock, self.subscribers, sync_seconds)

    def add_person(self, email: str, display_name: str = "", *, bot: bool = False) -> Person:
        """Give somebody an account, with which their address becomes their token."""
        return self.people.add(email, display_name or email.partition("@")[0].title(), bot=bot)

    def person(self, email: str) -> Person:
        """Somebody who has an account; KeyError otherwise."""
        person = self.people.find(email)
        if person is None:
            raise KeyError(email)
        return person

    def room(self, title: str) -> Room:
        """The group space with that title; KeyError if there is none."""
        with self.lock:
            for room in self.rooms.of_all():
                if room.title == title and room.type == "group":
                    return room
        raise KeyError(title)

    def direct_room(self, one: str, other: str = BOT) -> Room | None:
        """The 1:1 space of two addresses, None before the first message between them."""
        return self.rooms.find_direct(self.person(one), self.person(other))

    def messages_in(self, room_id: str) -> list[Message]:
        """What was said in a space, oldest first."""
        return self.messages.in_room(room_id)

    def enterprise(self, sp_enterprise_id: str) -> Enterprise:
        """An enterprise by the provider's id, up to date; KeyError if there is none."""
        return self.broadworks.find(sp_enterprise_id)

    def subscribe(self, listener: Listener) -> None:
        """Be told of every message as it is created, edited or deleted, in order."""
        self.messages.listeners.append(listener)

    def _is_active(self, webhook_id: str) -> bool:
        return self.webhooks.is_active(webhook_id)

    def _report(self, webhook_id: str, delivered: bool) -> None:
        self.webhooks.report(webhook_id, delivered)
