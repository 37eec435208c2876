"""What Cisco's directory sync errors mean, who can mend them, and whether asking again helps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Mender(StrEnum):
    """Who can mend an error, in words for an enterprise's admin."""

    ADMIN = "you"
    OPERATOR = "your service provider"
    CISCO = "Cisco, through your service provider"


class Nature(StrEnum):
    """Whether asking again helps: once there is room, a few times, or not before something is mended."""

    BUSY = "busy"
    PASSING = "passing"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What happened, who can mend it, what whoever reads this does next, and whether asking again helps."""

    means: str
    mender: Mender
    advice: str
    nature: Nature = Nature.FINAL


NOBODY_ACTIVATED = 600029

UNKNOWN_ADVICE = "Send this code with the tracking id to your service provider."
"""What to do about a code that is not in the table."""

_CASE = "Have your service provider open a support case with Cisco and quote the tracking id."
_CASE_IF_REPEATED = f"If the next sync reports it too: {_CASE[0].lower()}{_CASE[1:]}"
_ACTIVATE = "Ask one license holder to activate and to sign in to the Webex app, then ask for a sync again."

MEANINGS: Mapping[int, Meaning] = {
    600000: Meaning(
        "Webex failed in a way it does not explain, so your contact directory may be incomplete or out of date.",
        Mender.CISCO,
        _CASE_IF_REPEATED,
        Nature.PASSING,
    ),
    600001: Meaning(
        "The sync failed and Webex does not say why; your contact directory may be incomplete or out of date.",
        Mender.CISCO,
        _CASE_IF_REPEATED,
        Nature.PASSING,
    ),
    600002: Meaning(
        "Webex stopped the sync before its end, so only a part of your contact directory may be up to date.",
        Mender.CISCO,
        _CASE_IF_REPEATED,
        Nature.PASSING,
    ),
    600003: Meaning(
        "A sync of several enterprises succeeded for some and failed for others; your contacts may be out of date.",
        Mender.CISCO,
        _CASE_IF_REPEATED,
        Nature.PASSING,
    ),
    600004: Meaning(
        "Directory sync is switched off for your service provider's customers, so your contacts are not synchronized.",
        Mender.OPERATOR,
        "Ask your service provider to switch directory sync on at partner level, then ask for a sync again.",
    ),
    600005: Meaning(
        "A sync that concerns your enterprise was running already, so no second one was begun.",
        Mender.ADMIN,
        "Wait until that sync has ended, and ask again if your contacts are still out of date.",
        Nature.BUSY,
    ),
    600006: Meaning(
        "Webex had no room for another sync, so yours was not begun and your contacts were not synchronized.",
        Mender.ADMIN,
        "Nothing is broken at your end: ask for a sync again in an hour.",
        Nature.BUSY,
    ),
    600007: Meaning(
        "Webex cannot find the organization of your enterprise, so there is no contact directory to write to.",
        Mender.CISCO,
        _CASE,
    ),
    600008: Meaning(
        "Webex does not find your enterprise among your service provider's customers, so nothing was synchronized.",
        Mender.OPERATOR,
        "Ask your service provider to check that your enterprise is set up among its customers in Webex.",
    ),
    600009: Meaning(
        "The BroadWorks system that you share with other enterprises was busy with a sync, so yours was not begun.",
        Mender.ADMIN,
        "Nothing is broken: ask for a sync again in an hour.",
        Nature.BUSY,
    ),
    600010: Meaning(
        "No BroadWorks system is set for your enterprise, so Webex does not know where to read your contacts.",
        Mender.OPERATOR,
        "Ask your service provider to assign a BroadWorks cluster to your enterprise, then ask for a sync again.",
    ),
    600011: Meaning(
        "Directory sync is switched off for your enterprise, so your contacts are not synchronized.",
        Mender.OPERATOR,
        "Ask your service provider to switch directory sync on for your enterprise, then ask for a sync again.",
    ),
    600012: Meaning(
        "Hybrid Directory sync fills your contact directory already, so Webex takes no contacts from BroadWorks.",
        Mender.ADMIN,
        "Decide which of the two you need; if it is this one, have Hybrid Directory sync switched off first.",
    ),
    600013: Meaning(
        "Webex could not add people and devices from BroadWorks, so entries are missing in your contact directory.",
        Mender.CISCO,
        _CASE_IF_REPEATED,
    ),
    600014: Meaning(
        "Webex could not connect to your BroadWorks system, so your contact directory may be out of date.",
        Mender.OPERATOR,
        "If the next sync reports it too: send Webex's words and the tracking id to your service provider, "
        "who can check BroadWorks and the way to it.",
        Nature.PASSING,
    ),
    600015: Meaning(
        "Webex found no account that belongs to anybody in BroadWorks, so your contacts were not updated.",
        Mender.OPERATOR,
        "Ask your service provider to compare your people's user ids in BroadWorks with those in Webex.",
    ),
    600017: Meaning(
        "Phone lists could not be copied, neither shared nor personal ones; their contacts are missing or out of date.",
        Mender.CISCO,
        _CASE_IF_REPEATED,
    ),
    600018: Meaning(
        "Personal phone lists of your people could not be copied, so contacts in them are missing or out of date.",
        Mender.CISCO,
        _CASE_IF_REPEATED,
    ),
    600019: Meaning(
        "The phone lists that your enterprise shares could not be copied; their contacts are missing or out of date.",
        Mender.CISCO,
        _CASE_IF_REPEATED,
    ),
    600020: Meaning(
        "Directory sync could not be switched off while a sync was running, so your contacts are still synchronized.",
        Mender.OPERATOR,
        "If it is to be switched off, ask your service provider to do so once that sync has ended.",
    ),
    600022: Meaning(
        "No license holder of your enterprise has activated yet, so Webex could not synchronize a single person.",
        Mender.ADMIN,
        _ACTIVATE,
    ),
    600023: Meaning(
        "The single person to be synchronized is in your Webex organization already, so no contact was added.",
        Mender.ADMIN,
        "Search for the person in the Webex app; if the entry is out of date, ask for a sync of your enterprise.",
    ),
    600024: Meaning(
        "BroadWorks knows nobody by the user id of the single person to be synchronized, so no contact was added.",
        Mender.OPERATOR,
        "Check the user id; if it is right, ask your service provider to set the person up in BroadWorks.",
    ),
    600025: Meaning(
        "Webex could not update the account of a person, so that contact in your directory may be out of date.",
        Mender.CISCO,
        _CASE_IF_REPEATED,
    ),
    600026: Meaning(
        "Webex could not update the account of a device, such as a room phone, so that contact may be out of date.",
        Mender.CISCO,
        _CASE_IF_REPEATED,
    ),
    600027: Meaning(
        "BroadWorks knows several people by the user id of the one to be synchronized, so no contact was added.",
        Mender.OPERATOR,
        "Ask your service provider to give each of them a user id of their own in BroadWorks.",
    ),
    600028: Meaning(
        "A single person can be synchronized only once a sync of your whole enterprise has completed, and none has.",
        Mender.ADMIN,
        "Ask for a sync of your enterprise first; when it has completed, the single person can be synchronized.",
    ),
    NOBODY_ACTIVATED: Meaning(
        "No license holder of your enterprise has activated yet, so Webex cannot tell which directory is yours.",
        Mender.ADMIN,
        _ACTIVATE,
    ),
}
"""Every code of Cisco's table of directory sync errors, in our words.

Passing are codes that name no cause, or a broken connection. Entries that Webex could not write stay final: another
try takes the cluster for as long again, and in vain unless something was mended.
"""


def meaning(code: int) -> Meaning | None:
    """What a code means; None for one that Cisco has not published."""
    return MEANINGS.get(code)


def nature(codes: Iterable[int]) -> Nature:
    """Whether asking again helps against all of these together.

    One that is final decides, as it would be there again; so does knowing none of them, because repeating blindly
    is no cure. Else a busy one decides over passing ones: it tells to wait, and waiting does those no harm.
    Unknown codes beside known ones say nothing.
    """
    natures = {MEANINGS[code].nature for code in codes if code in MEANINGS}
    if not natures or Nature.FINAL in natures:
        return Nature.FINAL
    return Nature.BUSY if Nature.BUSY in natures else Nature.PASSING
