"""How a reply asks to confirm a command that cannot be undone."""

TYPE_AGAIN = "To confirm, type the same command again here within 5 minutes."
