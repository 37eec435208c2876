"""/broadworks/subscribers: the license holders, for the provider's administrator only."""

from collections.abc import Callable

from flask import Blueprint, Response, request

from sandbox.api.answers import answer, cursor, linked, page_size
from sandbox.api.body import query_moment
from sandbox.api.context import require_partner_admin, the_world
from sandbox.broadworks.subscribers import STATUSES, Subscriber
from sandbox.webex.errors import WebexError

blueprint = Blueprint("subscribers", __name__)
blueprint.before_request(require_partner_admin)


@blueprint.get("/broadworks/subscribers")
def several() -> Response:
    """Subscribers that meet all the filters, in the order of their coming."""
    size = page_size(50, 100)
    found = the_world().subscribers.after(cursor(), request.args.get("spEnterpriseId"), _filter(), size + 1)
    rest = found[size - 1].ordinal if len(found) > size else None
    return linked([one.as_json() for one in found[:size]], rest)


@blueprint.get("/broadworks/subscribers/<subscriber_id>")
def one(subscriber_id: str) -> Response:
    """One subscriber."""
    return answer(the_world().subscribers.get(subscriber_id).as_json())


def _filter() -> Callable[[Subscriber], bool]:
    asked = request.args
    user_id, person_id = asked.get("userId"), asked.get("personId")
    email, provisioning_id = asked.get("email"), asked.get("provisioningId")
    statuses, self_activated = _statuses(), _self_activated()
    changed, created = query_moment("lastStatusChange"), query_moment("after")

    def wanted(one: Subscriber) -> bool:
        return (
            user_id in (None, one.user_id)
            and (person_id is None or (one.status == "provisioned" and one.person_id == person_id))
            and (email is None or (one.email or "").casefold() == email.casefold())
            and provisioning_id in (None, one.provisioning_id)
            and (statuses is None or one.status in statuses)
            and self_activated in (None, one.self_activated)
            and (changed is None or one.last_status_change > changed)
            and (created is None or one.created > created)
        )

    return wanted


def _statuses() -> frozenset[str] | None:
    written = request.args.get("status")
    if written is None:
        return None
    statuses = frozenset(part.strip() for part in written.split(","))
    if statuses - set(STATUSES):
        raise WebexError(400, "The parameter status is not valid.")
    return statuses


def _self_activated() -> bool | None:
    written = request.args.get("selfActivated")
    if written is None:
        return None
    if written.casefold() not in ("true", "false"):
        raise WebexError(400, "The parameter selfActivated must be true or false.")
    return written.casefold() == "true"
