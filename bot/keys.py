"""Finding the enterprise whose key somebody typed, among those they may know of."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot.chat.did_you_mean import nearest
from bot.chat.message import Refusal
from bot.replies import use as replies
from storage import enterprises
from storage.records import Enterprise


def locked(session: Session, typed: str) -> Enterprise:
    """The same, of all there are, with its row locked: for operators, before they change something of it."""
    found = enterprises.lock(session, named(typed, enterprises.all_of(session)).id)
    return named(typed, [one for one in enterprises.all_of(session) if one.id == found.id])


def named(typed: str, known: Sequence[Enterprise]) -> Enterprise:
    """The one of `known` with this key; raises Refusal alike whether there is none or it is not among these."""
    key = typed.casefold()
    found = next((one for one in known if one.key == key), None)
    if found is None:
        keys = [one.key for one in known]
        raise Refusal(replies.no_such(typed, nearest(key, keys), keys), personal=True)
    return found
