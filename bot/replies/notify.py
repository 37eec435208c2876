"""What `notify` says."""

from bot.formatting.escape import code, plain
from storage.values.records import Enterprise

NOT_AN_ADMIN = (
    "Admins get messages about the syncs of their enterprises, and you are not an admin of any. If you ask for a "
    "sync, I report it where you asked. To get messages in a group space, type `notify on` there."
)
TAKEN = (
    "This space already gets messages about another enterprise. An operator at your service provider can change that."
)
"""Does not name the enterprise whose messages they are: the requester may have no rights to it."""


def on_or_off(typed: str) -> str:
    """Say what can follow the word `notify`."""
    meant = f"I do not know {code(f'notify {typed}', 47)}. " if typed else ""
    return (
        f"{meant}Type `notify on` or `notify off`. In 1:1 this is about messages to you. In a group it is about "
        "messages to that space."
    )


def oneself(*, on: bool, changed: bool) -> str:
    """Say in 1:1 whether the admin gets messages about syncs."""
    already = "" if changed else " already"
    if on:
        return f"You{already} get a message whenever a directory sync has ended. `notify off` stops this."
    return (
        f"You{already} get no messages about syncs that others ask for. If you ask for a sync, I still report it where "
        "you asked, and `status` works as before. `notify on` starts the messages again."
    )


def space(enterprise: Enterprise, *, on: bool, changed: bool) -> str:
    """Say in a group space whether it gets messages about syncs."""
    name = plain(enterprise.name)
    already = "" if changed else " already"
    if on:
        return (
            f"This space{already} gets a message whenever a directory sync of {name} has ended. The license holders "
            "are attached only if every member may read them. `notify off` stops this."
        )
    return f"This space{already} gets no messages about syncs of {name}. `notify on` starts them again."
