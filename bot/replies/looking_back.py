"""What the bot tells operators about messages that Webex did not tell it of."""

from datetime import timedelta

from bot.formatting.times import duration


def missed(count: int, within: timedelta, address: str) -> str:
    """Tell operators that webhooks do not arrive, and what to check."""
    return (
        f"**Webex did not tell me of {count} messages in the last {duration(within.total_seconds())}**\n\n"
        "I found them when I looked at my spaces, so they are answered late. Please check:\n\n"
        f"- Can `{address}/webhooks` be reached from the internet? A POST without a signature gets 401\n"
        "- Is `WEBEX_WEBHOOK_SECRET` the same in the web process and in the worker?\n"
        "- Does a proxy or a firewall before the web process refuse or change requests?"
    )
