"""What Cisco's directory sync errors mean, who can fix them, and whether another attempt helps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class WhoCanFix(StrEnum):
    """Who can fix an error, in words for an enterprise's admin."""

    ADMIN = "you"
    OPERATOR = "your service provider"
    CISCO = "Cisco, through your service provider"


class ErrorKind(StrEnum):
    """Whether another attempt helps.

    BUSY: once the cluster has room. IN_PROGRESS: once another sync of the enterprise has ended. TEMPORARY: a few times.
    PERMANENT: only after somebody fixes the cause.
    """

    BUSY = "busy"
    IN_PROGRESS = "in progress"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"


_CASE = "Have your service provider open a support case with Cisco and quote the tracking id."
_CASE_IF_REPEATED = f"If the next sync has the same error, {_CASE[0].lower()}{_CASE[1:]}"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What happened, who can fix it, what the admin does next, and whether another attempt helps."""

    explanation: str
    who_can_fix: WhoCanFix = WhoCanFix.CISCO
    advice: str = _CASE_IF_REPEATED
    kind: ErrorKind = ErrorKind.PERMANENT


NOBODY_ACTIVATED = 600029
"""The code for an enterprise without an activated license holder: Webex does not know its directory yet."""

UNKNOWN_ADVICE = "Send this code with the tracking id to your service provider."
"""What to do about a code that is not in the table."""

_TRY_LATER = "You can try again in an hour."
_ACTIVATE = "Ask one license holder to activate and to sign in to the Webex app, then start a new sync."

MEANINGS: Mapping[int, Meaning] = {
    600000: Meaning(
        "Webex failed without an explanation, so your contact directory may be incomplete or out of date.",
        kind=ErrorKind.TEMPORARY,
    ),
    600001: Meaning(
        "The sync failed and Webex does not say why; your contact directory may be incomplete or out of date.",
        kind=ErrorKind.TEMPORARY,
    ),
    600002: Meaning(
        "Webex stopped the sync before it was finished, so only part of your contact directory may be up to date.",
        kind=ErrorKind.TEMPORARY,
    ),
    600003: Meaning(
        "A sync of several enterprises succeeded for some and failed for others; your contacts may be out of date.",
        kind=ErrorKind.TEMPORARY,
    ),
    600004: Meaning(
        "No customer of your service provider is synchronized, because directory sync is switched off for all of them.",
        WhoCanFix.OPERATOR,
        "Ask your service provider to switch on directory sync at partner level, then start a new sync.",
    ),
    600005: Meaning(
        "A sync that concerns your enterprise was already running, so Webex did not start a second one.",
        WhoCanFix.ADMIN,
        "Wait until that sync has ended, then start a new one if your contacts are still out of date.",
        ErrorKind.IN_PROGRESS,
    ),
    600006: Meaning(
        "Webex had no room for another sync, so yours was not started and your contacts were not synchronized.",
        WhoCanFix.ADMIN,
        _TRY_LATER,
        ErrorKind.BUSY,
    ),
    600007: Meaning(
        "Your enterprise has no organization that Webex can find, so there is no contact directory to write to.",
        advice=_CASE,
    ),
    600008: Meaning(
        "Webex cannot find your enterprise among your service provider's customers, so nothing was synchronized.",
        WhoCanFix.OPERATOR,
        "Ask your service provider to check that your enterprise is set up among its customers in Webex.",
    ),
    600009: Meaning(
        "The BroadWorks system that you share with other enterprises was busy with a sync, so yours was not started.",
        WhoCanFix.ADMIN,
        _TRY_LATER,
        ErrorKind.BUSY,
    ),
    600010: Meaning(
        "No BroadWorks system is set for your enterprise, so Webex does not know where to read your contacts.",
        WhoCanFix.OPERATOR,
        "Ask your service provider to assign a BroadWorks cluster to your enterprise, then start a new sync.",
    ),
    600011: Meaning(
        "Directory sync is switched off for your enterprise, so your contacts are not synchronized.",
        WhoCanFix.OPERATOR,
        "Ask your service provider to switch on directory sync for your enterprise, then start a new sync.",
    ),
    600012: Meaning(
        "Hybrid Directory sync already fills your contact directory, so Webex takes no contacts from BroadWorks.",
        WhoCanFix.ADMIN,
        "Decide which of the two you need; if you need BroadWorks, have Hybrid Directory sync switched off first.",
    ),
    600013: Meaning(
        "Webex could not add people and devices from BroadWorks, so entries are missing from your contact directory.",
    ),
    600014: Meaning(
        "Webex could not connect to your BroadWorks system, so your contact directory may be out of date.",
        WhoCanFix.OPERATOR,
        "If the next sync has the same error, send Webex's words and the tracking id to your service provider, "
        "who can check BroadWorks and the connection to it.",
        ErrorKind.TEMPORARY,
    ),
    600015: Meaning(
        "Webex found no account for any person in BroadWorks, so your contacts were not updated.",
        WhoCanFix.OPERATOR,
        "Ask your service provider to compare the user ids of your people in BroadWorks with those in Webex.",
    ),
    600017: Meaning(
        "Webex could not copy any phone lists, shared or personal, so their contacts are missing or out of date.",
    ),
    600018: Meaning(
        "Webex could not copy your people's personal phone lists, so the contacts in them are missing or out of date.",
    ),
    600019: Meaning(
        "Webex could not copy your enterprise's shared phone lists, so their contacts are missing or out of date.",
    ),
    600020: Meaning(
        "Directory sync could not be switched off while a sync was running, so your contacts are still synchronized.",
        WhoCanFix.OPERATOR,
        "If you want it switched off, ask your service provider to do so after that sync has ended.",
    ),
    600022: Meaning(
        "Webex could not synchronize anybody, because no license holder of your enterprise has activated yet.",
        WhoCanFix.ADMIN,
        _ACTIVATE,
    ),
    600023: Meaning(
        "The one person to synchronize is already in your Webex organization, so no contact was added.",
        WhoCanFix.ADMIN,
        "Search for the person in the Webex app; if the entry is out of date, start a sync of your enterprise.",
    ),
    600024: Meaning(
        "BroadWorks has nobody with the user id of the one person to synchronize, so no contact was added.",
        WhoCanFix.OPERATOR,
        "Check the user id; if it is right, ask your service provider to set up the person in BroadWorks.",
    ),
    600025: Meaning(
        "Webex could not update a person's account, so that contact in your directory may be out of date.",
    ),
    600026: Meaning(
        "Webex could not update a device's account (for example a room phone's), so that contact may be out of date.",
    ),
    600027: Meaning(
        "BroadWorks has several people with the user id of the one person to synchronize, so no contact was added.",
        WhoCanFix.OPERATOR,
        "Ask your service provider to give each of them a different user id in BroadWorks.",
    ),
    600028: Meaning(
        "One person can be synchronized only after a sync of your whole enterprise has completed, and none has.",
        WhoCanFix.ADMIN,
        "Start a sync of your enterprise first; after it has completed, the one person can be synchronized.",
    ),
    NOBODY_ACTIVATED: Meaning(
        "Webex does not know which contact directory is yours, because none of your license holders has activated yet.",
        WhoCanFix.ADMIN,
        _ACTIVATE,
    ),
}
"""Every code in Cisco's table of directory sync errors, in our words.

TEMPORARY are the codes that name no cause, and a broken connection. Entries that Webex could not write are PERMANENT:
another attempt would occupy the cluster as long again, and fail unless somebody fixed the cause.
"""


def meaning(code: int) -> Meaning | None:
    """Return what a code means; None if Cisco has not published it."""
    return MEANINGS.get(code)


def error_kind(codes: Iterable[int]) -> ErrorKind:
    """Return whether another attempt helps against all these errors together.

    One PERMANENT error makes the whole PERMANENT, because the next attempt would meet it again. BUSY and then
    IN_PROGRESS come before TEMPORARY: they mean to wait longer, which does not hurt. Unknown codes count only if there
    are no known ones; then the whole is PERMANENT.
    """
    kinds = {MEANINGS[code].kind for code in codes if code in MEANINGS}
    if not kinds or ErrorKind.PERMANENT in kinds:
        return ErrorKind.PERMANENT
    return next(kind for kind in (ErrorKind.BUSY, ErrorKind.IN_PROGRESS, ErrorKind.TEMPORARY) if kind in kinds)
