"""What `cancel` says."""

from datetime import datetime

from bot.formatting.escape import plain
from bot.formatting.times import when
from storage.values.records import Enterprise, Sync


def nothing(enterprise: Enterprise) -> str:
    """When no sync is active."""
    return f"No directory sync of {plain(enterprise.name)} is in the queue, so there is nothing to cancel."


def too_late(enterprise: Enterprise) -> str:
    """When Webex has begun."""
    return (
        f"Webex has begun the directory sync of {plain(enterprise.name)} already, and it cannot be stopped. "
        "`status` shows how far it is."
    )


def not_yours(sync: Sync, enterprise: Enterprise, now: datetime, *, named: bool) -> str:
    """To an admin who neither asked for the sync nor joined it."""
    who = plain(sync.asker_email) if named else "another admin"
    asked = when(sync.asked_at, now, enterprise.timezone)
    return (
        f"You are not on the list of this sync: {who} asked for it {asked}. Only those who asked for it or joined it "
        "can withdraw, and the operators can end it."
    )


def withdrawn(enterprise: Enterprise) -> str:
    """When others remain."""
    return (
        f"You have withdrawn from the directory sync of {plain(enterprise.name)}. Others wait for it, so it stays in "
        "the queue; like every admin you are told when it ends."
    )


def ended(enterprise: Enterprise) -> str:
    """When nobody remains."""
    return f"The directory sync of {plain(enterprise.name)} is out of the queue. `sync` works again at once."


def ended_for_all(enterprise: Enterprise) -> str:
    """To an operator."""
    return (
        f"The directory sync of {plain(enterprise.name)} is out of the queue, and those who waited for it are told. "
        "`sync` works again at once."
    )
