"""Decides who belongs to an enterprise. Requests, notices, queues and delivery all ask here."""

from enum import Enum, auto

from storage.values.folding import address_key
from storage.values.records import Admin, Identity
from storage.values.webex_ids import differ


class Belonging(Enum):
    """Whether a person is a certain admin or operator, and may act as them."""

    BELONGS = auto()
    KEPT_OUT = auto()
    """The person is this admin, but is in another Webex organization than the enterprise."""
    ANOTHER_PERSON = auto()


def belonging(listed: Admin, who: Identity, org_id: str | None) -> Belonging:
    """Return whether a person is this admin or operator, and may act as them.

    The e-mail address counts only while no `person_id` is known for it: it may belong to another person later.
    `org_id` is the enterprise's Webex organization, None for operators, who may be in any. What Webex says of the
    person now counts more than what is stored. An admin who was kept out stays so while the enterprise's organization
    is not known: it is forgotten when the enterprise gets another id.
    """
    if listed.person_id is None:
        is_same_person = address_key(listed.email) == address_key(who.email)
    else:
        is_same_person = listed.person_id == who.person_id
    if not is_same_person:
        return Belonging.ANOTHER_PERSON
    was_kept_out = org_id is None and listed.kept_out_at is not None
    is_elsewhere = was_kept_out or differ(org_id, who.org_id or listed.org_id)
    return Belonging.KEPT_OUT if is_elsewhere and not listed.any_organization else Belonging.BELONGS


def is_kept_out(listed: Admin, org_id: str | None) -> bool:
    """Return whether this admin, by what is stored, is kept out of the enterprise with this Webex organization."""
    return belonging(listed, Identity(listed.person_id or "", listed.email), org_id) is Belonging.KEPT_OUT
