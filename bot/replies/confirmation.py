"""How a reply asks to confirm a command that cannot be undone."""

_TYPE_AGAIN = "To confirm, type the same command again here within 5 minutes."

TOO_LATE = "More than 5 minutes have passed since I asked, so I ask again."
TOO_EARLY = "You wrote this before I asked, so I ask again."
DIFFERENT = "This is not the same as what I asked you to confirm before, so I ask about it, too."


def ask(*questions: str) -> str:
    """Ask to confirm what these questions are about, all at once."""
    return "\n\n".join((*questions, _TYPE_AGAIN))
