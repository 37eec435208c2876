"""/attachment/actions: presses of card buttons."""

from flask import Blueprint, Response

from sandbox.api.context import caller, current_world
from sandbox.api.request_fields import json_fields
from sandbox.api.responses import json_response
from sandbox.webex import json_shapes
from sandbox.webex.errors import WebexError

blueprint = Blueprint("attachment_actions", __name__)


@blueprint.post("/attachment/actions")
def press() -> Response:
    """Press a button. The status is 202, as in Webex's published API document."""
    fields = json_fields()
    if fields.required("type") != "submit":
        raise WebexError(400, "The type must be submit.")
    message_id, inputs = fields.required("messageId"), fields.mapping("inputs")
    return json_response(json_shapes.action(current_world().actions.press(caller(), message_id, inputs)), 202)


@blueprint.get("/attachment/actions/<action_id>")
def get_action(action_id: str) -> Response:
    """Return a press with its inputs."""
    return json_response(json_shapes.action(current_world().actions.get(action_id, caller())))
