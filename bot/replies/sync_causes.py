"""Why a sync ended without success, and what to do now."""

from collections.abc import Callable
from functools import partial

from bot.formatting.escape import plain
from storage.values.records import Cause, Sync

_ASK_AGAIN = "Ask for a sync again."

_SENTENCES = {
    Cause.NOBODY_ACTIVATED: (
        "Webex cannot tell your enterprise apart yet: it learns of it when the first license holder has activated and "
        "signed in. Ask one of them to do so, then ask for a sync again. If somebody has done so already, ask your "
        "service provider whether the id I have for your enterprise is right."
    ),
    Cause.SWITCHED_OFF: (
        "Directory sync is switched off for your enterprise. Your service provider can switch it on; then ask again."
    ),
    Cause.NOT_STARTED: f"Webex had no room for it, or could not be reached, for 24 hours. {_ASK_AGAIN}",
    Cause.TIMED_OUT: (
        "Webex did not finish it in time. It may still go on there: `status` shows Webex's own account. If it does "
        "not end, give the tracking id to your service provider."
    ),
    Cause.REFUSED: "Webex refused it. Give your service provider the tracking id if that happens again.",
    Cause.WEBEX_FAILED: "Webex began it and could not finish it.",
    Cause.LOST: f"Webex began another sync before it told how this one ended. {_ASK_AGAIN}",
    Cause.WITHDRAWN: "Everybody who had asked for it has withdrawn.",
    Cause.ENDED_BY_OPERATOR: (
        "An operator at your service provider took it out of the queue. Ask there before you ask for a sync again."
    ),
    Cause.NO_RIGHTS: "Nobody who asked for it is an admin any more.",
}


_in_markdown: Callable[[str], str] = partial(plain, limit=400)


def why(sync: Sync, shown: Callable[[str], str] = _in_markdown, *, verbatim: bool = True) -> str:
    """What happened, in a sentence or two; empty for a sync that ended well.

    Webex's words are made fit by `shown`; without `verbatim` they stay out, since they may name people.
    """
    if sync.cause is None:
        return shown(sync.reason or "") if verbatim else ""
    said = _SENTENCES[sync.cause]
    if verbatim and sync.cause is Cause.REFUSED and sync.reason and not sync.errors:
        return f"{said} Its words: “{shown(sync.reason)}”"
    return said
