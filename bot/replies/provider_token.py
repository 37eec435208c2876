"""What operators read about the tokens of the provider's integration."""

from datetime import datetime

from bot.formatting.escape import plain
from bot.formatting.times import when
from bot.replies.provider_access import CLIENT_CURE, is_of_client

_MAX_REASON = 300

_CURE = (
    "To give me a new one, run `python -m bot authorize` where the bot runs. For a service app, set "
    "`WEBEX_ADMIN_REFRESH_TOKEN` and restart the bot."
)

_REFUSED_CURE = f"{_CURE} If Webex goes on to refuse, check `WEBEX_ADMIN_CLIENT_ID` and `WEBEX_ADMIN_CLIENT_SECRET`."


def ends(ends_at: datetime, now: datetime, zone: str) -> str:
    """Remind an operator that the refresh token ends."""
    verb, then = ("ends", "Then") if ends_at > now else ("ended", "Soon")
    return (
        f"⚠️ The refresh token of the provider's integration {verb} {when(ends_at, now, zone)}. {then} I can no longer "
        f"sync directories or read license holders. {_CURE}"
    )


def refused(reason: str, ends_at: datetime | None, now: datetime, zone: str) -> str:
    """Tell an operator that Webex refuses to renew the access token, while it still works."""
    until = f"until {when(ends_at, now, zone)}" if ends_at else "for a while"
    return (
        f"⚠️ Webex refuses to renew the access of the provider's integration. My access still works {until}. Then I can "
        f"no longer sync directories or read license holders. The reason: “{plain(reason, _MAX_REASON)}”. "
        f"{CLIENT_CURE if is_of_client(reason) else _REFUSED_CURE}"
    )


def log_refused(refusal: str) -> str:
    """Say in one line of the log that Webex refuses to renew the access token, while it still works."""
    cure = CLIENT_CURE if is_of_client(refusal) else _REFUSED_CURE
    return (
        "Webex refuses to renew the access token of the integration, which still works. The reason: "
        f"“{plain(refusal, 2 * _MAX_REASON)}”. {cure}"
    )
