"""How long the texts are that the bot takes over from Webex and from people: nobody may fill its database."""

MAX_ID = 500
"""Characters of an id. Real ones have fewer than 100, and a database index could not take thousands."""

MAX_EMAIL = 320
"""Characters of an e-mail address: the longest that there is."""

MAX_NAME = 200
"""Characters of a name, a time zone, a state or a tracking id."""

MAX_CELL = 1_000
"""Characters of a license holder's field, such as a name."""

MAX_REASON = 1_000
"""Characters of what went wrong, in a row and in the audit."""

MAX_URL = 2_000
"""Characters of a web address: browsers and servers take no longer ones either."""

MAX_MESSAGE = 10_000
"""Characters of a message. Webex takes 7,439 bytes."""

MAX_MESSAGE_HTML = 100_000
"""Characters of the HTML of a message, which mentions make longer than its text."""

MAX_LISTED = 10_000
"""Entries of a list in one answer of Webex, such as the errors of a sync or the people mentioned."""

_CUT = "…"


def cut(text: str, limit: int) -> str:
    """Return the text, ended by … if it had more than `limit` characters."""
    return text if len(text) <= limit else text[: limit - len(_CUT)] + _CUT
