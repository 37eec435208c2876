"""`admins`: list, add and remove the people who may act for an enterprise."""

import re
from collections.abc import Iterable

from sqlalchemy.orm import Session

from bot.chat.command import Command, Request
from bot.chat.did_you_mean import nearest
from bot.chat.message import Refusal, Reply
from bot.formatting.quantity import quantity
from bot.replies import admins as replies
from bot.services import admin_changes, admin_plans, enterprise_fields
from bot.services.confirmation import require
from bot.services.enterprise_fields import InvalidField
from storage import admins, enterprises
from storage.values.folding import address_key
from storage.values.records import Admin, Identity

_ANY_ORGANIZATION = re.compile(r"(?:^|\s)any[-_\s]organi[sz]ation[.!]?$", re.IGNORECASE)
_ANY_ORGANIZATION_BEHIND = re.compile(r"any[-_]?organi[sz]ation[.!]?")
"""The same words behind a mention, as letters without spaces."""


def run(session: Session, request: Request) -> Reply:
    """List the admins, or add or remove the people typed or mentioned."""
    action, _, people = " ".join(request.arguments.split()).partition(" ")
    match action.casefold():
        case "":
            return _list(session, request)
        case "add":
            return _add(session, request, people)
        case "remove":
            return _remove(session, request, _people(request, people))
    raise Refusal(replies.usage(action))


def _people(request: Request, typed: str) -> list[Identity]:
    """Return the people mentioned, with their ids; if nobody is mentioned, the e-mail addresses typed."""
    if request.message.mentioned:
        # The text has their names, not their addresses: it is not read.
        if len(request.message.people) < len(request.message.mentioned):
            raise Refusal(replies.NOT_FOUND)
        return list(request.message.people)
    if not any(map(str.isalnum, typed)):
        raise Refusal(replies.NOBODY)
    try:
        return [Identity("", email) for email in enterprise_fields.emails(typed)]
    except InvalidField as invalid:
        raise Refusal(replies.no_address(invalid.problem)) from invalid


def _list(session: Session, request: Request) -> Reply:
    team = admins.of_enterprise(session, request.enterprise.id)
    return Reply(replies.listed(request.enterprise, team), personal=True, audit_detail=quantity(len(team), "admin"))


def _add(session: Session, request: Request, typed: str) -> Reply:
    any_organization = _lets_in(request, typed)
    if any_organization and not request.requester.is_operator:
        raise Refusal(replies.ANY_ORGANIZATION_FOR_OPERATORS)
    people = _people(request, _ANY_ORGANIZATION.sub("", typed) if any_organization else typed)
    enterprise = enterprises.lock(session, request.enterprise.id)
    planned = admin_plans.plan(session, request, enterprise, people, any_organization=any_organization)
    if planned.question:
        about = f"add {_emails(people)}" + (" any-organization" if any_organization else "")
        require(session, request, "admins", about, planned.question)
    not_invited = admin_changes.add(session, request, enterprise, planned)
    new, let_in, already = ([one.email for one in group] for group in (planned.new, planned.let_in, planned.already))
    again = [admin.email for admin in planned.again]
    said = replies.added(enterprise, new, already, let_in, not_invited, again, any_organization=any_organization)
    number = f"{len(new)} added" + (f", {len(let_in)} let in from any organization" if any_organization else "")
    return Reply(said, personal=True, audit_detail=number)


def _lets_in(request: Request, typed: str) -> bool:
    """Return whether the words are typed that let people in from any organization.

    Mentioned people choose their own names, so there the words count only behind the names.
    """
    if request.message.mentioned:
        return _ANY_ORGANIZATION_BEHIND.fullmatch(request.message.words_behind) is not None
    return _ANY_ORGANIZATION.search(typed) is not None


def _remove(session: Session, request: Request, people: list[Identity]) -> Reply:
    enterprise = enterprises.lock(session, request.enterprise.id)
    team = admins.of_enterprise(session, enterprise.id)
    leaving = list(dict.fromkeys(_admin(team, person) for person in people))
    staying = [admin for admin in team if admin not in leaving]
    # An admin who has never written may be a typing error: then nobody would be left who can act.
    if not staying or (any(map(_may_act, leaving)) and not any(map(_may_act, staying))):
        raise Refusal(replies.last_one(enterprise))
    leaves_oneself = any(_is_requester(request, admin) for admin in leaving)
    if leaves_oneself:
        require(session, request, "admins", f"remove {_emails(leaving)}", replies.confirm_oneself(enterprise))
    admin_changes.remove(session, request, enterprise, leaving)
    emails = [admin.email for admin in leaving]
    detail = f"{len(leaving)} removed"
    if leaves_oneself and not request.requester.is_operator:
        return Reply(replies.removed_oneself(len(leaving)), gives_up_rights=True, audit_detail=detail)
    return Reply(replies.removed(enterprise, emails), personal=True, audit_detail=detail)


def _emails(people: Iterable[Identity | Admin]) -> str:
    return ", ".join(sorted({address_key(person.email) for person in people}))


def _may_act(admin: Admin) -> bool:
    return admin.person_id is not None and not admin.is_kept_out


def _is_requester(request: Request, admin: Admin) -> bool:
    """Return whether the requester is this admin; their id is not stored before their first message is answered."""
    requester = request.requester
    return admin.person_id == requester.person_id or address_key(admin.email) == address_key(requester.email)


def _admin(team: list[Admin], person: Identity) -> Admin:
    admin = admin_plans.admin_among(team, person)
    if admin is None:
        raise Refusal(replies.no_admin(nearest(person.email, [admin.email for admin in team])), personal=True)
    return admin


COMMAND = Command(
    usage="admins [add|remove WHO]",
    summary="who may act for your enterprise",
    details=(
        "`admins` lists the admins. `admins add jane@acme.example` or `admins add @Jane` adds an admin, who can then "
        "do everything that you can. `admins remove jane@acme.example` removes one. You can name several people at "
        "once. I invite new admins in 1:1 and tell the other admins.\n\n"
        "Type `admins add` twice if no admin has an address at that domain yet, and `admins remove` to remove "
        "yourself. One admin always stays.\n\n"
        "I keep out admins of another Webex organization. An operator can let one in with "
        "`admins add jane@partner.example any-organization`."
    ),
    run=run,
    reads_only=False,
    lists_with=frozenset({""}),
    takes_people=True,
)
