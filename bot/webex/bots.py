"""How a bot is told from a person."""

_DOMAINS = ("@webex.bot", "@sparkbot.io")
"""The ends of bots' addresses, by Webex's bots guide. Bots from before 2018 keep the second one."""


def is_bot(email: str, account_type: str = "") -> bool:
    """Return whether an account is a bot's: by its address, or by its `type`, which only Webex's People API tells."""
    return account_type.lower() == "bot" or email.strip().lower().endswith(_DOMAINS)
