"""What every endpoint needs: the world and the caller."""

from flask import g, request

from sandbox.webex.errors import WebexError
from sandbox.webex.people import Person
from sandbox.world import PARTNER_ADMIN, World

WORLD_KEY = "sandbox.world"
"""The key of the WSGI environment under which the middleware puts the world."""


def current_world() -> World:
    """Return the world that this request is for."""
    world: World = request.environ[WORLD_KEY]
    return world


def authenticate() -> None:
    """Find the caller: a person's token is their e-mail address. Raise 401 for any other token."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    person = current_world().people.find(token.strip()) if scheme.casefold() == "bearer" else None
    if person is None:
        raise WebexError(401, "No valid access token in the Authorization header.")
    g.caller = person


def caller() -> Person:
    """Return the person who calls."""
    person: Person = g.caller
    return person


def require_partner_admin() -> None:
    """Raise 403 unless the caller is the provider's administrator."""
    if caller().email != PARTNER_ADMIN:
        raise WebexError(403, "Only the administrator of the provider may do this.")
