"""Adds, changes and removes enterprises, in chat and at the shell alike; raises Refusal where it cannot."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.chat.did_you_mean import nearest
from bot.chat.message import Refusal
from bot.replies import enterprise as replies
from bot.replies import use as key_replies
from storage import admins, clusters, enterprises, rosters, syncs
from storage.values.records import Enterprise

_ID_COLUMN = "sp_enterprise_id"
"""Both databases name the column whose value is taken."""


def add(session: Session, key: str, values: Mapping[str, str], emails: Iterable[str], now: datetime) -> Enterprise:
    """A new enterprise with its admins; `values` are its name, sp_enterprise_id, cluster and timezone."""
    try:
        with session.begin_nested():
            made = enterprises.add(session, key=key, now=now, **values)
    except IntegrityError as error:
        taken = f"enterprise id {values[_ID_COLUMN]}" if _ID_COLUMN in str(error.orig) else f"key {key}"
        raise Refusal(replies.taken(taken)) from error
    for email in emails:
        admins.add(session, made.id, email, now)
    return made


def change(
    session: Session, enterprise_id: int, changes: Mapping[str, str], emails: Iterable[str], now: datetime
) -> Enterprise:
    """Change what is given, and add these admins; what was read from Webex under another id is not shown any more."""
    found = enterprises.lock(session, enterprise_id)
    if syncs.active(session, found.id) and not changes.keys().isdisjoint({"cluster", _ID_COLUMN}):
        raise Refusal(replies.not_during_a_sync(found.key))
    try:
        with session.begin_nested():
            enterprises.change(session, found.id, **changes)
    except IntegrityError as error:
        raise Refusal(replies.id_in_use()) from error
    if changes.get(_ID_COLUMN, found.sp_enterprise_id) != found.sp_enterprise_id:
        rosters.forget(session, found.id, now)
    for email in emails:
        admins.add(session, found.id, email, now)
    return enterprises.get(session, found.id)


def check_removable(session: Session, enterprise_id: int) -> Enterprise:
    """Lock an enterprise that is to be removed; raises Refusal while a sync of it is under way, or not told yet."""
    found = enterprises.lock(session, enterprise_id)
    if syncs.has_unfinished(session, found.id):
        raise Refusal(replies.not_removed_during_a_sync(found.key))
    return found


def remove(session: Session, enterprise_id: int, now: datetime) -> Enterprise:
    """Take an enterprise out of use for good; raises Refusal where that is not possible yet."""
    found = check_removable(session, enterprise_id)
    enterprises.remove(session, found.id, now)
    return found


def is_alone(session: Session, enterprise: Enterprise) -> bool:
    """Whether no other enterprise is on its cluster, whose name may then be a slip."""
    return clusters.size(session, enterprise.cluster_id) == 1


def lock(session: Session, typed: str) -> Enterprise:
    """Lock the row of the enterprise with this key, among all there are: for operators, before they change it."""
    found = enterprises.lock(session, find(typed, enterprises.in_use(session)).id)
    return find(typed, [one for one in enterprises.in_use(session) if one.id == found.id])


def find(typed: str, known: Sequence[Enterprise]) -> Enterprise:
    """The one of `known` with this key; raises Refusal alike whether there is none or it is not among these."""
    key = typed.casefold()
    found = next((one for one in known if one.key == key), None)
    if found is None:
        keys = [one.key for one in known]
        raise Refusal(key_replies.no_such(typed, nearest(key, keys), keys), personal=True)
    return found
