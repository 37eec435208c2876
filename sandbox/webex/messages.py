"""Messages: saying, editing, deleting, and who may see them.

Our reading where Webex is silent: a reply to a reply belongs to the thread's first message; a bot in a group sees, by
id too, only its own messages and those that mention it, and gets 404 for the rest; a file lives as long as its message.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from threading import RLock

from sandbox.webex import json_shapes
from sandbox.webex.drafts import Draft, File
from sandbox.webex.errors import WebexError, not_found
from sandbox.webex.events import Happening, Publish
from sandbox.webex.ids import make_id
from sandbox.webex.markdown import Rendered, render
from sandbox.webex.people import People, Person
from sandbox.webex.records import Message, Room
from sandbox.webex.rooms import Rooms
from sandbox.webex.times import now

MAX_EDITS = 10


Listener = Callable[[str, Message], None]
"""Told of each message `created`, `edited` or `deleted`, in order; it must not take long."""


class Messages:
    """Everything that was said."""

    def __init__(self, lock: RLock, people: People, rooms: Rooms, publish: Publish) -> None:
        self._lock = lock
        self._people = people
        self._rooms = rooms
        self._publish = publish
        self._by_room: dict[str, dict[str, Message]] = {}
        self._room_of: dict[str, str] = {}
        self._by_file: dict[str, str] = {}
        self.listeners: list[Listener] = []

    def post(self, author: Person, room: Room, draft: Draft) -> Message:
        """Say something in a space the author is in."""
        with self._lock:
            room = self._rooms.get(room.id, author)
            parent_id = self._thread(room, draft.parent_id)
            said = self._render(room, draft.markdown)
            message = Message(
                id=make_id("MESSAGE"),
                room_id=room.id,
                room_type=room.type,
                person_id=author.id,
                person_email=author.email,
                created=now(),
                text=draft.text or said.text or None,
                markdown=draft.markdown,
                html=said.html or None,
                parent_id=parent_id,
                files=draft.files,
                attachments=draft.attachments,
                mentioned_people=tuple(said.people),
                mentioned_groups=tuple(said.groups),
            )
            self._room_of[message.id] = room.id
            self._by_file |= {file.id: message.id for file in draft.files}
            self._rooms.touch(room)
            self._keep("created", message, author)
            return message

    def edit(self, author: Person, message_id: str, room_id: str, draft: Draft) -> Message:
        """Say it differently: one's own messages only, ten times, and none with a file or a card."""
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
            said = self._render(self._rooms.get(room_id), draft.markdown)
            message = replace(
                old,
                text=draft.text or said.text or None,
                markdown=draft.markdown,
                html=said.html or None,
                mentioned_people=tuple(said.people),
                mentioned_groups=tuple(said.groups),
                updated=now(),
                edits=old.edits + 1,
            )
            self._keep("edited", message, author)
            return message

    def delete(self, author: Person, message_id: str) -> None:
        """Take back one's own message."""
        with self._lock:
            message = self.get(message_id, author)
            if message.person_id != author.id:
                raise WebexError(403, "Only the author of a message can delete it.")
            del self._by_room[message.room_id][message.id], self._room_of[message.id]
            for file in message.files:
                del self._by_file[file.id]
            self._announce("deleted", message, author)

    def get(self, message_id: str, viewer: Person) -> Message:
        """A message the viewer may see, else 404."""
        with self._lock:
            message = self._by_room.get(self._room_of.get(message_id, ""), {}).get(message_id)
            if message is None or not self.may_see(viewer, message):
                raise not_found("message")
            return message

    def file(self, file_id: str, viewer: Person) -> File:
        """A file of a message the viewer may see, else 404."""
        with self._lock:
            message_id = self._by_file.get(file_id)
            if message_id is None:
                raise not_found("file")
            return next(file for file in self.get(message_id, viewer).files if file.id == file_id)

    def in_room(self, room_id: str) -> list[Message]:
        """All messages of a space, oldest first."""
        with self._lock:
            return list(self._by_room.get(room_id, {}).values())

    def may_see(self, viewer: Person, message: Message) -> bool:
        """Members see everything in their spaces; bots in groups only what is theirs or meant for them."""
        if not self._rooms.is_member(message.room_id, viewer):
            return False
        if message.room_type == "direct" or not viewer.is_bot:
            return True
        return viewer.id == message.person_id or viewer.id in message.mentioned_people

    def newest_first(
        self, room: Room, *, before_message: str | None = None, before: datetime | None = None
    ) -> Iterator[Message]:
        """The messages of a space from the newest back, from before a message or a moment."""
        messages = self._by_room.get(room.id, {})
        if before_message is not None and before_message not in messages:
            raise not_found("message")
        skipping = before_message is not None
        for message in reversed(self.in_room(room.id)):
            if skipping:
                skipping = message.id != before_message
            elif before is None or message.created < before:
                yield message

    def _thread(self, room: Room, parent_id: str | None) -> str | None:
        if parent_id is None:
            return None
        parent = self._by_room.get(room.id, {}).get(parent_id)
        if parent is None:
            raise not_found("parent message")
        return parent.parent_id or parent.id

    def _render(self, room: Room, markdown: str | None) -> Rendered:
        def find(by: str, value: str) -> Person | None:
            members = (one.person for one in self._rooms.members(room.id))
            if by == "personId":
                return next((person for person in members if person.id == value), None)
            person = self._people.find(value)
            return person if person and self._rooms.is_member(room.id, person) else None

        return render(markdown, find) if markdown else Rendered()

    def _keep(self, kind: str, message: Message, author: Person) -> None:
        self._by_room.setdefault(message.room_id, {})[message.id] = message
        self._announce(kind, message, author)

    def _announce(self, kind: str, message: Message, author: Person) -> None:
        for listener in self.listeners:
            listener(kind, message)
        event = "updated" if kind == "edited" else kind
        traits = {"hasFiles": bool(message.files), "hasAttachments": bool(message.attachments)}

        def seen_by(person: Person) -> bool:
            return self.may_see(person, message)

        self._publish(Happening("messages", event, json_shapes.message_event(message), author, seen_by, traits))
