"""What every endpoint needs: the world and the caller."""

from flask import g, request

from sandbox.webex import scopes
from sandbox.webex.access_tokens import Access
from sandbox.webex.errors import WebexError
from sandbox.webex.people import Person
from sandbox.world import World

WORLD_KEY = "sandbox.world"
"""The key of the WSGI environment under which the middleware puts the world."""


def current_world() -> World:
    """Return the world that this request is for."""
    world: World = request.environ[WORLD_KEY]
    return world


def authenticate() -> None:
    """Find the caller by their access token. Raise 401 without a valid one, 403 if it lacks the endpoint's scope."""
    if request.blueprint == "oauth":
        return
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    access = current_world().tokens.find(token.strip()) if scheme.casefold() == "bearer" else None
    if access is None:
        raise WebexError(401, "No valid access token in the Authorization header.")
    g.access = access
    scope = scopes.of_endpoint(request.blueprint or "", request.method)
    if scope is not None:
        require_scope(scope)


def caller() -> Person:
    """Return the person who calls."""
    access: Access = g.access
    return access.person


def require_scope(scope: str) -> None:
    """Raise 403 unless the caller's token has the scope."""
    if not current_world().tokens.allows(g.access, scope):
        raise _forbidden()


def require_partner_admin() -> None:
    """Raise 403 unless the caller is an administrator of the provider."""
    if caller().email not in current_world().partner_admins:
        raise _forbidden()


def _forbidden() -> WebexError:
    """Return the 403 for a missing scope and for a missing role. Webex writes the same for both."""
    return WebexError(403, "The access token lacks a required scope, or its user lacks a required role.")
