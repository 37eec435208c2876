"""/people: by id, by address, by the beginning of a name.

An address is found only within the caller's organization, or by the partner's administrator (Webex's People API).
"""

from flask import Blueprint, Response, request

from sandbox.api.answers import answer, page
from sandbox.api.context import caller, the_world
from sandbox.webex import json_shapes
from sandbox.webex.errors import WebexError
from sandbox.webex.people import Person
from sandbox.world import PARTNER_ADMIN

MAX_IDS = 85

blueprint = Blueprint("people", __name__)


@blueprint.get("/people/me")
def me() -> Response:
    """Who calls."""
    return answer(json_shapes.person(caller()))


@blueprint.get("/people/<person_id>")
def one(person_id: str) -> Response:
    """A person by id."""
    return answer(json_shapes.person(the_world().people.get(person_id)))


@blueprint.get("/people")
def several() -> Response:
    """People by e-mail address, the beginning of a name, or ids."""
    ids = request.args.get("id")
    email, name = request.args.get("email"), request.args.get("displayName")
    everyone = the_world().people.everyone()
    if ids is not None:
        wanted = ids.split(",")
        if len(wanted) > MAX_IDS:
            raise WebexError(400, f"At most {MAX_IDS} ids can be asked for.")
        found = [person for person in everyone if person.id in wanted]
    elif email or name:
        found = [person for person in everyone if _reachable(person) and _is_meant(person, email, name)]
    else:
        raise WebexError(400, "Email, displayName or id is required.")
    return page(found, json_shapes.person, default=100, most=1000)


def _reachable(person: Person) -> bool:
    return caller().email == PARTNER_ADMIN or person.org_id == caller().org_id


def _is_meant(person: Person, email: str | None, name: str | None) -> bool:
    if email and person.email.casefold() != email.casefold():
        return False
    return not name or person.display_name.casefold().startswith(name.casefold())
