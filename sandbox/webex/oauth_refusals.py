"""Refusals of the OAuth endpoints, in every form in which Webex was seen to write them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal. `is_rest` says that its body is that of the other endpoints: message, errors, trackingId."""

    status: int
    error: str
    description: str
    is_rest: bool = False


class OAuthError(Exception):
    """A refused call of an OAuth endpoint."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.description)
        self.refusal = refusal


INVALID_GRANT = Refusal(400, "invalid_grant", "The code or refresh token is unknown, used or at its end.")
INVALID_CLIENT = Refusal(401, "invalid_client", "The client id or its secret is wrong.")
INVALID_REQUEST = Refusal(400, "invalid_request", "This refresh token is expired, revoked, malformed, or invalid.")
UNAUTHORIZED_CLIENT = Refusal(400, "unauthorized_client", "This client may not use this grant type.")
UNSUPPORTED_GRANT_TYPE = Refusal(400, "unsupported_grant_type", "The sandbox knows codes and refresh tokens.")
INVALID_SCOPE = Refusal(400, "invalid_scope", "A scope is not one of those registered for the client.")
ACCESS_DENIED = Refusal(403, "access_denied", "The user or the administrator denied the request.")
REST_400 = Refusal(400, "", "The refresh token is not valid.", is_rest=True)
REST_401 = Refusal(401, "", "The client or the refresh token is not accepted.", is_rest=True)

OF_REFRESH = (INVALID_GRANT, INVALID_CLIENT, INVALID_REQUEST, UNAUTHORIZED_CLIENT, REST_400, REST_401)
"""What a refresh can be refused with."""


def malformed(description: str) -> OAuthError:
    """Return the error for a call that lacks something or has it wrong."""
    return OAuthError(Refusal(400, "invalid_request", description))
