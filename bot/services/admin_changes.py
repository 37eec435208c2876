"""Adds admins to an enterprise and removes them, and tells those concerned.

All commands that add admins come here: `admins add`, `enterprise add` and `enterprise set`, in chat and at the shell.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.chat.command import Request, Requester
from bot.replies import admin_changes as told
from bot.replies import admins as replies
from bot.services import messages
from bot.services.admin_plans import Plan
from storage import admins, audit, outbox, teams
from storage.values.folding import address_key
from storage.values.messages import Address, Draft
from storage.values.records import Admin, AuditEntry, Enterprise, Identity

_REPEAT_AFTER = timedelta(days=1)
"""Minimum time between two invitations of one address, and between two messages to one person that they were removed:
an admin may add and remove them as often as they like."""


def add(session: Session, request: Request, enterprise: Enterprise, planned: Plan) -> replies.NotInvited:
    """Add the people of a plan, invite them and tell the other admins. Return who is not invited.

    At a shell nobody is invited: the operator there tells the admins.
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
        address = Address(person_id=person.person_id) if person.person_id else Address(email=person.email)
        outbox.send(session, address, draft, request.now)
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
    """Tell all admins except the requester and those concerned. An admin who has never written reads no names."""
    left_out = {address_key(email) for email in (*concerned, request.requester.email)}
    for admin in teams.get(session, enterprise.id).reachable:
        if address_key(admin.email) in left_out or admin.person_id == request.requester.person_id:
            continue
        if admin.person_id is not None:
            messages.tell_admin(session, admin.person_id, enterprise.id, named, request.now)
            continue
        draft = Draft(nameless, enterprise_id=enterprise.id, is_notice=True)
        outbox.send(session, Address(email=admin.email), draft, request.now)


def _actor(requester: Requester) -> told.Actor:
    return told.Actor(requester.email if requester.person_id else None, is_operator=requester.is_operator)
