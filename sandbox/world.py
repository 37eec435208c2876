"""The whole state of the sandbox. The API serves it and tests look into it."""

from collections import deque
from dataclasses import dataclass
from threading import RLock

from sandbox.broadworks.enterprises import Enterprise
from sandbox.broadworks.subscribers import Subscribers
from sandbox.broadworks.syncs import BroadWorks
from sandbox.webex.access_tokens import AccessTokens
from sandbox.webex.actions import Actions
from sandbox.webex.clients import Client
from sandbox.webex.messages import MessageListener, Messages
from sandbox.webex.oauth import OAuth
from sandbox.webex.parallel_reads import ParallelReads
from sandbox.webex.people import People, Person
from sandbox.webex.records import Message, Room
from sandbox.webex.rooms import Rooms
from sandbox.webex.webhook_delivery import WebhookSender
from sandbox.webex.webhooks import Webhooks

BOT = "dirsync@webex.bot"
PARTNER_ADMIN = "partner@provider.example"
MAX_REQUESTS = 20_000
"""Limits the request log, so that a long demo does not fill the memory."""


@dataclass(frozen=True, slots=True)
class Request:
    """One API call. `status` is None if the connection was dropped; `token` is empty without an access token."""

    method: str
    path: str
    query: str
    token: str
    status: int | None


class World:
    """People, spaces, messages, webhooks, enterprises and subscribers, under one lock."""

    def __init__(self, sync_seconds: float = 8.0) -> None:
        self.lock = RLock()
        self.base_url = "http://127.0.0.1/v1/"
        self.links_drop_filters = False
        self.requests: deque[Request] = deque(maxlen=MAX_REQUESTS)
        self.webhook_sender = WebhookSender(
            lambda webhook_id: self.webhooks.is_active(webhook_id),
            lambda webhook_id, delivered: self.webhooks.record_result(webhook_id, delivered),
        )
        self.webhooks = Webhooks(self.lock, self.webhook_sender.put)
        publish = self.webhooks.publish
        self.people = People(self.lock)
        self.partner_admins = {PARTNER_ADMIN}
        self.tokens = AccessTokens(self.lock, self.people)
        self.oauth = OAuth(self.lock, self.tokens)
        self.rooms = Rooms(self.lock, publish)
        self.messages = Messages(self.lock, self.people, self.rooms, publish)
        self.parallel_reads = ParallelReads()
        self.actions = Actions(self.lock, self.rooms, self.messages, publish)
        self.subscribers = Subscribers(self.lock)
        self.broadworks = BroadWorks(self.lock, self.subscribers, sync_seconds)

    def add_person(self, email: str, display_name: str = "", *, bot: bool = False) -> Person:
        """Create an account. The e-mail address is the access token."""
        return self.people.add(email, display_name or email.partition("@")[0].title(), bot=bot)

    def person(self, email: str) -> Person:
        """Return the person with that address. Raise KeyError if there is none."""
        person = self.people.find(email)
        if person is None:
            raise KeyError(email)
        return person

    def use_client(self, email: str, client: Client) -> None:
        """Have a person write with this client from now on. Raise KeyError if there is no such person."""
        self.messages.clients[self.person(email).id] = client

    def room(self, title: str) -> Room:
        """Return the group space with that title. Raise KeyError if there is none."""
        with self.lock:
            for room in self.rooms.all():
                if room.title == title and room.type == "group":
                    return room
        raise KeyError(title)

    def direct_room(self, email: str, other_email: str = BOT) -> Room | None:
        """Return the 1:1 space of two people, or None before their first message."""
        return self.rooms.find_direct(self.person(email), self.person(other_email))

    def messages_in(self, room_id: str) -> list[Message]:
        """Return the messages of a space, oldest first."""
        return self.messages.in_room(room_id)

    def enterprise(self, sp_enterprise_id: str) -> Enterprise:
        """Return an enterprise by the provider's id, with its status up to date. Raise KeyError if there is none."""
        return self.broadworks.find(sp_enterprise_id)

    def add_message_listener(self, listener: MessageListener) -> None:
        """Call the listener for every message that is created, edited or deleted, in order."""
        self.messages.listeners.append(listener)
