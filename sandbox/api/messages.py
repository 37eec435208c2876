"""/messages: posting, reading, editing and deleting messages."""

from flask import Blueprint, Response, request

from sandbox.api.context import caller, current_world
from sandbox.api.drafts import read_edit, read_post
from sandbox.api.request_fields import json_fields, query_time
from sandbox.api.responses import add_next_link, json_response, list_response, no_content, page_size
from sandbox.webex import json_shapes
from sandbox.webex.errors import WebexError, not_found
from sandbox.webex.records import Message

MAX_MENTIONS = 100
"""Limits one page of the messages that mention the caller."""

blueprint = Blueprint("messages", __name__)


def _message_json(message: Message) -> json_shapes.Json:
    return json_shapes.message(message, current_world().base_url)


@blueprint.post("/messages")
def post_message() -> Response:
    """Post a message in a space or to a person."""
    world, me = current_world(), caller()
    target, draft = read_post()
    if target.room_id is not None:
        room = world.rooms.get(target.room_id, me)
    else:
        room = world.rooms.open_direct(me, world.people.by_id_or_email(target.person_id, target.email))
    message = world.messages.post(me, room, draft)
    return json_response(json_shapes.posted_message(message, world.base_url, target.person_id, target.email))


@blueprint.get("/messages")
def list_messages() -> Response:
    """Return the messages of a space, newest first. A bot in a group must ask for those that mention it."""
    world, me = current_world(), caller()
    room = world.rooms.get(request.args.get("roomId", ""), me) if "roomId" in request.args else None
    if room is None:
        raise WebexError(400, "The parameter roomId is required.")
    mentioned = set(",".join(request.args.getlist("mentionedPeople")).split(",")) - {""}
    if mentioned - {"me", me.id}:
        raise WebexError(400, "The only supported value of mentionedPeople is the caller.")
    if me.is_bot and room.type == "group" and not mentioned:
        raise WebexError(403, "Bots must list messages of groups with mentionedPeople=me.")
    size = _page_size(bool(mentioned), must_be_asked_for=me.is_bot and room.type == "group")
    parent = request.args.get("parentId")
    found: list[Message] = []
    for message in world.messages.newest_first(
        room, before_message=request.args.get("beforeMessage"), before=query_time("before")
    ):
        if parent in (None, message.parent_id) and (not mentioned or me.id in message.mentioned_people):
            found.append(message)
            if len(found) > size:
                break
    response = json_response({"items": [_message_json(message) for message in found[:size]]})
    if len(found) > size:
        kept = [(name, value) for name, value in request.args.items(multi=True) if name != "beforeMessage"]
        add_next_link([*kept, ("beforeMessage", found[size - 1].id)], response)
    return response


def _page_size(of_mentions: bool, must_be_asked_for: bool) -> int:
    """Return how many messages a page has. A bot in a group was seen to get 403 without `max`, and above the limit."""
    if not must_be_asked_for:
        return page_size(50, MAX_MENTIONS if of_mentions else 1000)
    size = page_size(MAX_MENTIONS + 1, MAX_MENTIONS + 1)
    if size > MAX_MENTIONS:
        raise WebexError(403, f"Bots must list messages of groups with max from 1 to {MAX_MENTIONS}.")
    return size


@blueprint.get("/messages/direct")
def list_direct_messages() -> Response:
    """Return the messages of the 1:1 space with a person, newest first."""
    world, me = current_world(), caller()
    person = world.people.by_id_or_email(request.args.get("personId"), request.args.get("personEmail"))
    room = world.rooms.find_direct(me, person)
    if room is None:
        raise not_found("room")
    parent = request.args.get("parentId")
    found = [message for message in world.messages.newest_first(room) if parent in (None, message.parent_id)]
    return list_response(
        found, lambda message: json_shapes.direct_message(message, world.base_url), default_size=50, max_size=1000
    )


@blueprint.get("/messages/<message_id>")
def get_message(message_id: str) -> Response:
    """Return a message."""
    return json_response(_message_json(current_world().messages.get(message_id, caller())))


@blueprint.put("/messages/<message_id>")
def edit_message(message_id: str) -> Response:
    """Replace the text of a message."""
    fields = json_fields()
    room_id, draft = fields.required("roomId"), read_edit(fields)
    return json_response(_message_json(current_world().messages.edit(caller(), message_id, room_id, draft)))


@blueprint.delete("/messages/<message_id>")
def delete_message(message_id: str) -> Response:
    """Delete a message."""
    current_world().messages.delete(caller(), message_id)
    return no_content()
