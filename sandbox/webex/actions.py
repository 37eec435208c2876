"""Presses of card buttons.

Webex does not document who receives the webhook and who can read an action. The sandbox sends the webhook to the
author of the card. The author and the people in the space can read the action; other bots cannot.
"""

from threading import RLock

from sandbox.webex import json_shapes
from sandbox.webex.errors import WebexError, not_found
from sandbox.webex.events import Event, Publish
from sandbox.webex.ids import make_id
from sandbox.webex.messages import Messages
from sandbox.webex.people import Person
from sandbox.webex.records import CardAction
from sandbox.webex.rooms import Rooms
from sandbox.webex.times import now


class Actions:
    """All presses of card buttons. Everyone who can see a card can press its buttons any number of times."""

    def __init__(self, lock: RLock, rooms: Rooms, messages: Messages, publish: Publish) -> None:
        self._lock = lock
        self._rooms = rooms
        self._messages = messages
        self._publish = publish
        self._actions: dict[str, tuple[CardAction, str]] = {}

    def press(self, person: Person, message_id: str, inputs: dict[str, object]) -> CardAction:
        """Press a button on the card of a message. Raise 400 if the message has no card."""
        with self._lock:
            message = self._messages.get(message_id, person)
            if not message.attachments:
                raise WebexError(400, "The message has no card.")
            action = CardAction(make_id("ATTACHMENT_ACTION"), message.id, message.room_id, person.id, inputs, now())
            self._actions[action.id] = action, message.person_id
            data = json_shapes.action_event(action)
            author_id = message.person_id
            self._publish(Event("attachmentActions", "created", data, person, lambda viewer: viewer.id == author_id))
            return action

    def get(self, action_id: str, viewer: Person) -> CardAction:
        """Return an action. Raise 404 if the viewer may not read it."""
        with self._lock:
            action, author_id = self._actions.get(action_id, (None, ""))
            is_other_bot = viewer.is_bot and viewer.id != author_id
            if action is None or is_other_bot or not self._rooms.is_member(action.room_id, viewer):
                raise not_found("attachment action")
            return action
