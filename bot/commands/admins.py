"""`admins`: who may act for an enterprise, listed, added and removed."""

from sqlalchemy.orm import Session

from bot.chat.command import Command, Request
from bot.chat.did_you_mean import nearest
from bot.chat.message import Refusal, Reply, Unconfirmed
from bot.replies import admins as replies
from bot.services import enterprise_fields
from bot.services.confirmation import confirmed
from bot.services.enterprise_fields import InvalidField
from bot.webex.bots import is_bot
from storage import admins, enterprises
from storage.values.folding import address_key
from storage.values.records import Admin, Identity
from storage.values.webex_ids import differ

NAME = "admins"


def run(session: Session, request: Request) -> Reply:
    """List them, or add or remove those who are typed or mentioned."""
    what, _, whom = " ".join(request.arguments.split()).partition(" ")
    match what.casefold():
        case "":
            return _list(session, request)
        case "add":
            return _add(session, request, _people(request, whom))
        case "remove":
            return _remove(session, request, _people(request, whom))
    raise Refusal(replies.usage(what))


def _people(request: Request, typed: str) -> list[Identity]:
    """Those who are meant: mentioned, which comes with an id, or else by e-mail address."""
    if request.message.mentioned:
        # Their names are in the text, too, and may look like anything.
        if len(request.message.people) < len(request.message.mentioned):
            raise Refusal(replies.not_found())
        return list(request.message.people)
    words = typed.replace(",", " ").replace(";", " ").split()
    try:
        emails = [enterprise_fields.email(word.removeprefix("mailto:")) for word in words]
    except InvalidField as wrong:
        raise Refusal(replies.no_address(wrong.problem)) from wrong
    if not emails:
        raise Refusal(replies.nobody())
    return [Identity("", email) for email in emails]


def _list(session: Session, request: Request) -> Reply:
    found = admins.of_enterprise(session, request.enterprise.id)
    return Reply(replies.listed(request.enterprise, found), personal=True, noted=f"{len(found)} admins")


def _add(session: Session, request: Request, people: list[Identity]) -> Reply:
    enterprise = enterprises.lock(session, request.enterprise.id)
    if any(is_bot(one.email) for one in people):
        raise Refusal(replies.no_bots())
    org_id = enterprises.org_id_of(session, enterprise.id)
    if any(differ(org_id, one.org_id) for one in people):
        raise Refusal(replies.of_another_organization(enterprise))
    added: list[str] = []
    already: list[str] = []
    for one in people:
        new = admins.add(session, enterprise.id, one.email, request.now, one if one.person_id else None)
        (added if new else already).append(one.email)
    return Reply(replies.added(enterprise, added, already), personal=True, noted=f"{len(added)} added")


def _remove(session: Session, request: Request, people: list[Identity]) -> Reply:
    enterprise = enterprises.lock(session, request.enterprise.id)
    there = admins.of_enterprise(session, enterprise.id)
    gone = list(dict.fromkeys(_found(there, one) for one in people))
    stay = [one for one in there if one not in gone]
    # Who never wrote may be a slip, and would be nobody to ask.
    if not stay or (any(one.person_id for one in gone) and not any(one.person_id for one in stay)):
        raise Refusal(replies.last_one(enterprise))
    own = address_key(request.requester.email)
    # Whoever writes for the first time is not known by id yet.
    oneself = any(one.person_id == request.requester.person_id or address_key(one.email) == own for one in gone)
    if oneself and not confirmed(session, request, NAME):
        raise Unconfirmed(replies.confirm_oneself(enterprise))
    for one in gone:
        admins.remove(session, enterprise.id, one.email)
    emails = [one.email for one in gone]
    return Reply(replies.removed(enterprise, emails), personal=True, noted=f"{len(gone)} removed")


def _found(there: list[Admin], who: Identity) -> Admin:
    for one in there:
        if (who.person_id and one.person_id == who.person_id) or address_key(one.email) == address_key(who.email):
            return one
    raise Refusal(replies.no_admin(nearest(who.email, [one.email for one in there])), personal=True)


COMMAND = Command(
    name=NAME,
    usage="admins [add|remove WHO]",
    summary="who may act for your enterprise",
    details=(
        "`admins` lists them. `admins add jane@acme.example` or `admins add @Jane` adds somebody, who may then do all "
        "that you may; `admins remove jane@acme.example` takes that away. Several may be named at once. One admin "
        "always stays, and to remove yourself you type it twice."
    ),
    run=run,
    reads_only=False,
    takes_people=True,
)
