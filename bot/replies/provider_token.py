"""What operators read about the tokens of the provider's integration."""

from datetime import datetime

from bot.formatting.escape import plain
from bot.formatting.times import when

_MAX_REASON = 300

_CURE = (
    "To give me a new one, run `python -m bot authorize` where the bot runs. For a service app, set "
    "`WEBEX_ADMIN_REFRESH_TOKEN` and restart the bot."
)


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
        f"no longer sync directories or read license holders. The reason: “{plain(reason, _MAX_REASON)}”. {_CURE} If "
        "Webex goes on to refuse, check `WEBEX_ADMIN_CLIENT_ID` and `WEBEX_ADMIN_CLIENT_SECRET`."
    )
