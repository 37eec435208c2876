"""/rooms: the spaces of the caller."""

from flask import Blueprint, Response, request

from sandbox.api.answers import answer, no_content, page
from sandbox.api.body import json_fields
from sandbox.api.context import caller, the_world
from sandbox.webex import json_shapes
from sandbox.webex.errors import WebexError
from sandbox.webex.records import Room

blueprint = Blueprint("rooms", __name__)


def _shape(room: Room) -> json_shapes.Json:
    return json_shapes.room(room, the_world().rooms.title(room, caller()))


@blueprint.post("/rooms")
def create() -> Response:
    """Open a group space."""
    return answer(_shape(the_world().rooms.create(caller(), json_fields().needed("title"))))


@blueprint.get("/rooms")
def several() -> Response:
    """The caller's spaces, the last active first."""
    kind, order = request.args.get("type"), request.args.get("sortBy")
    if kind not in (None, "direct", "group") or order not in (None, "id", "lastactivity", "created"):
        raise WebexError(400, "The parameter type or sortBy is not valid.")
    rooms = [room for room in the_world().rooms.of(caller()) if kind in (None, room.type)]
    if order == "id":
        rooms.sort(key=lambda room: room.id)
    elif order == "created":
        rooms.sort(key=lambda room: room.created, reverse=True)
    else:
        rooms.sort(key=lambda room: room.last_activity, reverse=True)
    return page(rooms, _shape, default=100, most=1000)


@blueprint.get("/rooms/<room_id>")
def one(room_id: str) -> Response:
    """One space."""
    return answer(_shape(the_world().rooms.get(room_id, caller())))


@blueprint.put("/rooms/<room_id>")
def rename(room_id: str) -> Response:
    """Give a group another title."""
    return answer(_shape(the_world().rooms.rename(room_id, caller(), json_fields().needed("title"))))


@blueprint.delete("/rooms/<room_id>")
def delete(room_id: str) -> Response:
    """Delete a space, or leave it."""
    the_world().rooms.delete(room_id, caller())
    return no_content()
