"""What `authorize` prints."""

from collections.abc import Set
from datetime import datetime, timedelta

from bot.entrypoints.authorize_check import Owner
from bot.formatting.times import duration, when
from bot.replies.provider_access import is_of_client
from bot.webex.consent import plain
from bot.webex.tokens import ConsentRequest, Tokens

NOTHING_KEPT = "Nothing was kept. The bot's access is as it was before."

WHY_NOT = (
    "If nobody pressed Cancel: an administrator may have blocked the integration in Control Hub, or the integration "
    "on developer.webex.com lacks a scope."
)

STOPPED = "You stopped this with Ctrl-C."

_CODE_REFUSED = (
    "Webex accepts an answer only once, and only for a short time. Authorize again, and open the new address."
)
_CLIENT_REFUSED = (
    "Webex does not accept the client id and the client secret. Check WEBEX_ADMIN_CLIENT_ID and "
    "WEBEX_ADMIN_CLIENT_SECRET, then authorize again."
)
_EITHER_REFUSED = (
    "Authorize again, and open the new address: Webex accepts an answer only once, and only for a short time. If that "
    "fails, too, check WEBEX_ADMIN_CLIENT_ID and WEBEX_ADMIN_CLIENT_SECRET."
)

_BOTH_ARE_SET = "WEBEX_ADMIN_TOKEN is set, too. The bot does not start with both: unset it, then restart the bot."

_UNNAMED_SCOPES = "Webex did not name its scopes. The token can read enterprises and license holders."

CANNOT_LISTEN = (
    "The bot cannot receive the answer at {address}: {reason}. End the program that uses this port, name another "
    "redirect address of the integration with --redirect-uri, or add --paste."
)

_OPEN = """\
Open this address in a browser, and sign in as a partner administrator:

  {address}
"""

_WAITING = """\
The answer must come to {redirect_uri} on this computer, within {wait}.
If your browser is on another computer, press Ctrl-C and add --paste.
If Webex says that the redirect address is wrong, add {redirect_uri} to the integration on developer.webex.com."""

_PASTE = """\
After the consent the browser goes to an address that begins with {redirect_uri}
The page cannot be shown, and that is right. Copy the whole address from the browser, and paste it here:"""


def before(set_fields: Set[str]) -> str:
    """Return what to change in the settings of the environment before the bot starts; empty if nothing."""
    return _BOTH_ARE_SET if "webex_admin_token" in set_fields else ""


def not_granted(summary: str) -> str:
    """Return what to do if Webex refuses the answer; `summary` has OAuth's name of the error, if Webex sent it."""
    if "invalid_grant" in summary:
        return _CODE_REFUSED
    return _CLIENT_REFUSED if is_of_client(summary) else _EITHER_REFUSED


def to_open(request: ConsentRequest, wait: timedelta) -> str:
    """Return what to do in a browser on this computer."""
    said = _WAITING.format(redirect_uri=request.redirect_uri, wait=duration(wait.total_seconds()))
    return f"{_OPEN.format(address=request.address)}\n{said}"


def to_open_and_paste(request: ConsentRequest) -> str:
    """Return what to do in a browser on any computer."""
    return f"{_OPEN.format(address=request.address)}\n{_PASTE.format(redirect_uri=request.redirect_uri)}"


def no_answer(wait: timedelta) -> str:
    """Return what to say if the browser did not come back in time."""
    said = duration(wait.total_seconds())
    return f"No answer came within {said}. If your browser is on another computer, add --paste."


def about(owner: Owner, tokens: Tokens, now: datetime) -> str:
    """Return whose token it is, what it allows, and until when."""
    scopes = plain(tokens.scopes, None).split()
    lines = [
        "Webex accepts the new token. It belongs to",
        f"  {owner.name}, {owner.email}",
        f"  organization {owner.organization_id}",
        "It has the scopes" if scopes else _UNNAMED_SCOPES,
        *(f"  {scope}" for scope in scopes),
        f"The access token lives until {_end(tokens.access_ends_at, now, '14 days')}. The bot renews it before.",
        f"The refresh token lives until {_end(tokens.refresh_ends_at, now, '90 days')}.",
    ]
    return "\n".join(lines)


def kept(set_fields: Set[str]) -> str:
    """Return where the tokens are now, and what happens next. `set_fields` are the settings of the environment."""
    lines = [
        "The tokens are in the database, encrypted with BOT_SECRET_KEY.",
        "A running bot takes them over within half a minute.",
    ]
    if "webex_admin_token" in set_fields:
        lines.append(_BOTH_ARE_SET)
    if "webex_admin_refresh_token" in set_fields:
        lines.append("WEBEX_ADMIN_REFRESH_TOKEN is set, too. The bot no longer needs it: unset it.")
    return "\n".join(lines)


def to_set(refresh_token: str) -> str:
    """Return the setting for an installation whose database cannot be reached from here."""
    return (
        "Nothing was kept here. Set this in the bot's environment and restart it. Show it to nobody:\n"
        f"WEBEX_ADMIN_REFRESH_TOKEN={refresh_token}"
    )


def _end(moment: datetime | None, now: datetime, usual: str) -> str:
    if moment is None:
        return f"a time that Webex did not name (usually {usual})"
    return when(moment, now, "UTC")
