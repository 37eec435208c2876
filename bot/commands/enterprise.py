"""`enterprise`: operators list, add, change and remove enterprises."""

import re

from sqlalchemy.orm import Session

from bot.chat.command import Command, NeedsEnterprise, Request, Role
from bot.chat.did_you_mean import nearest
from bot.chat.fields import Fields
from bot.chat.message import Attachment, Refusal, Reply
from bot.formatting.csv_file import compressed_csv, file_name
from bot.formatting.quantity import quantity
from bot.replies import enterprise as replies
from bot.services import admin_changes, admin_plans, enterprise_fields, enterprises
from bot.services.confirmation import require
from bot.services.enterprise_fields import DEFAULT_CLUSTER, FIELDS, InvalidField
from storage import admins, overviews, spaces, syncs
from storage import enterprises as stored
from storage.values.folding import address_key
from storage.values.records import Enterprise, Identity

_ANY_ORGANIZATION = re.compile(r"any[-_]organi[sz]ation[.!]?", re.IGNORECASE)


def run(session: Session, request: Request) -> Reply:
    """List the enterprises, or add, change or remove one."""
    typed = request.fields
    if typed.has_open_quote:
        raise Refusal(replies.OPEN_QUOTE)
    try:
        if any(_ANY_ORGANIZATION.fullmatch(word) for word in typed.words[2:]):
            raise Refusal(replies.ANY_ORGANIZATION_IN_ADMINS)
        match typed.words:
            case () | ("list",) if not typed.values:
                return _list(session, request)
            case ("add", key):
                return _add(session, request, key, typed)
            case ("set", key):
                return _set(session, request, key, typed)
            case ("remove", key) if not typed.values:
                return _remove(session, request, key)
    except InvalidField as invalid:
        raise Refusal(replies.wrong(invalid.field, invalid.problem)) from invalid
    raise Refusal(replies.USAGE)


def _list(session: Session, request: Request) -> Reply:
    listed = overviews.find_all(session)
    content = compressed_csv(replies.CSV_HEADER, replies.csv_rows(listed))
    return Reply(
        replies.listed(listed, request.now),
        attachment=Attachment(file_name("enterprises", "all", request.now), content) if listed else None,
        personal=True,
        audit_detail=quantity(len(listed), "enterprise"),
    )


def _add(session: Session, request: Request, key: str, typed: Fields) -> Reply:
    values, people = _values(typed)
    if "sp_enterprise_id" not in values:
        raise Refusal(replies.ID_MISSING)
    key = enterprise_fields.key(key)
    defaults = {"name": key, "cluster": DEFAULT_CLUSTER, "timezone": request.settings.default_timezone}
    added = enterprises.add(session, key, defaults | values, request.now)
    planned = admin_plans.plan(session, request, added, people)
    admin_changes.add(session, request, added, planned)
    return _reply(replies.added(added, len(planned.new), alone=enterprises.is_alone(session, added)), added)


def _set(session: Session, request: Request, key: str, typed: Fields) -> Reply:
    values, people = _values(typed)
    if not values and not people:
        raise Refusal(replies.NOTHING_TO_CHANGE)
    enterprise = enterprises.lock(session, key)
    planned = admin_plans.plan(session, request, enterprise, people)
    new_id = values.get("sp_enterprise_id", enterprise.sp_enterprise_id)
    questions = [replies.confirm_id(enterprise, new_id)] if new_id != enterprise.sp_enterprise_id else []
    questions += [planned.question] if planned.question else []
    if questions:
        fields = sorted(values.items()) + sorted(("admin", address_key(person.email)) for person in people)
        about = " ".join((f"set {enterprise.key}", *(f"{name}={value}" for name, value in fields)))
        require(session, request, "enterprise", about, *questions, personal=True)
    changed = enterprises.change(session, enterprise.id, values, request.now)
    admin_changes.add(session, request, changed, planned)
    new, already = ([one.email for one in group] for group in (planned.new, planned.already))
    alone = "cluster" in values and enterprises.is_alone(session, changed)
    return _reply(replies.changed(changed, new, already, alone=alone), changed)


def _remove(session: Session, request: Request, key: str) -> Reply:
    enterprise = enterprises.lock(session, key)
    if syncs.has_unfinished(session, enterprise.id):
        raise Refusal(replies.not_removed_during_a_sync(enterprise.key))
    linked = sum(space.enterprise_id == enterprise.id for space in spaces.find_all(session))
    question = replies.confirm_removal(enterprise, len(admins.of_enterprise(session, enterprise.id)), linked)
    require(session, request, "enterprise", f"remove {enterprise.key}", question, personal=True)
    stored.remove(session, enterprise.id, request.now)
    return _reply(replies.removed(enterprise), enterprise)


def _reply(markdown: str, enterprise: Enterprise) -> Reply:
    return Reply(markdown, personal=True, audit_detail=enterprise.key, audit_enterprise_id=enterprise.id)


def _values(typed: Fields) -> tuple[dict[str, str], list[Identity]]:
    """Return what was given of an enterprise, by the names of its columns, and the people to be its admins."""
    values: dict[str, str] = {}
    people: list[Identity] = []
    for field, given in typed.values:
        column = field.replace("-", "_")
        if field not in FIELDS:
            raise Refusal(replies.unknown_field(field, nearest(field, FIELDS), FIELDS))
        if column in values:
            raise Refusal(replies.given_twice(field))
        if "\ufffd" in given:
            raise InvalidField(field, "has a character that is not UTF-8")
        if field == "admin":
            people += [Identity("", email) for email in enterprise_fields.emails(given)]
        elif field == "timezone":
            values[column] = enterprise_fields.zone(given)
        else:
            values[column] = enterprise_fields.text(field, given)
    return values, people


COMMAND = Command(
    usage="enterprise [add|set|remove KEY …]",
    summary="list, add, change or remove enterprises",
    details=(
        "`enterprise` lists the enterprises, with their clusters, admins, spaces and last syncs.\n\n"
        '`enterprise add acme sp-enterprise-id="Reseller1+acme" cluster=east timezone=America/Chicago name="Acme" '
        "admin=ana@acme.example` adds an enterprise. You can leave out everything except the key and the id. The key "
        "is the short name: lower-case letters, digits and hyphens. Webex runs one sync at a time on each cluster.\n\n"
        '`enterprise set acme name="Acme, Inc."` changes the fields that you type. `admin=` adds an admin. '
        "If no admin has an address at that domain yet, type it twice.\n\n"
        "`enterprise remove acme`, typed twice, removes an enterprise for good. Its history stays."
    ),
    run=run,
    role=Role.OPERATOR,
    reads_only=False,
    lists_with=frozenset({"", "list"}),
    needs_enterprise=NeedsEnterprise.NEVER,
)
