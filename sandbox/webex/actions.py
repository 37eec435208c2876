"""Pressed buttons of cards.

Our reading: the webhook goes to whoever posted the card; that one and the people in the space may read the action.
"""

from threading import RLock

from sandbox.webex import json_shapes
from sandbox.webex.cards import Action
from sandbox.webex.errors import WebexError, not_found
from sandbox.webex.events import Happening, Publish
from sandbox.webex.ids import make_id
from sandbox.webex.messages import Messages
from sandbox.webex.people import Person
from sandbox.webex.rooms import Rooms
from sandbox.webex.times import now


class Actions:
    """All buttons that were pressed; a card can be pressed any number of times by anyone who sees it."""

    def __init__(self, lock: RLock, rooms: Rooms, messages: Messages, publish: Publish) -> None:
        self._lock = lock
        self._rooms = rooms
        self._messages = messages
        self._publish = publish
        self._actions: dict[str, tuple[Action, str]] = {}

    def press(self, person: Person, message_id: str, inputs: dict[str, object]) -> Action:
        """Press a button of the card of a message; 400 where it has none."""
        with self._lock:
            message = self._messages.get(message_id, person)
            if not message.attachments:
                raise WebexError(400, "The message has no card.")
            action = Action(make_id("ATTACHMENT_ACTION"), message.id, message.room_id, person.id, inputs, now())
            author_id = message.person_id
            self._actions[action.id] = action, author_id
            self._publish(
                Happening(
                    "attachmentActions",
                    "created",
                    json_shapes.action_event(action),
                    person,
                    lambda viewer: viewer.id == author_id,
                )
            )
            return action

    def get(self, action_id: str, viewer: Person) -> Action:
        """An action, else 404."""
        with self._lock:
            action, author_id = self._actions.get(action_id, (None, ""))
            if action is None or not self._rooms.is_member(action.room_id, viewer):
                raise not_found("attachment action")
            if viewer.is_bot and viewer.id != author_id:
                raise not_found("attachment action")
            return action
