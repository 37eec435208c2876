"""Finds, adds, changes and removes enterprises; raises Refusal if that cannot be done."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.chat.did_you_mean import nearest
from bot.chat.message import Refusal
from bot.replies import enterprise as replies
from bot.replies import enterprise_keys
from storage import clusters, enterprises, rosters, syncs
from storage.values.records import Enterprise

_ID_COLUMN = "sp_enterprise_id"
"""The column that both databases name in the error when its value is taken."""


class UnknownEnterprise(Refusal):
    """No enterprise has this key, or none that the requester may know of; `suggestion` is the key most like it."""

    def __init__(self, key: str, suggestion: str | None, keys: Sequence[str]) -> None:
        super().__init__(enterprise_keys.no_such(key, suggestion, keys), personal=True)
        self.key = key
        self.suggestion = suggestion


def add(session: Session, key: str, values: Mapping[str, str], now: datetime) -> Enterprise:
    """Add an enterprise; `values` are its name, sp_enterprise_id, cluster and timezone."""
    try:
        with session.begin_nested():
            return enterprises.add(session, key=key, now=now, **values)
    except IntegrityError as error:
        taken = f"enterprise id {values[_ID_COLUMN]}" if _ID_COLUMN in str(error.orig) else f"key {key}"
        raise Refusal(replies.taken(taken)) from error


def change(session: Session, enterprise_id: int, changes: Mapping[str, str], now: datetime) -> Enterprise:
    """Change what is given. With another id, what was read under the old one is forgotten."""
    enterprise = enterprises.lock(session, enterprise_id)
    if syncs.active(session, enterprise_id) and not changes.keys().isdisjoint({"cluster", _ID_COLUMN}):
        raise Refusal(replies.not_during_a_sync(enterprise.key))
    try:
        with session.begin_nested():
            enterprises.change(session, enterprise_id, **changes)
    except IntegrityError as error:
        raise Refusal(replies.ID_IN_USE) from error
    if changes.get(_ID_COLUMN, enterprise.sp_enterprise_id) != enterprise.sp_enterprise_id:
        rosters.forget(session, enterprise_id, now)
    return enterprises.get(session, enterprise_id)


def is_alone(session: Session, enterprise: Enterprise) -> bool:
    """Return whether no other enterprise is on its cluster: the cluster's name may then be a typing error."""
    return clusters.size(session, enterprise.cluster_id) == 1


def lock(session: Session, key: str) -> Enterprise:
    """Lock the enterprise with this key, of all there are, and return it; raise UnknownEnterprise if there is none."""
    enterprise_id = enterprises.lock(session, find(key, enterprises.in_use(session)).id).id
    # Found again under the lock: it may have been removed before that.
    return find(key, [each for each in enterprises.in_use(session) if each.id == enterprise_id])


def find(typed: str, candidates: Sequence[Enterprise]) -> Enterprise:
    """Return the candidate with this key; raise UnknownEnterprise if none has it.

    An enterprise that exists but is no candidate is refused in the same words as one that does not exist.
    """
    key = typed.casefold()
    enterprise = next((each for each in candidates if each.key == key), None)
    if enterprise is None:
        keys = [each.key for each in candidates]
        raise UnknownEnterprise(typed, nearest(key, keys), keys)
    return enterprise
