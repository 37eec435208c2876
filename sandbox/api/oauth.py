"""/authorize and /access_token: how an integration gets its tokens. Neither takes an access token."""

from urllib.parse import urlencode

from flask import Blueprint, Response, g, request

from sandbox.api.context import current_world
from sandbox.api.responses import error_body, json_response
from sandbox.webex.errors import WebexError
from sandbox.webex.oauth_refusals import UNSUPPORTED_GRANT_TYPE, OAuthError, malformed

blueprint = Blueprint("oauth", __name__)


@blueprint.get("/authorize")
def authorize() -> Response:
    """Send the browser back to the client, with a code or with an error. Nobody is asked: the answer is set before.

    An unknown client or address is told here, and not there: the address cannot be trusted.
    """
    oauth, query = current_world().oauth, request.args
    client_id, redirect_uri = query.get("client_id", ""), query.get("redirect_uri", "")
    try:
        integration = oauth.integration(client_id)
    except KeyError:
        raise WebexError(400, "There is no client with this client_id.") from None
    if redirect_uri not in integration.redirect_uris:
        raise WebexError(400, "The redirect_uri is not one of those registered for the client.")
    try:
        answer = {"code": oauth.authorize(client_id, redirect_uri, *_asked())}
    except OAuthError as error:
        answer = {"error": error.refusal.error, "error_description": error.refusal.description}
    if "state" in query:
        answer["state"] = query["state"]
    joint = "&" if "?" in redirect_uri else "?"
    return Response(status=302, headers={"Location": f"{redirect_uri}{joint}{urlencode(answer)}"})


@blueprint.post("/access_token")
def issue_tokens() -> Response:
    """Return tokens for a code or for a refresh token. The client's secret comes in the form or by HTTP Basic."""
    oauth, form = current_world().oauth, request.form
    if request.mimetype != "application/x-www-form-urlencoded":
        raise malformed("The request needs a form.")
    client_id = _check_client()
    kind = form.get("grant_type")
    if kind == "authorization_code":
        redirect_uri, verifier = form.get("redirect_uri", ""), form.get("code_verifier")
        return _no_store(oauth.exchange(client_id, _required("code"), redirect_uri, verifier))
    if kind == "refresh_token":
        return _no_store(oauth.refresh(client_id, _required("refresh_token")))
    raise OAuthError(UNSUPPORTED_GRANT_TYPE) if kind else malformed("grant_type is required.")


@blueprint.errorhandler(OAuthError)
def refuse(error: OAuthError) -> Response:
    """Return a refusal, as OAuth writes it or as the rest of the API does."""
    refusal = error.refusal
    if refusal.is_rest:
        return json_response(error_body(refusal.description, g.tracking_id), refusal.status)
    response = json_response({"error": refusal.error, "error_description": refusal.description}, refusal.status)
    if refusal.status == 401 and request.authorization is not None:
        response.headers["WWW-Authenticate"] = 'Basic realm="sandbox"'
    return response


def _asked() -> tuple[frozenset[str], str | None]:
    """Return the scopes and the PKCE challenge of the query."""
    query = request.args
    if query.get("response_type") != "code":
        raise malformed("The only supported response_type is code.")
    challenge = query.get("code_challenge")
    if challenge is not None and query.get("code_challenge_method") != "S256":
        raise malformed("The only supported code_challenge_method is S256.")
    return frozenset(query.get("scope", "").split()), challenge


def _check_client() -> str:
    basic = request.authorization
    if basic is not None and basic.type == "basic":
        client_id, secret = basic.username or "", basic.password or ""
    else:
        client_id, secret = request.form.get("client_id", ""), request.form.get("client_secret", "")
    current_world().oauth.check_client(client_id, secret)
    return client_id


def _required(name: str) -> str:
    value = request.form.get(name)
    if not value:
        raise malformed(f"{name} is required.")
    return value


def _no_store(body: dict[str, object]) -> Response:
    response = json_response(body)
    response.headers["Cache-Control"] = "no-store"
    return response
