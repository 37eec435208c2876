"""/webhooks: the caller's own webhooks."""

from urllib.parse import urlsplit

from flask import Blueprint, Response

from sandbox.api.context import caller, current_world, require_scope
from sandbox.api.request_fields import Fields, json_fields
from sandbox.api.responses import json_response, list_response, no_content
from sandbox.webex import scopes
from sandbox.webex.errors import WebexError
from sandbox.webex.json_shapes import Json
from sandbox.webex.webhook_filters import FILTERS, check_filter
from sandbox.webex.webhooks import Webhook

EVENTS = frozenset({"created", "updated", "deleted", "migrated", "all"})
RESOURCES = frozenset(FILTERS) | {"all"}

blueprint = Blueprint("webhooks", __name__)


def _webhook_json(hook: Webhook) -> Json:
    return hook.as_json() | ({"secret": hook.secret} if hook.secret else {})


@blueprint.post("/webhooks")
def create_webhook() -> Response:
    """Create a webhook."""
    fields = json_fields()
    name, target_url = fields.required("name"), _target_url(fields)
    resource, event, filter_ = fields.required("resource"), fields.required("event"), fields.text("filter")
    if resource not in RESOURCES or event not in EVENTS:
        raise WebexError(400, "The sandbox does not know this resource or event.")
    require_scope(scopes.of_webhook(resource))
    if filter_:
        check_filter(resource, filter_)
    secret = fields.text("secret")
    hook = current_world().webhooks.create(caller(), name, target_url, resource, event, filter_, secret)
    return json_response(_webhook_json(hook))


@blueprint.get("/webhooks")
def list_webhooks() -> Response:
    """Return the caller's webhooks."""
    return list_response(current_world().webhooks.owned_by(caller()), _webhook_json, default_size=100, max_size=100)


@blueprint.get("/webhooks/<webhook_id>")
def get_webhook(webhook_id: str) -> Response:
    """Return one of the caller's webhooks."""
    return json_response(_webhook_json(current_world().webhooks.get(webhook_id, caller())))


@blueprint.put("/webhooks/<webhook_id>")
def update_webhook(webhook_id: str) -> Response:
    """Change name, target or secret, or activate the webhook again. Webex ignores other fields."""
    fields = json_fields()
    name, target_url, status = fields.required("name"), _target_url(fields), fields.text("status")
    if status not in (None, "active"):
        raise WebexError(400, "A webhook can only be activated.")
    hook = current_world().webhooks.update(
        webhook_id, caller(), name, target_url, fields.text("secret"), activate=status == "active"
    )
    return json_response(_webhook_json(hook))


@blueprint.delete("/webhooks/<webhook_id>")
def delete_webhook(webhook_id: str) -> Response:
    """Delete one of the caller's webhooks."""
    current_world().webhooks.delete(webhook_id, caller())
    return no_content()


def _target_url(fields: Fields) -> str:
    url = fields.required("targetUrl")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not url.isascii() or any(c.isspace() or not c.isprintable() for c in url):
        raise WebexError(400, "The targetUrl is not a URL that can be called.")
    return url
