"""/webhooks: one's own."""

from urllib.parse import urlsplit

from flask import Blueprint, Response

from sandbox.api.answers import answer, no_content, page
from sandbox.api.body import Fields, json_fields
from sandbox.api.context import caller, the_world
from sandbox.webex.errors import WebexError
from sandbox.webex.json_shapes import Json
from sandbox.webex.times import millis
from sandbox.webex.webhook_filters import FILTERS, check_filter
from sandbox.webex.webhooks import Webhook

EVENTS = frozenset({"created", "updated", "deleted", "migrated", "all"})
RESOURCES = frozenset(FILTERS) | {"all"}

blueprint = Blueprint("webhooks", __name__)


def _shape(hook: Webhook) -> Json:
    shape: Json = {
        "id": hook.id,
        "name": hook.name,
        "targetUrl": hook.target_url,
        "resource": hook.resource,
        "event": hook.event,
        "status": hook.status,
        "created": millis(hook.created),
        "ownedBy": "creator",
    }
    if hook.filter:
        shape["filter"] = hook.filter
    if hook.secret:
        shape["secret"] = hook.secret
    return shape


@blueprint.post("/webhooks")
def create() -> Response:
    """Ask to be told of something."""
    fields = json_fields()
    name, target_url = fields.needed("name"), _target_url(fields)
    resource, event, filter_ = fields.needed("resource"), fields.needed("event"), fields.text("filter")
    if resource not in RESOURCES or event not in EVENTS:
        raise WebexError(400, "The resource or event is not one the sandbox has.")
    if filter_:
        check_filter(resource, filter_)
    secret = fields.text("secret")
    return answer(_shape(the_world().webhooks.create(caller(), name, target_url, resource, event, filter_, secret)))


@blueprint.get("/webhooks")
def several() -> Response:
    """The caller's webhooks."""
    return page(the_world().webhooks.of(caller()), _shape, default=100, most=100)


@blueprint.get("/webhooks/<webhook_id>")
def one(webhook_id: str) -> Response:
    """One of the caller's webhooks."""
    return answer(_shape(the_world().webhooks.get(webhook_id, caller())))


@blueprint.put("/webhooks/<webhook_id>")
def update(webhook_id: str) -> Response:
    """Change name, target or secret, or put it back to work; other fields are ignored, as Webex says."""
    fields = json_fields()
    name, target_url, status = fields.needed("name"), _target_url(fields), fields.text("status")
    if status not in (None, "active"):
        raise WebexError(400, "A webhook can only be activated.")
    activate = status == "active"
    secret = fields.text("secret")
    return answer(
        _shape(the_world().webhooks.update(webhook_id, caller(), name, target_url, secret, activate=activate))
    )


@blueprint.delete("/webhooks/<webhook_id>")
def delete(webhook_id: str) -> Response:
    """Be told no more."""
    the_world().webhooks.delete(webhook_id, caller())
    return no_content()


def _target_url(fields: Fields) -> str:
    url = fields.needed("targetUrl")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not url.isascii() or any(c.isspace() or not c.isprintable() for c in url):
        raise WebexError(400, "The targetUrl is not a URL that can be called.")
    return url
