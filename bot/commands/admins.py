"""`admins`: list, add and remove the people who may act for an enterprise."""

from sqlalchemy.orm import Session

from bot.chat.command import Command, Request
from bot.chat.did_you_mean import nearest
from bot.chat.message import Refusal, Reply, Unconfirmed
from bot.formatting.quantity import quantity
from bot.replies import admins as replies
from bot.services import enterprise_fields
from bot.services.confirmation import is_confirmed
from bot.services.enterprise_fields import InvalidField
from bot.webex.bots import is_bot
from storage import admins, enterprises
from storage.values.folding import address_key
from storage.values.records import Admin, Identity
from storage.values.webex_ids import differ


def run(session: Session, request: Request) -> Reply:
    """List the admins, or add or remove the people typed or mentioned."""
    action, _, people = " ".join(request.arguments.split()).partition(" ")
    match action.casefold():
        case "":
            return _list(session, request)
        case "add":
            return _add(session, request, _people(request, people))
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
    words = typed.replace(",", " ").replace(";", " ").split()
    try:
        emails = [enterprise_fields.email(word.removeprefix("mailto:")) for word in words]
    except InvalidField as invalid:
        raise Refusal(replies.no_address(invalid.problem)) from invalid
    if not emails:
        raise Refusal(replies.NOBODY)
    return [Identity("", email) for email in emails]


def _list(session: Session, request: Request) -> Reply:
    team = admins.of_enterprise(session, request.enterprise.id)
    return Reply(replies.listed(request.enterprise, team), personal=True, audit_detail=quantity(len(team), "admin"))


def _add(session: Session, request: Request, people: list[Identity]) -> Reply:
    enterprise = enterprises.lock(session, request.enterprise.id)
    if any(person.is_bot or is_bot(person.email) for person in people):
        raise Refusal(replies.NO_BOTS)
    org_id = enterprises.org_id_of(session, enterprise.id)
    if any(differ(org_id, person.org_id) for person in people):
        raise Refusal(replies.of_another_organization(enterprise))
    added: list[str] = []
    already: list[str] = []
    for person in people:
        is_new = admins.add(session, enterprise.id, person.email, request.now, person if person.person_id else None)
        (added if is_new else already).append(person.email)
    return Reply(replies.added(enterprise, added, already), personal=True, audit_detail=f"{len(added)} added")


def _remove(session: Session, request: Request, people: list[Identity]) -> Reply:
    enterprise = enterprises.lock(session, request.enterprise.id)
    team = admins.of_enterprise(session, enterprise.id)
    leaving = list(dict.fromkeys(_admin(team, person) for person in people))
    staying = [admin for admin in team if admin not in leaving]
    # An admin who has never written may be a typing error: then nobody would be left who can act.
    if not staying or (any(map(_may_act, leaving)) and not any(map(_may_act, staying))):
        raise Refusal(replies.last_one(enterprise))
    leaves_oneself = any(_is_requester(request, admin) for admin in leaving)
    if leaves_oneself and not is_confirmed(session, request, "admins"):
        raise Unconfirmed(replies.confirm_oneself(enterprise))
    emails = [admin.email for admin in leaving]
    for email in emails:
        admins.remove(session, enterprise.id, email)
    detail = f"{len(leaving)} removed"
    if leaves_oneself and not request.requester.is_operator:
        return Reply(replies.removed_oneself(len(leaving)), gives_up_rights=True, audit_detail=detail)
    return Reply(replies.removed(enterprise, emails), personal=True, audit_detail=detail)


def _may_act(admin: Admin) -> bool:
    return admin.person_id is not None and not admin.is_kept_out


def _is_requester(request: Request, admin: Admin) -> bool:
    """Return whether the requester is this admin; their id is not stored before their first message is answered."""
    requester = request.requester
    return admin.person_id == requester.person_id or address_key(admin.email) == address_key(requester.email)


def _admin(team: list[Admin], person: Identity) -> Admin:
    for admin in team:
        same_id = person.person_id and admin.person_id == person.person_id
        if same_id or address_key(admin.email) == address_key(person.email):
            return admin
    raise Refusal(replies.no_admin(nearest(person.email, [admin.email for admin in team])), personal=True)


COMMAND = Command(
    usage="admins [add|remove WHO]",
    summary="who may act for your enterprise",
    details=(
        "`admins` lists the admins. `admins add jane@acme.example` or `admins add @Jane` adds an admin, who can then "
        "do everything that you can. `admins remove jane@acme.example` removes one. You can name several people at "
        "once. One admin always stays. To remove yourself, type the command twice."
    ),
    run=run,
    reads_only=False,
    lists_with=frozenset({""}),
    takes_people=True,
)
