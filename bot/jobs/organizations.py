"""Reads from Webex to which organization a person belongs."""

import logging

from bot.jobs.engine.context import Context
from bot.webex.errors import Rejected, Unavailable
from storage.values.records import Identity

log = logging.getLogger(__name__)


class NotNamed(Unavailable):
    """Webex cannot say to which organization a person belongs."""


def with_organization(context: Context, person_id: str, room_id: str | None) -> Identity:
    """Return a person with their organization; without it if Webex does not name it for members of this space.

    A person who has left the space is looked up by id: leaving must not be a way around the check. Raise NotNamed if
    Webex does not name the organization then.
    """
    member = None
    if room_id is not None:
        try:
            member = context.webex.member(room_id, person_id)
        except Rejected as rejected:
            log.warning("a person's membership cannot be read: %s", rejected)
    if member is not None:
        return member
    try:
        person = context.webex.person(person_id)
    except Rejected as rejected:
        raise NotNamed("the person cannot be read") from rejected
    if person.org_id is None:
        raise NotNamed("Webex does not name the person's organization")
    return person
