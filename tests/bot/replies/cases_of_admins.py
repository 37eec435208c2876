"""Every reply about admins, and the audit of what they do."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bot.replies import (
    admin_changes,
    admins,
    audit,
    confirmation,
    rate_limits,
)
from storage import audit as audit_log
from storage.values.records import FILE, WITHHELD, Admin, AuditEntry
from tests.bot.replies.cases import Case, Sample, case, constant
from tests.bot.samples import NOW

_DAY = timedelta(days=1)


def of_admins(sample: Sample) -> Iterator[Case]:
    yield from _admins(sample)
    yield from _audit(sample)


def _admins(sample: Sample) -> Iterator[Case]:
    acme = sample.enterprise
    team = [Admin(sample.emails[0], "id"), Admin(sample.emails[-1], None)]
    if sample.is_lifelike:
        team += [Admin("jo@partner.example", "jo", any_organization=True)]
        team += [Admin("kim@elsewhere.example", None, is_kept_out=True)]
        team += [Admin("lou@acme.example", None, is_unreachable=True)]
    yield case(admins.listed)(acme, team * (1 if sample.is_lifelike else sample.many))
    yield case(admins.listed, "none")(acme, [])
    cleo = ["cleo@acme.example"] if sample.is_lifelike else sample.emails
    nobody, all_of_them = admins.NotInvited([], []), admins.NotInvited(cleo, cleo)
    yield case(admins.added)(acme, sample.emails, cleo, [], nobody, any_organization=False)
    yield case(admins.added, "not all are invited")(acme, sample.emails, [], [], all_of_them, any_organization=False)
    jane = ["jane@partner.example"] if sample.is_lifelike else sample.emails
    yield case(admins.added, "any organization")(acme, jane, cleo, cleo, all_of_them, any_organization=True)
    yield case(admins.added, "Webex did not know one")(acme, [], cleo, [], nobody, cleo, any_organization=False)
    yield case(admins.kept_out_before)(acme, jane)
    yield case(admins.too_many)(acme, sample.few, sample.few, 5)
    domains = ["acme.exampel"] if sample.is_lifelike else sample.emails
    known = ["acme.example"] if sample.is_lifelike else sample.emails
    for when, any_organization in (("", False), ("any organization", True)):
        question = admins.strange_domains(acme, domains, known, known[0], any_organization=any_organization)
        yield case(admins.strange_domains, when)(acme, domains, known, None, any_organization=any_organization)
        yield case(confirmation.ask, when)(question)
    for why in ("TOO_LATE", "TOO_EARLY", "DIFFERENT"):
        yield constant(confirmation, why)
    yield case(admins.strange_domains, "letters that deceive")(
        acme, ["acm\u0435.example"], known, None, any_organization=False
    )
    yield case(admins.removed)(acme, sample.emails)
    yield case(admins.removed_oneself)(1)
    yield case(admins.removed_oneself, "and others")(2)
    yield case(admins.last_one)(acme)
    yield case(admins.confirm_oneself)(acme)
    yield case(admins.no_admin)(sample.email)
    yield case(admins.no_admin, "nobody is like them")(None)
    yield case(admins.no_address)("'ana' is not an e-mail address" if sample.is_lifelike else sample.typed[:200])
    yield constant(admins, "NOBODY")
    yield constant(admins, "NOT_FOUND")
    yield constant(admins, "NO_BOTS")
    yield constant(admins, "ANY_ORGANIZATION_FOR_OPERATORS")
    yield constant(admin_changes, "INVITATION")
    yield constant(admin_changes, "ONE_MORE")
    yield constant(admin_changes, "YOU_WERE_REMOVED")
    for who, is_own in (("who added them", True), ("operators", False)):
        yield case(admin_changes.unreachable, who)(sample.email, acme, is_own=is_own)
    for who, actor in (
        ("an admin", admin_changes.Actor(sample.email)),
        ("an operator", admin_changes.Actor(sample.operators[0], is_operator=True)),
        ("a shell", admin_changes.Actor(None, is_operator=True)),
    ):
        yield case(admin_changes.added, who)(acme, jane, actor, any_organization=False)
        yield case(admin_changes.removed, who)(acme, jane, actor)
    operator = admin_changes.Actor(sample.operators[0], is_operator=True)
    yield case(admin_changes.added, "any organization")(acme, jane, operator, any_organization=True)
    for number in (1, sample.few):
        yield case(admin_changes.added_without_names, str(number))(number)
        yield case(admin_changes.removed_without_names, str(number))(number)
    yield case(admins.of_another_organization)(acme)
    yield case(admins.of_another_person)(sample.email)
    yield case(admins.usage)(sample.typing("ben"))


def _audit(sample: Sample) -> Iterator[Case]:
    acme, typed, since = sample.enterprise, sample.typed, NOW - _DAY
    row = AuditEntry(NOW, 1, "answered", typed, sample.email, typed, typed, typed, sample.webex)
    file = AuditEntry(NOW, 1, "answered", command=FILE, file=sample.webex)
    withheld = AuditEntry(NOW, 1, WITHHELD, email=sample.email, detail="no rights", file=sample.webex)
    rows = [row, AuditEntry(NOW, 1, audit_log.GREETED), file, withheld] * 5
    if sample.is_lifelike:
        row = replace(row, command="licenses", arguments="location=Dallas", detail="190 rows")
        file = replace(file, file="licenses_acme_20261122T101400Z.csv")
        refused = replace(row, command="trust", arguments="on", outcome="refused", detail="", email=sample.emails[-1])
        rows = [
            replace(each, at=NOW - timedelta(minutes=7 * at))
            for at, each in enumerate([file, row, refused, replace(withheld, file=None)] * 4)
        ]
    yield case(audit.answer)(rows, sample.number, acme, since, NOW, {})
    no_file = rate_limits.no_file(300, NOW + timedelta(minutes=25), NOW, acme)
    yield case(audit.answer, "no more files this hour")(rows[:2], sample.number, acme, since, NOW, {}, no_file)
    yield case(audit.answer, "of all enterprises")(rows[1:3], 2, None, since, NOW, {1: acme.key})
    yield case(audit.answer, "one row")([row], 1, acme, since, NOW, {})
    yield case(audit.answer, "empty")([], 0, acme, since, NOW, {})
    yield case(audit.no_time)("november" if sample.is_lifelike else typed)
    yield constant(audit, "TOO_LARGE")
