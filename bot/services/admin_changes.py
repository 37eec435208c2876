"""Adds admins to an enterprise and removes them, and tells those concerned.

All commands that add admins come here: `admins add`, `enterprise add` and `enterprise set`, in chat and at the shell.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.chat.command import Request, Requester
from bot.chat.did_you_mean import nearest
from bot.chat.message import Refusal
from bot.replies import admin_changes as told
from bot.replies import admins as replies
from bot.webex.bots import is_bot
from storage import admins, audit, enterprises, outbox
from storage.values.folding import address_key
from storage.values.messages import Address, Draft
from storage.values.records import Admin, AuditEntry, Enterprise, Identity
from storage.values.webex_ids import differ

_REPEAT_AFTER = timedelta(days=1)
"""Minimum time between two invitations of one address, and between two messages to one person that they were removed:
an admin may add and remove them as often as they like."""

_DOMAINS_ALIKE = 0.8
"""How alike two domains are, from 0 to 1, if one may be a typing error for the other: two letters of ten differ."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Who will be an admin, after all checks: `new` people, and those who are admins already, `let_in` or not.

    `let_in` are admins who may come from any organization from now on. `question` is what the requester must confirm
    first; empty if nothing is to be confirmed. Of `already`, those whom Webex did not know are invited `again`.
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


def add(session: Session, request: Request, enterprise: Enterprise, planned: Plan) -> replies.NotInvited:
    """Add the people of a plan, invite them and tell the other admins. Return who is not invited.

    At a shell nobody is invited: who sets the bot up tells the admins.
    """
    by = request.requester
    is_at_shell = not by.person_id
    added_by = None if is_at_shell else Identity(by.person_id, by.email)
    let_in = [Identity(admin.person_id or "", admin.email) for admin in planned.let_in]
    for person in (*planned.new, *let_in):
        known = person if person.person_id else None
        admins.add(
            session,
            enterprise.id,
            person.email,
            request.now,
            known,
            added_by=added_by,
            any_organization=planned.any_organization,
        )
    changed = [person.email for person in (*planned.new, *let_in)]
    if changed:
        text = told.added(enterprise, changed, _actor(by), any_organization=planned.any_organization)
        _tell_others(session, request, enterprise, changed, text, told.added_without_names(len(changed)))
    if is_at_shell:
        return replies.NotInvited([], [])
    for admin in planned.again:
        admins.add(session, enterprise.id, admin.email, request.now)
    return _invite(session, request, enterprise, planned)


def remove(session: Session, request: Request, enterprise: Enterprise, leaving: Sequence[Admin]) -> None:
    """Remove admins, and tell the others, and those removed who have written to the bot."""
    for admin in leaving:
        admins.remove(session, enterprise.id, admin.email)
        if admin.person_id and admin.person_id != request.requester.person_id and not admin.is_kept_out:
            _tell_removed(session, enterprise, admin, admin.person_id, request.now)
    emails = [admin.email for admin in leaving]
    text = told.removed(enterprise, emails, _actor(request.requester))
    _tell_others(session, request, enterprise, emails, text, told.removed_without_names(len(emails)))


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

    A person of whom Webex says that they belong to the enterprise's organization needs no question.
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


def _invite(session: Session, request: Request, enterprise: Enterprise, planned: Plan) -> replies.NotInvited:
    """Invite new admins in 1:1, and return who is not invited.

    Within a day, each is invited once, and at most as many as an enterprise may have admins: nobody can have the bot
    write to strangers without end.
    """
    invited = audit.invited(session, enterprise.id, request.now - _REPEAT_AFTER)
    left_out = replies.NotInvited([], [])
    again = {address_key(admin.email) for admin in planned.again}  # the invitation before has not reached them
    for person in (*planned.new, *(Identity("", admin.email) for admin in planned.again)):
        folded = address_key(person.email)
        is_again = folded in invited - again
        if is_again or len(invited) >= request.settings.max_admins:
            (left_out.invited_today if is_again else left_out.over_limit).append(person.email)
            continue
        invited.add(folded)
        # It is about the enterprise, so that it takes the enterprise's turn, and is dropped if the person is removed.
        text = told.ONE_MORE if admins.acts_elsewhere(session, person, enterprise.id) else told.INVITATION
        draft = Draft(text, enterprise_id=enterprise.id, person_id=person.person_id or None, is_notice=True)
        outbox.send(session, _address(person.person_id, person.email), draft, request.now)
        row = AuditEntry(request.now, enterprise.id, audit.INVITED, email=request.requester.email, command="admins")
        audit.add(session, replace(row, detail=folded))
    return left_out


def _tell_removed(session: Session, enterprise: Enterprise, admin: Admin, person_id: str, now: datetime) -> None:
    """Tell a person that they are no admin any more: if there were only two admins, nobody else hears of it."""
    if audit.has_outcome(session, person_id, audit.REMOVED, now - _REPEAT_AFTER):
        return
    draft = Draft(told.YOU_WERE_REMOVED, person_id=person_id, is_notice=True, turn=enterprise.id)
    outbox.send(session, Address(person_id=person_id), draft, now)
    audit.add(session, AuditEntry(now, enterprise.id, audit.REMOVED, person_id, admin.email, command="admins"))


def _tell_others(
    session: Session, request: Request, enterprise: Enterprise, concerned: Sequence[str], named: str, nameless: str
) -> None:
    """Tell all admins who are neither the requester nor concerned. Who has never written reads no names."""
    left_out = {address_key(email) for email in (*concerned, request.requester.email)}
    for admin in admins.team(session, enterprise.id).reachable:
        if address_key(admin.email) in left_out or admin.person_id == request.requester.person_id:
            continue
        draft = Draft(
            nameless if admin.person_id is None else named,
            personal=admin.person_id is not None,
            enterprise_id=enterprise.id,
            person_id=admin.person_id,
            is_notice=True,
        )
        outbox.send(session, _address(admin.person_id, admin.email), draft, request.now)


def _address(person_id: str | None, email: str) -> Address:
    return Address(person_id=person_id) if person_id else Address(email=email)


def _actor(requester: Requester) -> told.Actor:
    return told.Actor(requester.email if requester.person_id else None, is_operator=requester.is_operator)
