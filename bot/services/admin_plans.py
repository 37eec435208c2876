"""Checks who is to become an admin of an enterprise, and what has to be confirmed first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.chat.command import Request
from bot.chat.did_you_mean import nearest
from bot.chat.message import Refusal
from bot.replies import admins as replies
from bot.webex.bots import is_bot
from storage import admins, audit, enterprises
from storage.values.folding import address_key
from storage.values.records import Admin, Enterprise, Identity
from storage.values.webex_ids import differ

_DOMAINS_ALIKE = 0.8
"""How alike two domains are, from 0 to 1, if one may be a typing error for the other: two letters of ten differ."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Who will be an admin, after all checks: `new` people, and those who are admins already, `let_in` or not.

    `let_in` are admins who may come from any organization from now on. `question` is what the requester must confirm
    first; empty if nothing is to be confirmed. Those of `already` that Webex did not know are invited `again`.
    """

    new: tuple[Identity, ...] = ()
    let_in: tuple[Admin, ...] = ()
    already: tuple[Admin, ...] = ()
    any_organization: bool = False
    question: str = ""

    @property
    def again(self) -> tuple[Admin, ...]:
        """The admins who are invited once more, because Webex did not know their address."""
        return tuple(admin for admin in (*self.let_in, *self.already) if admin.is_unreachable)


def plan(
    session: Session,
    request: Request,
    enterprise: Enterprise,
    people: Iterable[Identity],
    *,
    any_organization: bool = False,
) -> Plan:
    """Check who is to be added, under the lock on the enterprise. Raise Refusal if one of them cannot be added.

    `people` have an id if they were mentioned, else only the address that was typed.
    """
    unique: dict[str, Identity] = {}
    for person in people:
        unique.setdefault(person.person_id or address_key(person.email), person)
    people = list(unique.values())
    if any(person.is_bot or is_bot(person.email) for person in people):
        raise Refusal(replies.NO_BOTS)
    own_org_id = enterprises.org_id_of(session, enterprise.id)
    if not any_organization and any(differ(own_org_id, person.org_id) for person in people):
        raise Refusal(replies.of_another_organization(enterprise))
    team = admins.of_enterprise(session, enterprise.id)
    new = tuple(person for person in people if admin_among(team, person) is None)
    if not any_organization:
        _check_not_kept_out(session, enterprise, new)
    found = [admin for person in people if (admin := admin_among(team, person)) is not None]
    mentioned = {person.person_id for person in people if person.person_id}
    for admin in found if mentioned else []:
        if admin.person_id not in (None, *mentioned):
            raise Refusal(replies.of_another_person(admin.email), personal=True)
    if new and len(team) + len(new) > request.settings.max_admins:
        raise Refusal(replies.too_many(enterprise, len(team), len(new), request.settings.max_admins))
    return Plan(
        new,
        tuple(admin for admin in found if any_organization and not admin.any_organization),
        tuple(admin for admin in found if admin.any_organization or not any_organization),
        any_organization,
        _question(enterprise, team, new, own_org_id, any_organization=any_organization),
    )


def admin_among(team: Sequence[Admin], person: Identity) -> Admin | None:
    """Return the admin who is this person, by id, else by e-mail; None if the person is no admin."""
    same_address = [admin for admin in team if address_key(admin.email) == address_key(person.email)]
    same_id = [admin for admin in team if person.person_id and admin.person_id == person.person_id]
    return next(iter(same_id + same_address), None)


def _check_not_kept_out(session: Session, enterprise: Enterprise, new: Sequence[Identity]) -> None:
    """Raise Refusal if a person was kept out of this enterprise before, unless Webex says their organization now.

    What the bot knows from other enterprises does not count: it would show an admin who is an admin elsewhere.
    """
    known = audit.kept_out(session, enterprise.id)
    emails = [
        person.email
        for person in new
        if person.org_id is None and not known.isdisjoint({person.person_id, address_key(person.email)})
    ]
    if emails:
        raise Refusal(replies.kept_out_before(enterprise, emails), personal=True)


def _question(
    enterprise: Enterprise,
    team: Sequence[Admin],
    new: Sequence[Identity],
    own_org_id: str | None,
    *,
    any_organization: bool,
) -> str:
    """Return what to ask if an address has a domain that no admin has: it may be a typing error.

    No question is needed for a person if Webex says that they belong to the enterprise's organization.
    """
    # An admin of another organization says nothing about the domains of this enterprise.
    own = [admin for admin in team if not (admin.any_organization or admin.is_kept_out)]
    known = sorted({_domain(admin.email) for admin in own or team})
    foreign = {
        _domain(person.email)
        for person in new
        if own_org_id is None or person.org_id is None or differ(own_org_id, person.org_id)
    }
    strange = sorted(foreign.difference(known)) if known else []
    if not strange:
        return ""
    meant = next(filter(None, (nearest(domain, known, _DOMAINS_ALIKE) for domain in strange)), None)
    return replies.strange_domains(enterprise, strange, known, meant, any_organization=any_organization)


def _domain(email: str) -> str:
    return address_key(email).rpartition("@")[2]
