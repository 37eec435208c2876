"""What `cancel` says."""

from datetime import datetime

from bot.formatting.escape import plain
from bot.formatting.times import when
from storage.values.records import Enterprise, Sync


def nothing(enterprise: Enterprise) -> str:
    """Say that no sync is active."""
    return f"No directory sync of {plain(enterprise.name)} is in the queue, so there is nothing to cancel."


def too_late(enterprise: Enterprise) -> str:
    """Say that Webex has already started the sync."""
    return (
        f"Webex has already started the directory sync of {plain(enterprise.name)}, so it cannot be stopped. "
        "`status` shows how long it has run."
    )


def not_yours(sync: Sync, enterprise: Enterprise, now: datetime, *, named: bool) -> str:
    """Refuse an admin who neither asked for the sync nor joined it."""
    who = plain(sync.asker_email) if named else "another admin"
    asked = when(sync.asked_at, now, enterprise.timezone)
    return (
        f"You do not wait for this sync: {who} asked for it {asked}. Only people who asked for it or joined it can "
        "withdraw. An operator can end it for everybody."
    )


def withdrawn(enterprise: Enterprise) -> str:
    """Say that the admin has withdrawn, and that others still wait for the sync."""
    return (
        f"You have withdrawn from the directory sync of {plain(enterprise.name)}. Others wait for it, so it stays in "
        "the queue. Like every admin, you get a message when it ends."
    )


def ended(enterprise: Enterprise) -> str:
    """Say that the sync is cancelled, because nobody waits for it any more."""
    return f"The directory sync of {plain(enterprise.name)} is cancelled. `sync` works again now."


def ended_for_all(enterprise: Enterprise) -> str:
    """Say that an operator has cancelled the sync for everybody."""
    return f"{ended(enterprise)} I will tell the people who waited for it."
