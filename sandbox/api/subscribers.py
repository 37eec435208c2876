"""/broadworks/subscribers: the license holders. Only the provider's administrator may call it."""

from collections.abc import Callable

from flask import Blueprint, Response, request

from sandbox.api.context import current_world, require_partner_admin
from sandbox.api.request_fields import query_time
from sandbox.api.responses import json_response, page_response, page_size, page_start
from sandbox.broadworks.subscribers import STATUSES, Subscriber
from sandbox.webex.errors import WebexError

blueprint = Blueprint("subscribers", __name__)
blueprint.before_request(require_partner_admin)


@blueprint.get("/broadworks/subscribers")
def list_subscribers() -> Response:
    """Return the subscribers that match every filter, oldest first."""
    size = page_size(50, 100)
    found = current_world().subscribers.page_after(
        page_start(), request.args.get("spEnterpriseId"), _query_filter(), size + 1
    )
    next_start = found[size - 1].ordinal if len(found) > size else None
    return page_response([subscriber.as_json() for subscriber in found[:size]], next_start)


@blueprint.get("/broadworks/subscribers/<subscriber_id>")
def get_subscriber(subscriber_id: str) -> Response:
    """Return a subscriber."""
    return json_response(current_world().subscribers.get(subscriber_id).as_json())


def _query_filter() -> Callable[[Subscriber], bool]:
    query = request.args
    user_id, person_id = query.get("userId"), query.get("personId")
    email, provisioning_id = query.get("email"), query.get("provisioningId")
    statuses, self_activated = _statuses(), _self_activated()
    changed, created = query_time("lastStatusChange"), query_time("after")

    def matches(subscriber: Subscriber) -> bool:
        return (
            user_id in (None, subscriber.user_id)
            and (person_id is None or (subscriber.status == "provisioned" and subscriber.person_id == person_id))
            and (email is None or (subscriber.email or "").casefold() == email.casefold())
            and provisioning_id in (None, subscriber.provisioning_id)
            and (statuses is None or subscriber.status in statuses)
            and self_activated in (None, subscriber.self_activated)
            and (changed is None or subscriber.last_status_change > changed)
            and (created is None or subscriber.created > created)
        )

    return matches


def _statuses() -> frozenset[str] | None:
    text = request.args.get("status")
    if text is None:
        return None
    statuses = frozenset(part.strip() for part in text.split(","))
    if statuses - set(STATUSES):
        raise WebexError(400, "The parameter status is not valid.")
    return statuses


def _self_activated() -> bool | None:
    text = request.args.get("selfActivated")
    if text is None:
        return None
    if text.casefold() not in ("true", "false"):
        raise WebexError(400, "The parameter selfActivated must be true or false.")
    return text.casefold() == "true"
