"""Spaces and who is in them."""

from dataclasses import replace
from threading import RLock

from sandbox.webex import json_shapes
from sandbox.webex.errors import WebexError, not_found
from sandbox.webex.events import Happening, Publish
from sandbox.webex.ids import make_id
from sandbox.webex.people import Person
from sandbox.webex.records import Membership, Room
from sandbox.webex.times import now


class Rooms:
    """All spaces. Who is not a member is told that the space does not exist (Webex's 404)."""

    def __init__(self, lock: RLock, publish: Publish) -> None:
        self._lock = lock
        self._publish = publish
        self._rooms: dict[str, Room] = {}
        self._members: dict[str, dict[str, Membership]] = {}
        self._memberships: dict[str, Membership] = {}
        self._direct: dict[frozenset[str], str] = {}

    def create(self, creator: Person, title: str) -> Room:
        """Open a group space with its creator as the only member."""
        return self._open(title, "group", creator, creator)

    def direct(self, one: Person, other: Person) -> Room:
        """The 1:1 space of two people, opened when they first need it."""
        if one.id == other.id:
            raise WebexError(400, "A message to oneself is not possible.")
        with self._lock:
            room_id = self._direct.get(frozenset((one.id, other.id)))
            if room_id is None:
                room_id = self._open("", "direct", one, one, other).id
                self._direct[frozenset((one.id, other.id))] = room_id
            return self._rooms[room_id]

    def find_direct(self, one: Person, other: Person) -> Room | None:
        """The 1:1 space of two people, if they have one."""
        room_id = self._direct.get(frozenset((one.id, other.id)))
        return self._rooms[room_id] if room_id else None

    def get(self, room_id: str, viewer: Person | None = None) -> Room:
        """The space, else 404, also where the viewer is not in it."""
        with self._lock:
            room = self._rooms.get(room_id)
            if room is None or (viewer is not None and viewer.id not in self._members[room_id]):
                raise not_found("room")
            return room

    def of(self, person: Person) -> list[Room]:
        """The spaces somebody is in, oldest first."""
        with self._lock:
            return [room for room in self._rooms.values() if person.id in self._members[room.id]]

    def of_all(self) -> list[Room]:
        """Every space there is."""
        with self._lock:
            return list(self._rooms.values())

    def title(self, room: Room, viewer: Person) -> str:
        """A group's title; of a 1:1 space the other one's name."""
        if room.type == "group":
            return room.title
        others = [one.person for one in self._members[room.id].values() if one.person.id != viewer.id]
        return others[0].display_name if others else "Empty Title"

    def rename(self, room_id: str, viewer: Person, title: str) -> Room:
        """Change a group's title."""
        with self._lock:
            room = self._group(room_id, viewer)
            self._rooms[room.id] = room = replace(room, title=title)
            self._tell("rooms", "updated", json_shapes.room(room, title), viewer, room.id)
            return room

    def delete(self, room_id: str, viewer: Person) -> None:
        """Delete a space; whoever did not create it only leaves it (Webex says this of non-moderators)."""
        with self._lock:
            room = self._group(room_id, viewer)
            own = self._members[room.id][viewer.id]
            others = [one for one in self.members(room.id) if one != own]
            for one in [*others, own] if viewer.id == room.creator.id else [own]:
                self.remove(one.id, viewer)
            if not self._members[room.id]:
                del self._rooms[room.id], self._members[room.id]

    def touch(self, room: Room) -> None:
        """Somebody was active here."""
        self._rooms[room.id] = replace(self._rooms[room.id], last_activity=now())

    def is_member(self, room_id: str, person: Person) -> bool:
        """Whether somebody is in a space."""
        return person.id in self._members.get(room_id, ())

    def members(self, room_id: str) -> list[Membership]:
        """Everybody in a space, in the order they came."""
        with self._lock:
            return list(self._members.get(room_id, {}).values())

    def membership(self, membership_id: str, viewer: Person) -> Membership:
        """One membership of a space the viewer is in, else 404."""
        with self._lock:
            found = self._memberships.get(membership_id)
            if found is None or not self.is_member(found.room_id, viewer):
                raise not_found("membership")
            return found

    def join(self, room_id: str, person: Person, actor: Person) -> Membership:
        """Add somebody to a group; 409 where they are in it already."""
        with self._lock:
            room = self._group(room_id, actor)
            if self.is_member(room_id, person):
                raise WebexError(409, "User is already a participant.")
            return self._enter(room, person, actor)

    def remove(self, membership_id: str, actor: Person) -> None:
        """Take somebody out of a group; every member of an unmoderated space may."""
        with self._lock:
            gone = self.membership(membership_id, actor)
            self._group(gone.room_id, actor)
            del self._members[gone.room_id][gone.person.id], self._memberships[gone.id]
            self._tell("memberships", "deleted", json_shapes.membership(gone), actor, gone.room_id, also=gone.person.id)

    def _group(self, room_id: str, viewer: Person) -> Room:
        room = self.get(room_id, viewer)
        if room.type == "direct":
            raise WebexError(400, "This is not possible in a direct room.")
        return room

    def _open(self, title: str, kind: str, creator: Person, *members: Person) -> Room:
        with self._lock:
            moment = now()
            room = Room(make_id("ROOM"), title, kind, creator, moment, moment)
            self._rooms[room.id] = room
            self._members[room.id] = {}
            for person in members:
                self._enter(room, person, creator)
            self._tell("rooms", "created", json_shapes.room(room, self.title(room, creator)), creator, room.id)
            return room

    def _enter(self, room: Room, person: Person, actor: Person) -> Membership:
        entered = Membership(make_id("MEMBERSHIP"), room.id, room.type, person, now())
        self._members[room.id][person.id] = entered
        self._memberships[entered.id] = entered
        self._tell("memberships", "created", json_shapes.membership(entered), actor, room.id)
        return entered

    def _tell(
        self,
        resource: str,
        event: str,
        data: json_shapes.Json,
        actor: Person,
        room_id: str,
        also: str | None = None,
    ) -> None:
        def seen_by(person: Person) -> bool:
            return person.id == also or self.is_member(room_id, person)

        self._publish(Happening(resource, event, data, actor, seen_by))
