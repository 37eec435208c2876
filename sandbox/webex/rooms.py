"""Spaces and their members."""

from dataclasses import replace
from threading import RLock

from sandbox.webex import json_shapes
from sandbox.webex.errors import WebexError, not_found
from sandbox.webex.events import Event, Publish
from sandbox.webex.ids import make_id
from sandbox.webex.json_shapes import Json
from sandbox.webex.people import Person
from sandbox.webex.records import Membership, Room
from sandbox.webex.times import now


class Rooms:
    """All spaces. A person who is not a member gets 404, as if the space did not exist (as in Webex)."""

    def __init__(self, lock: RLock, publish: Publish) -> None:
        self._lock = lock
        self._publish = publish
        self._rooms: dict[str, Room] = {}
        self._members: dict[str, dict[str, Membership]] = {}
        self._memberships: dict[str, Membership] = {}
        self._direct: dict[frozenset[str], str] = {}

    def create(self, creator: Person, title: str) -> Room:
        """Create a group space with its creator as the only member."""
        return self._create(title, "group", creator, creator)

    def open_direct(self, opener: Person, other: Person) -> Room:
        """Return the 1:1 space of two people. Create it if they have none yet."""
        if opener.id == other.id:
            raise WebexError(400, "A message to oneself is not possible.")
        with self._lock:
            room = self.find_direct(opener, other)
            if room is None:
                room = self._create("", "direct", opener, opener, other)
                self._direct[frozenset((opener.id, other.id))] = room.id
            return room

    def find_direct(self, person: Person, other: Person) -> Room | None:
        """Return the 1:1 space of two people, or None."""
        room_id = self._direct.get(frozenset((person.id, other.id)))
        return self._rooms[room_id] if room_id else None

    def get(self, room_id: str, viewer: Person | None = None) -> Room:
        """Return a space. Raise 404 if there is none or the viewer is not a member."""
        with self._lock:
            room = self._rooms.get(room_id)
            if room is None or (viewer is not None and viewer.id not in self._members[room_id]):
                raise not_found("room")
            return room

    def of_person(self, person: Person) -> list[Room]:
        """Return the spaces a person is in, oldest first."""
        with self._lock:
            return [room for room in self._rooms.values() if person.id in self._members[room.id]]

    def all(self) -> list[Room]:
        """Return every space."""
        with self._lock:
            return list(self._rooms.values())

    def title(self, room: Room, viewer: Person) -> str:
        """Return the title of a group, or the name of the other person in a 1:1 space."""
        if room.type == "group":
            return room.title
        people = (member.person for member in self.members(room.id))
        return next((person.display_name for person in people if person.id != viewer.id), "Empty Title")

    def rename(self, room_id: str, viewer: Person, title: str) -> Room:
        """Change the title of a group."""
        with self._lock:
            room = self._group_room(room_id, viewer)
            self._rooms[room.id] = room = replace(room, title=title)
            self._publish_event("rooms", "updated", json_shapes.room(room, title), viewer, room.id)
            return room

    def delete(self, room_id: str, viewer: Person) -> None:
        """Delete a group if the viewer created it, else leave it (Webex: only a moderator can delete a group)."""
        with self._lock:
            room = self._group_room(room_id, viewer)
            own = self._members[room.id][viewer.id]
            others = [member for member in self.members(room.id) if member != own]
            for member in [*others, own] if viewer.id == room.creator.id else [own]:
                self.remove(member.id, viewer)
            if not self._members[room.id]:
                del self._rooms[room.id], self._members[room.id]

    def mark_active(self, room: Room) -> None:
        """Set the last activity of a space to now."""
        self._rooms[room.id] = replace(self._rooms[room.id], last_activity=now())

    def is_member(self, room_id: str, person: Person) -> bool:
        """Return whether a person is in a space."""
        return person.id in self._members.get(room_id, ())

    def members(self, room_id: str) -> list[Membership]:
        """Return the members of a space in the order in which they joined."""
        with self._lock:
            return list(self._members.get(room_id, {}).values())

    def membership(self, membership_id: str, viewer: Person) -> Membership:
        """Return a membership. Raise 404 if the viewer is not in that space."""
        with self._lock:
            found = self._memberships.get(membership_id)
            if found is None or not self.is_member(found.room_id, viewer):
                raise not_found("membership")
            return found

    def join(self, room_id: str, person: Person, actor: Person) -> Membership:
        """Add a person to a group. Raise 409 if they are a member already."""
        with self._lock:
            room = self._group_room(room_id, actor)
            if self.is_member(room_id, person):
                raise WebexError(409, "User is already a participant.")
            return self._add_member(room, person, actor)

    def remove(self, membership_id: str, actor: Person) -> None:
        """Remove a member from a group; every member of an unmoderated space may do this."""
        with self._lock:
            removed = self.membership(membership_id, actor)
            self._group_room(removed.room_id, actor)
            del self._members[removed.room_id][removed.person.id], self._memberships[removed.id]
            data, room_id = json_shapes.membership(removed), removed.room_id
            self._publish_event("memberships", "deleted", data, actor, room_id, also_visible_to=removed.person.id)

    def _group_room(self, room_id: str, viewer: Person) -> Room:
        room = self.get(room_id, viewer)
        if room.type == "direct":
            raise WebexError(400, "This is not possible in a direct room.")
        return room

    def _create(self, title: str, kind: str, creator: Person, *members: Person) -> Room:
        with self._lock:
            created = now()
            room = Room(make_id("ROOM"), title, kind, creator, created, created)
            self._rooms[room.id] = room
            self._members[room.id] = {}
            for person in members:
                self._add_member(room, person, creator)
            self._publish_event("rooms", "created", json_shapes.room(room, self.title(room, creator)), creator, room.id)
            return room

    def _add_member(self, room: Room, person: Person, actor: Person) -> Membership:
        added = Membership(make_id("MEMBERSHIP"), room.id, room.type, person, now())
        self._members[room.id][person.id] = added
        self._memberships[added.id] = added
        self._publish_event("memberships", "created", json_shapes.membership(added), actor, room.id)
        return added

    def _publish_event(
        self, resource: str, event: str, data: Json, actor: Person, room_id: str, also_visible_to: str | None = None
    ) -> None:
        def is_visible_to(person: Person) -> bool:
            return person.id == also_visible_to or self.is_member(room_id, person)

        self._publish(Event(resource, event, data, actor, is_visible_to))
