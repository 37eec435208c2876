"""How a bot is told from a person."""


def is_bot(email: str) -> bool:
    """Return whether an address is a bot's: every bot's ends in `@webex.bot` (Webex's bots guide)."""
    return email.lower().endswith("@webex.bot")
