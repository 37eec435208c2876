"""What operators read about the tokens of the provider's integration."""

from datetime import datetime

from bot.formatting.times import when

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


def refused(ends_at: datetime | None, now: datetime, zone: str) -> str:
    """Tell an operator that Webex refuses the refresh token, while the access token still works."""
    until = f"until {when(ends_at, now, zone)}" if ends_at else "for a while"
    return (
        f"⚠️ Webex refuses the refresh token of the provider's integration. My access still works {until}. Then I can "
        f"no longer sync directories or read license holders. {_CURE}"
    )
