"""/memberships: the members of spaces."""

from flask import Blueprint, Response, request

from sandbox.api.context import caller, current_world
from sandbox.api.request_fields import json_fields
from sandbox.api.responses import json_response, list_response, no_content
from sandbox.webex import json_shapes
from sandbox.webex.errors import WebexError

blueprint = Blueprint("memberships", __name__)


@blueprint.get("/memberships")
def list_memberships() -> Response:
    """Return the members of a space or one of them; without a space, the caller's own memberships."""
    world, me = current_world(), caller()
    room_id = request.args.get("roomId")
    person_id, email = request.args.get("personId"), request.args.get("personEmail")
    if room_id is None:
        if person_id is not None or email is not None:
            raise WebexError(400, "The parameter roomId is required with personId or personEmail.")
        room_ids, person_id = [room.id for room in world.rooms.of_person(me)], me.id
    else:
        room_ids = [world.rooms.get(room_id, me).id]
    found = [
        member
        for room_id in room_ids
        for member in world.rooms.members(room_id)
        if person_id in (None, member.person.id)
        and (email is None or email.casefold() == member.person.email.casefold())
    ]
    return list_response(found, json_shapes.membership, default_size=100, max_size=1000)


@blueprint.post("/memberships")
def create_membership() -> Response:
    """Add a person to a group."""
    world, fields = current_world(), json_fields()
    room_id = fields.required("roomId")
    world.rooms.get(room_id, caller())
    person = world.people.by_id_or_email(fields.text("personId"), fields.text("personEmail"))
    return json_response(json_shapes.membership(world.rooms.join(room_id, person, caller())))


@blueprint.get("/memberships/<membership_id>")
def get_membership(membership_id: str) -> Response:
    """Return a membership."""
    return json_response(json_shapes.membership(current_world().rooms.membership(membership_id, caller())))


@blueprint.delete("/memberships/<membership_id>")
def delete_membership(membership_id: str) -> Response:
    """Remove a member from a group, or leave it."""
    current_world().rooms.remove(membership_id, caller())
    return no_content()
