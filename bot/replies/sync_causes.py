"""Why a sync ended without success, and what to do now."""

from collections.abc import Callable
from functools import partial

from bot.formatting.escape import plain
from storage.values.records import Cause, Sync

_ASK_AGAIN = "Ask for a sync again."

_SENTENCES = {
    Cause.NOBODY_ACTIVATED: (
        "Webex does not know your company yet. It will, after the first person activates and signs in. Ask one of your "
        "license holders to do so, then ask for a sync again. If somebody has already done so, ask your service "
        "provider whether the id I have for your enterprise is right."
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
    Cause.REFUSED: "Webex refused it. If this happens again, give the tracking id to your service provider.",
    Cause.WEBEX_FAILED: "Webex started it but could not finish it.",
    Cause.LOST: f"Webex started another sync before it said how this one ended. {_ASK_AGAIN}",
    Cause.WITHDRAWN: "Everybody who asked for it has withdrawn.",
    Cause.ENDED_BY_OPERATOR: (
        "An operator at your service provider took it out of the queue. Talk to them before you ask for a sync again."
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
    if verbatim and sync.cause is Cause.REFUSED and sync.reason and not sync.errors:
        return f"{said} Webex says: “{shown(sync.reason)}”"
    return said
