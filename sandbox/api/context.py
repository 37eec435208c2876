"""What every handler needs to know: the world, who calls, and with which token."""

from flask import g, request

from sandbox.webex.errors import WebexError
from sandbox.webex.people import Person
from sandbox.world import PARTNER_ADMIN, World

WORLD = "sandbox.world"


def the_world() -> World:
    """The world this request is about: the gate put it there."""
    world: World = request.environ[WORLD]
    return world


def identify() -> None:
    """Find out who calls: a person's token is their e-mail address. Raises 401 for anybody else."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    person = the_world().people.find(token.strip()) if scheme.casefold() == "bearer" else None
    if person is None:
        raise WebexError(401, "No valid access token in the Authorization header.")
    g.caller = person


def caller() -> Person:
    """Who calls."""
    person: Person = g.caller
    return person


def require_partner_admin() -> None:
    """Let only the provider's administrator through; bots, people and customers' admins get 403."""
    if caller().email != PARTNER_ADMIN:
        raise WebexError(403, "Only the administrator of the provider may do this.")
