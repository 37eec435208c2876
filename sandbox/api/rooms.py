"""/rooms: the spaces of the caller."""

from flask import Blueprint, Response, request

from sandbox.api.context import caller, current_world
from sandbox.api.request_fields import json_fields
from sandbox.api.responses import json_response, list_response, no_content
from sandbox.webex import json_shapes
from sandbox.webex.errors import WebexError
from sandbox.webex.records import Room

blueprint = Blueprint("rooms", __name__)


def _room_json(room: Room) -> json_shapes.Json:
    return json_shapes.room(room, current_world().rooms.title(room, caller()))


@blueprint.post("/rooms")
def create_room() -> Response:
    """Create a group space."""
    return json_response(_room_json(current_world().rooms.create(caller(), json_fields().required("title"))))


@blueprint.get("/rooms")
def list_rooms() -> Response:
    """Return the caller's spaces, the last active first."""
    kind, order = request.args.get("type"), request.args.get("sortBy")
    if kind not in (None, "direct", "group") or order not in (None, "id", "lastactivity", "created"):
        raise WebexError(400, "The parameter type or sortBy is not valid.")
    rooms = [room for room in current_world().rooms.of_person(caller()) if kind in (None, room.type)]
    if order == "id":
        rooms.sort(key=lambda room: room.id)
    elif order == "created":
        rooms.sort(key=lambda room: room.created, reverse=True)
    else:
        rooms.sort(key=lambda room: room.last_activity, reverse=True)
    return list_response(rooms, _room_json, default_size=100, max_size=1000)


@blueprint.get("/rooms/<room_id>")
def get_room(room_id: str) -> Response:
    """Return a space."""
    return json_response(_room_json(current_world().rooms.get(room_id, caller())))


@blueprint.put("/rooms/<room_id>")
def rename_room(room_id: str) -> Response:
    """Change the title of a group."""
    return json_response(_room_json(current_world().rooms.rename(room_id, caller(), json_fields().required("title"))))


@blueprint.delete("/rooms/<room_id>")
def delete_room(room_id: str) -> Response:
    """Delete a space, or leave it."""
    current_world().rooms.delete(room_id, caller())
    return no_content()
