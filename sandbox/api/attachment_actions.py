"""/attachment/actions: buttons of cards."""

from flask import Blueprint, Response

from sandbox.api.answers import answer
from sandbox.api.body import json_fields
from sandbox.api.context import caller, the_world
from sandbox.webex import json_shapes
from sandbox.webex.errors import WebexError

blueprint = Blueprint("attachment_actions", __name__)


@blueprint.post("/attachment/actions")
def press() -> Response:
    """Press a button; the published document answers 202."""
    fields = json_fields()
    if fields.needed("type") != "submit":
        raise WebexError(400, "The type must be submit.")
    message_id, inputs = fields.needed("messageId"), fields.mapping("inputs")
    return answer(json_shapes.action(the_world().actions.press(caller(), message_id, inputs)), 202)


@blueprint.get("/attachment/actions/<action_id>")
def one(action_id: str) -> Response:
    """What was pressed, with its inputs."""
    return answer(json_shapes.action(the_world().actions.get(action_id, caller())))
