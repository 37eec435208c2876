"""/messages: saying, reading, editing and deleting."""

from flask import Blueprint, Response, request

from sandbox.api.answers import answer, link_next, no_content, page, page_size
from sandbox.api.body import json_fields, query_moment
from sandbox.api.context import caller, the_world
from sandbox.api.drafts import edited_draft, posted_draft
from sandbox.webex import json_shapes
from sandbox.webex.errors import WebexError, not_found
from sandbox.webex.records import Message

blueprint = Blueprint("messages", __name__)


def _shape(message: Message) -> json_shapes.Json:
    return json_shapes.message(message, the_world().base_url)


@blueprint.post("/messages")
def post() -> Response:
    """Say something in a space or to a person."""
    world, me = the_world(), caller()
    target, draft = posted_draft()
    if target.room_id is not None:
        room = world.rooms.get(target.room_id, me)
    else:
        room = world.rooms.direct(me, world.people.named(target.person_id, target.email))
    message = world.messages.post(me, room, draft)
    return answer(json_shapes.posted_message(message, world.base_url, target.person_id, target.email))


@blueprint.get("/messages")
def several() -> Response:
    """The messages of a space, newest first; a bot in a group must ask for those that mention it."""
    world, me = the_world(), caller()
    room = world.rooms.get(request.args.get("roomId", ""), me) if "roomId" in request.args else None
    if room is None:
        raise WebexError(400, "The parameter roomId is required.")
    mentioned = set(",".join(request.args.getlist("mentionedPeople")).split(",")) - {""}
    if mentioned - {"me", me.id}:
        raise WebexError(400, "Only messages that mention the caller can be asked for.")
    if me.is_bot and room.type == "group" and not mentioned:
        raise WebexError(403, "Bots must list messages of groups with mentionedPeople=me.")
    size = page_size(50, 100 if mentioned else 1000)
    parent = request.args.get("parentId")
    found: list[Message] = []
    for message in world.messages.newest_first(
        room, before_message=request.args.get("beforeMessage"), before=query_moment("before")
    ):
        if parent in (None, message.parent_id) and (not mentioned or me.id in message.mentioned_people):
            found.append(message)
            if len(found) > size:
                break
    response = answer({"items": [_shape(message) for message in found[:size]]})
    if len(found) > size:
        kept = [(name, value) for name, value in request.args.items(multi=True) if name != "beforeMessage"]
        link_next([*kept, ("beforeMessage", found[size - 1].id)], response)
    return response


@blueprint.get("/messages/direct")
def direct() -> Response:
    """The messages of the 1:1 space with a person, newest first."""
    world, me = the_world(), caller()
    person = world.people.named(request.args.get("personId"), request.args.get("personEmail"))
    room = world.rooms.find_direct(me, person)
    if room is None:
        raise not_found("room")
    parent = request.args.get("parentId")
    found = [one for one in world.messages.newest_first(room) if parent in (None, one.parent_id)]
    return page(found, lambda one: json_shapes.direct_message(one, world.base_url), default=50, most=1000)


@blueprint.get("/messages/<message_id>")
def one(message_id: str) -> Response:
    """One message."""
    return answer(_shape(the_world().messages.get(message_id, caller())))


@blueprint.put("/messages/<message_id>")
def edit(message_id: str) -> Response:
    """Say it differently."""
    fields = json_fields()
    room_id, draft = fields.needed("roomId"), edited_draft(fields)
    return answer(_shape(the_world().messages.edit(caller(), message_id, room_id, draft)))


@blueprint.delete("/messages/<message_id>")
def delete(message_id: str) -> Response:
    """Take it back."""
    the_world().messages.delete(caller(), message_id)
    return no_content()
