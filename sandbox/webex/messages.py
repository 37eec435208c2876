"""Messages: posting, editing, deleting, and who can see them.

Webex does not document these cases; the sandbox decides. A reply to a reply belongs to the first message of the
thread. A bot in a group sees only its own messages and those that mention it, and gets 404 for the others, also when
it asks by id. A file exists as long as its message.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from threading import RLock

from sandbox.webex import json_shapes
from sandbox.webex.clients import Client
from sandbox.webex.drafts import Draft, File
from sandbox.webex.errors import WebexError, not_found
from sandbox.webex.events import Event, Publish
from sandbox.webex.ids import make_id
from sandbox.webex.markdown import Rendered, render
from sandbox.webex.people import People, Person
from sandbox.webex.records import Message, Room
from sandbox.webex.rooms import Rooms
from sandbox.webex.times import now

MAX_EDITS = 10

MessageListener = Callable[[str, Message], None]
"""Called with `created`, `edited` or `deleted` and the message, in order. It must return quickly."""


class Messages:
    """All messages."""

    def __init__(self, lock: RLock, people: People, rooms: Rooms, publish: Publish) -> None:
        self._lock = lock
        self._people = people
        self._rooms = rooms
        self._publish = publish
        self._by_room: dict[str, dict[str, Message]] = {}
        self._room_of: dict[str, str] = {}
        self._by_file: dict[str, str] = {}
        self.listeners: list[MessageListener] = []
        self.clients: dict[str, Client] = {}

    def post(self, author: Person, room: Room, draft: Draft) -> Message:
        """Post a message in a space the author is in."""
        with self._lock:
            room = self._rooms.get(room.id, author)
            message = Message(
                id=make_id("MESSAGE"),
                room_id=room.id,
                room_type=room.type,
                person_id=author.id,
                person_email=author.email,
                created=now(),
                parent_id=self._thread_id(room, draft.parent_id),
                files=draft.files,
                attachments=draft.attachments,
            )
            message = self._with_text(message, draft, author)
            self._room_of[message.id] = room.id
            self._by_file |= {file.id: message.id for file in draft.files}
            self._rooms.mark_active(room)
            self._store("created", message, author)
            return message

    def edit(self, author: Person, message_id: str, room_id: str, draft: Draft) -> Message:
        """Edit a message: only by its author, at most ten times, and only if it has no file and no card."""
        with self._lock:
            old = self.get(message_id, author)
            if old.room_id != room_id:
                raise not_found("message")
            if old.person_id != author.id:
                raise WebexError(403, "Only the author of a message can edit it.")
            if old.files or old.attachments:
                raise WebexError(400, "A message with a file or a card cannot be edited.")
            if old.edits >= MAX_EDITS:
                raise WebexError(400, "This message was edited as often as is allowed.")
            message = replace(self._with_text(old, draft, author), updated=now(), edits=old.edits + 1)
            self._store("edited", message, author)
            return message

    def delete(self, author: Person, message_id: str) -> None:
        """Delete a message; only its author can."""
        with self._lock:
            message = self.get(message_id, author)
            if message.person_id != author.id:
                raise WebexError(403, "Only the author of a message can delete it.")
            del self._by_room[message.room_id][message.id], self._room_of[message.id]
            for file in message.files:
                del self._by_file[file.id]
            self._notify("deleted", message, author)

    def get(self, message_id: str, viewer: Person) -> Message:
        """Return a message. Raise 404 if the viewer cannot see it."""
        with self._lock:
            message = self._by_room.get(self._room_of.get(message_id, ""), {}).get(message_id)
            if message is None or not self.can_see(viewer, message):
                raise not_found("message")
            return message

    def file(self, file_id: str, viewer: Person) -> File:
        """Return a file of a message. Raise 404 if the viewer cannot see the message."""
        with self._lock:
            message_id = self._by_file.get(file_id)
            if message_id is None:
                raise not_found("file")
            return next(file for file in self.get(message_id, viewer).files if file.id == file_id)

    def in_room(self, room_id: str) -> list[Message]:
        """Return all messages of a space, oldest first."""
        with self._lock:
            return list(self._by_room.get(room_id, {}).values())

    def can_see(self, viewer: Person, message: Message) -> bool:
        """Return whether the viewer can see a message. Members see all messages; a bot in a group sees fewer."""
        if not self._rooms.is_member(message.room_id, viewer):
            return False
        if message.room_type == "direct" or not viewer.is_bot:
            return True
        return viewer.id == message.person_id or viewer.id in message.mentioned_people

    def newest_first(
        self, room: Room, *, before_message: str | None = None, before: datetime | None = None
    ) -> Iterator[Message]:
        """Yield the messages of a space, newest first, starting before a message or a time."""
        messages = self._by_room.get(room.id, {})
        if before_message is not None and before_message not in messages:
            raise not_found("message")
        skipping = before_message is not None
        for message in reversed(self.in_room(room.id)):
            if skipping:
                skipping = message.id != before_message
            elif before is None or message.created < before:
                yield message

    def _thread_id(self, room: Room, parent_id: str | None) -> str | None:
        if parent_id is None:
            return None
        parent = self._by_room.get(room.id, {}).get(parent_id)
        if parent is None:
            raise not_found("parent message")
        return parent.parent_id or parent.id

    def _with_text(self, message: Message, draft: Draft, author: Person) -> Message:
        def find_member(by: str, value: str) -> Person | None:
            members = (member.person for member in self._rooms.members(message.room_id))
            if by == "personId":
                return next((person for person in members if person.id == value), None)
            person = self._people.find(value)
            return person if person and self._rooms.is_member(message.room_id, person) else None

        client = draft.client or self.clients.get(author.id, Client.API)
        rendered = render(draft.markdown, find_member, client) if draft.markdown else Rendered()
        return replace(
            message,
            text=draft.text or rendered.text or None,
            markdown=draft.markdown,
            html=rendered.html or None,
            mentioned_people=tuple(rendered.people),
            mentioned_groups=tuple(rendered.groups),
        )

    def _store(self, kind: str, message: Message, author: Person) -> None:
        self._by_room.setdefault(message.room_id, {})[message.id] = message
        self._notify(kind, message, author)

    def _notify(self, kind: str, message: Message, author: Person) -> None:
        for listener in self.listeners:
            listener(kind, message)
        event = "updated" if kind == "edited" else kind
        data = json_shapes.message_event(message)
        filter_fields = {"hasFiles": bool(message.files), "hasAttachments": bool(message.attachments)}
        is_visible_to = partial(self.can_see, message=message)
        self._publish(Event("messages", event, data, author, is_visible_to, filter_fields))
