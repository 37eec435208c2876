"""Every reply about who may what: enterprises, spaces, admins, the audit, help."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bot.commands import COMMANDS
from bot.replies import access, admins, audit, delivery, enterprise, enterprise_keys, help, rate_limits, spaces, use
from storage.values.messages import Space
from storage.values.records import FILE, Admin, AuditEntry, Overview
from tests.bot.replies.cases import Case, Sample, case, constant
from tests.bot.samples import NOW

_DAY = timedelta(days=1)


def of_rights(sample: Sample) -> Iterator[Case]:
    yield case(help.overview)(COMMANDS)
    for command in COMMANDS:
        yield case(help.explanation, command.name)(command)
    yield from _access(sample)
    yield from _keys(sample)
    yield from _spaces(sample)
    yield from _enterprises(sample)
    yield from _admins(sample)
    yield from _audit(sample)


def _access(sample: Sample) -> Iterator[Case]:
    acme = sample.enterprise
    for when, operators in (("", sample.emails), ("no operator is known", [])):
        yield case(access.stranger, when)(operators)
        yield case(access.stranger_space, when)(operators)
    for operator in (True, False):
        yield case(access.welcome, "an operator" if operator else "an admin")(operator=operator)
    yield case(help.unknown)(sample.typed, "status")
    yield case(help.unknown, "nothing is like it")(sample.typed, None)
    yield case(help.unknown, "nothing typed")("", None)
    yield case(access.for_operators)(sample.typed)
    yield constant(access, "NOT_HERE")
    yield case(delivery.speaks_for)("(the reply)", acme)
    yield case(delivery.file_unused)("(the reply)")
    yield constant(access, "CHANGED_MEANWHILE")
    yield case(rate_limits.too_many)(30, timedelta(seconds=42))
    yield case(rate_limits.too_many_exports)(60, NOW + _DAY, NOW, acme)
    yield case(access.kept_out, "an admin")(sample.email, sample.keys, operator=False)
    yield case(access.kept_out, "an admin and operator")(sample.email, sample.keys, operator=True)
    yield case(access.which)(sample.keys)
    yield constant(access, "NO_ENTERPRISE")
    yield constant(delivery, "APOLOGY")
    yield constant(delivery, "SENT_PRIVATELY")
    yield constant(delivery, "CANNOT_REACH")


def _keys(sample: Sample) -> Iterator[Case]:
    yield case(enterprise_keys.no_such)(sample.typed, sample.typed, sample.keys)
    yield case(enterprise_keys.no_such, "there is none")(sample.typed, None, [])
    yield case(enterprise_keys.which_key)("link KEY", sample.keys)
    yield case(enterprise_keys.which_key, "there is none")("link KEY", [])
    yield case(use.chosen)(sample.enterprise)
    yield case(use.choices)([*sample.keys, "other"], "other")
    yield case(use.choices, "none chosen")(sample.keys, None)
    yield case(use.choices, "there is none")([], None)
    yield constant(use, "LINKED_ELSEWHERE")


def _spaces(sample: Sample) -> Iterator[Case]:
    acme = sample.enterprise
    space = Space(sample.webex[:500], 1, linked=True, notify=True, trusted=True)
    bare = replace(space, linked=False, notify=False, trusted=False)
    yield case(spaces.listed)([space, bare] * sample.many, {1: acme})
    yield case(spaces.listed, "one")([space], {1: acme})
    yield case(spaces.listed, "none")([], {})
    yield case(spaces.unlinked)(acme)
    yield constant(spaces, "NOT_LINKED")
    yield constant(spaces, "TRUST_WANTS_LINK")
    yield case(spaces.on_or_off)(sample.typed)
    yield case(spaces.on_or_off, "nothing typed")("")
    yield case(spaces.in_groups_alone)("link")
    for changed in (True, False):
        already = "" if changed else " already"
        yield case(spaces.linked, f"first{already}")(acme, None, changed=changed)
        yield case(spaces.linked, f"from another{already}")(acme, acme, changed=changed)
        for on in (True, False):
            yield case(spaces.trusted, f"{'on' if on else 'off'}{already}")(acme, on=on, changed=changed)


def _enterprises(sample: Sample) -> Iterator[Case]:
    acme = replace(sample.enterprise, sp_enterprise_id=sample.webex)
    overview = Overview(acme, (sample.email,) * 9, sample.number, "completed", NOW)
    small = Overview(acme, (sample.email,), 1, "failed", NOW)
    key = acme.key[:63] if acme.key.isalnum() else "key"  # no other gets that far
    yield case(enterprise.taken)(sample.typed)
    yield constant(enterprise, "ID_IN_USE")
    yield case(enterprise.not_during_a_sync)(key)
    yield case(enterprise.not_removed_during_a_sync)(key)
    yield case(enterprise.added)(acme, sample.number, alone=True)
    yield case(enterprise.added, "one admin")(acme, 1, alone=False)
    yield case(enterprise.added, "no admin")(acme, 0, alone=False)
    yield case(enterprise.changed)(acme, sample.emails, alone=False)
    yield case(enterprise.confirm_removal)(acme, sample.number, sample.number)
    yield case(enterprise.confirm_removal, "one of each")(acme, 1, 1)
    yield case(enterprise.confirm_id)(acme, sample.webex)
    yield constant(enterprise, "OPEN_QUOTE")
    yield case(enterprise.removed)(acme)
    yield case(enterprise.wrong)("name", sample.typed)
    yield case(enterprise.wrong, "the key")(None, sample.typed)
    yield case(enterprise.unknown_field)(sample.typed, sample.typed, ["name", "cluster"])
    yield constant(enterprise, "USAGE")
    yield constant(enterprise, "ID_MISSING")
    yield case(enterprise.given_twice)("name")
    yield constant(enterprise, "NOTHING_TO_CHANGE")
    yield case(enterprise.listed)([overview] * sample.many, NOW)
    yield case(enterprise.listed, "one")([small], NOW)
    yield case(enterprise.listed, "no sync yet")([replace(small, last_state=None, last_at=None)], NOW)
    yield case(enterprise.listed, "none")([], NOW)


def _admins(sample: Sample) -> Iterator[Case]:
    acme = sample.enterprise
    yield case(admins.listed)(acme, [Admin(sample.email, None), Admin(sample.email, "id")] * sample.many)
    yield case(admins.listed, "none")(acme, [])
    yield case(admins.added)(acme, sample.emails, sample.emails)
    yield case(admins.removed)(acme, sample.emails)
    yield case(admins.last_one)(acme)
    yield case(admins.confirm_oneself)(acme)
    yield case(admins.no_admin)(sample.email)
    yield case(admins.no_admin, "nobody is like them")(None)
    yield case(admins.no_address)(sample.typed[:200])
    yield constant(admins, "NOBODY")
    yield constant(admins, "NOT_FOUND")
    yield constant(admins, "NO_BOTS")
    yield case(admins.of_another_organization)(acme)
    yield case(admins.usage)(sample.typed)


def _audit(sample: Sample) -> Iterator[Case]:
    acme, typed, webex = sample.enterprise, sample.typed, sample.webex
    row = AuditEntry(NOW, 1, "answered", typed, sample.email, typed, typed, typed, webex)
    by_the_bot = AuditEntry(NOW, 1, "sent")
    file = AuditEntry(NOW, 1, "answered", command=FILE, file=webex)
    since = NOW - _DAY
    yield case(audit.answer)([row, by_the_bot, file] * 5, sample.number, acme, since, NOW, {})
    yield case(audit.answer, "of all enterprises")([row] * 2, 2, None, since, NOW, {1: acme.key})
    yield case(audit.answer, "one row")([row], 1, acme, since, NOW, {})
    yield case(audit.answer, "empty")([], 0, acme, since, NOW, {})
    yield case(audit.no_time)(typed)
    yield constant(audit, "TOO_LARGE")
