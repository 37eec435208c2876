"""/memberships: who is in which space."""

from flask import Blueprint, Response, request

from sandbox.api.answers import answer, no_content, page
from sandbox.api.body import json_fields
from sandbox.api.context import caller, the_world
from sandbox.webex import json_shapes
from sandbox.webex.errors import WebexError

blueprint = Blueprint("memberships", __name__)


@blueprint.get("/memberships")
def several() -> Response:
    """The members of a space, one of them, or, without a space, the caller's own memberships."""
    world, me = the_world(), caller()
    room_id = request.args.get("roomId")
    person_id, email = request.args.get("personId"), request.args.get("personEmail")
    if room_id is None:
        if person_id is not None or email is not None:
            raise WebexError(400, "The parameter roomId is required with personId or personEmail.")
        mine = (one for room in world.rooms.of(me) for one in world.rooms.members(room.id))
        found = [one for one in mine if one.person.id == me.id]
    else:
        found = [
            one
            for one in world.rooms.members(world.rooms.get(room_id, me).id)
            if person_id in (None, one.person.id) and (email is None or email.casefold() == one.person.email.casefold())
        ]
    return page(found, json_shapes.membership, default=100, most=1000)


@blueprint.post("/memberships")
def create() -> Response:
    """Add somebody to a group."""
    world, fields = the_world(), json_fields()
    room_id = fields.needed("roomId")
    world.rooms.get(room_id, caller())
    person = world.people.named(fields.text("personId"), fields.text("personEmail"))
    return answer(json_shapes.membership(world.rooms.join(room_id, person, caller())))


@blueprint.get("/memberships/<membership_id>")
def one(membership_id: str) -> Response:
    """One membership."""
    return answer(json_shapes.membership(the_world().rooms.membership(membership_id, caller())))


@blueprint.delete("/memberships/<membership_id>")
def delete(membership_id: str) -> Response:
    """Take somebody out of a group, or leave it."""
    the_world().rooms.remove(membership_id, caller())
    return no_content()
