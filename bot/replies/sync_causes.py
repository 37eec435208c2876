"""Why a sync ended without success, and what to do now."""

from collections.abc import Callable
from functools import partial

from bot.formatting.escape import plain
from storage.values.records import Cause, Sync

KNOWN_AFTER = "Webex knows your company only after one person has activated and signed in."

_ASK_AGAIN = "Ask for a sync again."
_GIVE_TRACKING_ID = "If it fails again, give the tracking id to your service provider."

_SENTENCES = {
    Cause.NOBODY_ACTIVATED: (
        f"{KNOWN_AFTER} Ask one license holder to do that, then type `sync` again. If somebody has done that already, "
        "ask your service provider whether the enterprise id that I use is right."
    ),
    Cause.SWITCHED_OFF: (
        "Directory sync is switched off for your enterprise. Ask your service provider to switch it on, then ask for a "
        "sync again."
    ),
    Cause.NOT_STARTED: f"For 24 hours Webex had no room for it or could not be reached. {_ASK_AGAIN}",
    Cause.TIMED_OUT: (
        "Webex did not finish it in time. It may still be running there: `status` shows what Webex says. If it does "
        "not end, give the tracking id to your service provider."
    ),
    Cause.REFUSED: "Webex refused it.",
    Cause.WEBEX_FAILED: "Webex started it but could not finish it.",
    Cause.LOST: f"Webex started another sync before it said how this one ended. {_ASK_AGAIN}",
    Cause.WITHDRAWN: "Everybody who asked for it has withdrawn.",
    Cause.ENDED_BY_OPERATOR: (
        "An operator at your service provider cancelled it. Talk to them before you ask for a sync again."
    ),
    Cause.NO_RIGHTS: "Nobody who asked for it is an admin any more.",
}


_in_markdown: Callable[[str], str] = partial(plain, limit=400)


def why(sync: Sync, shown: Callable[[str], str] = _in_markdown, *, verbatim: bool = True) -> str:
    """Say why a sync ended without success; empty for a sync that completed.

    `shown` makes Webex's words harmless. Without `verbatim` they are left out, since they may name people.
    """
    if sync.cause is None:
        return shown(sync.reason or "") if verbatim else ""
    said = _SENTENCES[sync.cause]
    if sync.cause in (Cause.REFUSED, Cause.WEBEX_FAILED):
        # Webex's errors, if there are any, have their own advice, which may be not to try again.
        said = " ".join([said, *([] if sync.errors else [_ASK_AGAIN]), _GIVE_TRACKING_ID])
    if verbatim and sync.cause is Cause.REFUSED and sync.reason and not sync.errors:
        return f"{said} Webex says: “{shown(sync.reason)}”"
    return said
