"""Tests a new token: whose it is, and whether the person and the scopes are enough for the bot."""

from dataclasses import dataclass

from bot.webex.client import WebexClient
from bot.webex.consent import PEOPLE_READ, SCOPE_OF, SCOPES, plain
from bot.webex.errors import Rejected, TokenRefused, WebexFailure
from bot.webex.messaging import account_of
from storage.values.provider_access import AccessSubject

_ALL_OF_USERS = "spark:all"
_ADD_SCOPES = "Add what is missing to the integration on developer.webex.com, then authorize again."


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner of a token, as `authorize` shows them."""

    name: str
    email: str
    organization_id: str


class AccessFault(Exception):
    """A token is not enough for the bot. The message says why, and what to do."""


def check_access(client: WebexClient, scopes: str) -> Owner:
    """Return whose token the client has. Raise AccessFault if the bot cannot work with it.

    `scopes` are those that Webex named, separated by spaces; empty if it named none.
    """
    granted = frozenset(scopes.split())
    owner = _owner(client)
    _read_one(client, "broadworks/enterprises", _not_allowed(AccessSubject.ENTERPRISES, owner, granted))
    missing = [scope for scope in SCOPES if granted and not _covers(granted, scope)]
    if missing:
        has = plain(", ".join(sorted(granted)), None)
        raise AccessFault(
            f"The token of {owner.email} lacks scopes: {', '.join(missing)}. It has: {has}. {_ADD_SCOPES}"
        )
    _read_one(client, "broadworks/subscribers", _not_allowed(AccessSubject.LICENSE_HOLDERS, owner, granted))
    return owner


def _read_one(client: WebexClient, path: str, forbidden: str) -> None:
    """Read one item of a list. Raise AccessFault if that fails; `forbidden` is what a 403 means."""
    try:
        client.call("GET", path, params={"max": "1"})
    except WebexFailure as failure:
        raise AccessFault(_not_told(failure, forbidden)) from None


def _covers(granted: frozenset[str], scope: str) -> bool:
    return scope in granted or (_ALL_OF_USERS in granted and scope.startswith("spark:"))


def _owner(client: WebexClient) -> Owner:
    try:
        account = account_of(client)
        return Owner(
            name=plain(next(iter(account.names), "")) or "without a name",
            email=plain(account.email) or "without an e-mail address",
            organization_id=plain(account.org_id) or "not told",
        )
    except WebexFailure as failure:
        lacks_scope = f"The token lacks the scope {PEOPLE_READ}. {_ADD_SCOPES}"
        raise AccessFault(_not_told(failure, lacks_scope)) from None


def _not_allowed(subject: AccessSubject, owner: Owner, granted: frozenset[str]) -> str:
    scope = SCOPE_OF[subject]
    if granted and not _covers(granted, scope):
        return f"The token of {owner.email} lacks the scope {scope}. {_ADD_SCOPES}"
    refused = f"Webex does not let {owner.name} ({owner.email}) read {subject}."
    if not granted:
        return (
            f"{refused} Perhaps the integration lacks the scope {scope}: add it on developer.webex.com. Perhaps the "
            "person is not a partner administrator of the provider: sign in as one. Then authorize again."
        )
    return (
        f"{refused} The scopes are not enough: the person must be a partner administrator of the provider. Authorize "
        "again in a browser where such a person is signed in, or give this person the role in Partner Hub first."
    )


def _not_told(failure: WebexFailure, forbidden: str) -> str:
    """Return what a failed call says of the token; `forbidden` is what a 403 means."""
    if isinstance(failure, Rejected) and failure.status == 403:
        return f"{forbidden}\n{failure}."
    if isinstance(failure, TokenRefused):
        return f"Webex refuses the token that it has just given. Authorize again.\n{failure}."
    return f"The new token could not be tested. Authorize again in a few minutes.\n{failure}."
