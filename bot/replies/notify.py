"""What `notify` says."""

from bot.formatting.escape import code, plain
from storage.values.records import Enterprise


def on_or_off(typed: str) -> str:
    """When it is neither."""
    meant = f"I do not know `notify` {code(typed[:40])}. " if typed else ""
    return f"{meant}Write `notify on` or `notify off`: in 1:1 it is for you, in a group for that space."


def not_an_admin() -> str:
    """To an operator who is no admin, in 1:1."""
    return (
        "Admins are told of their enterprises' syncs, and you are an admin of none. What you ask for yourself is "
        "reported where you asked; `notify on`, typed in a group, has that space told."
    )


def oneself(*, on: bool, changed: bool) -> str:
    """In 1:1."""
    already = "" if changed else " already"
    if on:
        return f"You are{already} told whenever a directory sync has ended. `notify off` stops it."
    return (
        f"You are{already} not told of syncs that others ask for. What you ask for yourself is still reported where "
        "you asked, and `status` works as before. `notify on` starts it again."
    )


def space(enterprise: Enterprise, *, on: bool, changed: bool) -> str:
    """In a group."""
    name = plain(enterprise.name)
    already = "" if changed else " already"
    if on:
        return (
            f"This space is{already} told whenever a directory sync of {name} has ended. The license holders go along "
            "only where every member may read them. `notify off` stops it."
        )
    return f"This space is{already} not told of syncs of {name}. `notify on` starts it again."


def taken() -> str:
    """In a group that hears of something else."""
    return "This space gets other notices already. An operator at your service provider can change that."
