"""/people: by id, by e-mail address, by the start of a name.

An e-mail address is found only within the caller's organization, or by the provider's administrator (Webex's
People API).
"""

from flask import Blueprint, Response, request

from sandbox.api.context import caller, current_world
from sandbox.api.responses import json_response, list_response
from sandbox.webex import json_shapes
from sandbox.webex.errors import WebexError
from sandbox.webex.people import Person

MAX_IDS = 85
"""Limits the ids in one request; the number is from Webex's People API."""

blueprint = Blueprint("people", __name__)


@blueprint.get("/people/me")
def get_me() -> Response:
    """Return the caller."""
    return json_response(json_shapes.person(caller()))


@blueprint.get("/people/<person_id>")
def get_person(person_id: str) -> Response:
    """Return a person by id."""
    return json_response(json_shapes.person(current_world().people.get(person_id)))


@blueprint.get("/people")
def list_people() -> Response:
    """Return people by ids, by e-mail address or by the start of a name."""
    ids = request.args.get("id")
    email, name = request.args.get("email"), request.args.get("displayName")
    everyone = current_world().people.all()
    if ids is not None:
        wanted = ids.split(",")
        if len(wanted) > MAX_IDS:
            raise WebexError(400, f"At most {MAX_IDS} ids are allowed in one request.")
        found = [person for person in everyone if person.id in wanted]
    elif email or name:
        found = [person for person in everyone if _can_find(person) and _matches(person, email, name)]
    else:
        raise WebexError(400, "Email, displayName or id is required.")
    return list_response(found, json_shapes.person, default_size=100, max_size=1000)


def _can_find(person: Person) -> bool:
    return caller().email in current_world().partner_admins or person.org_id == caller().org_id


def _matches(person: Person, email: str | None, name: str | None) -> bool:
    if email and person.email.casefold() != email.casefold():
        return False
    return not name or person.display_name.casefold().startswith(name.casefold())
