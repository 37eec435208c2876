"""How a reply asks to confirm a command that cannot be undone."""

TYPE_AGAIN = "To confirm, type the same command again here within 5 minutes."


def ask(*questions: str) -> str:
    """Ask to confirm what these questions are about, all at once."""
    return "\n\n".join((*questions, TYPE_AGAIN))
