"""Every reply about who may what: enterprises, spaces, help."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.commands import COMMANDS
from bot.replies import (
    access,
    delivery,
    enterprise,
    enterprise_keys,
    help,
    lateness,
    looking_back,
    provider_token,
    rate_limits,
    spaces,
    use,
)
from bot.services import enterprise_fields
from bot.services.enterprise_fields import FIELDS, InvalidField
from storage.values.messages import Space
from storage.values.records import Overview
from tests.bot.replies.cases import Case, Sample, case, constant
from tests.bot.samples import NOW

_GRANT, _CLIENT = (f"Webex answered {answer}" for answer in ("400: invalid_grant", "401: invalid_client"))
_DAY = timedelta(days=1)


def of_rights(sample: Sample) -> Iterator[Case]:
    yield case(help.overview)(COMMANDS)
    for command in COMMANDS:
        yield case(help.explanation, command.name)(command)
    yield from _access(sample)
    yield from _keys(sample)
    yield from _spaces(sample)
    yield from _enterprises(sample)


def _access(sample: Sample) -> Iterator[Case]:
    acme = sample.enterprise
    for when, operators in (("", sample.operators), ("no operator is known", [])):
        yield case(access.stranger, when)(operators)
        yield case(access.stranger_space, when)(operators)
        yield case(access.you_are_kept_out, when)(operators)
    for operator in (True, False):
        yield case(access.welcome, "an operator" if operator else "an admin")(operator=operator)
    yield case(help.unknown)(sample.typing("statsu"), "status")
    yield case(help.unknown, "nothing is like it")(sample.word, None)
    yield case(help.unknown, "nothing typed")("", None)
    yield case(access.for_operators)(sample.typing("queue"), sample.operators)
    yield constant(access, "NOT_HERE")
    yield case(delivery.speaks_for)("(the reply)", acme)
    yield case(delivery.file_unused)("(the reply)")
    yield from _late(sample)
    yield constant(access, "CHANGED_MEANWHILE")
    yield constant(access, "STOPPED")
    yield case(rate_limits.too_many)(30, timedelta(seconds=41.5))
    yield case(rate_limits.no_file)(300, NOW + timedelta(minutes=25), NOW, acme)
    yield case(rate_limits.too_many_uploads)(300, NOW + timedelta(minutes=25), NOW, acme)
    yield case(access.kept_out, "of another organization")(
        sample.email, sample.keys, [], operator=False, added_by=sample.emails[-1:]
    )
    yield case(access.kept_out, "another person")(sample.email, [], sample.keys[:1], operator=False)
    yield case(access.kept_out, "an operator")(sample.operators[0], [], [], operator=True)
    yield case(access.kept_out, "all of it")(sample.email, sample.keys[:1], sample.keys, operator=True)
    for to_operator in (False, True):
        yield case(access.your_admin_kept_out, "an operator" if to_operator else "an admin")(
            sample.email, acme, sample.operators, to_operator=to_operator
        )
    for left, days in (("", 14), ("it has ended", -2)):
        yield case(provider_token.ends, left)(NOW + days * _DAY, NOW, acme.timezone)
    yield case(provider_token.refused)(_GRANT, NOW + 3 * _DAY, NOW, acme.timezone)
    yield case(provider_token.refused, "its end is unknown")(_CLIENT, None, NOW, acme.timezone)
    yield case(provider_token.log_refused)(_GRANT)
    yield case(provider_token.log_refused, "of another secret")(_CLIENT)
    yield case(access.which)(sample.enterprises)
    yield constant(access, "NO_ENTERPRISE")
    yield constant(delivery, "APOLOGY")
    yield constant(delivery, "SENT_PRIVATELY")
    yield constant(delivery, "CANNOT_REACH")
    yield constant(delivery, "NO_RIGHTS_ANY_MORE")
    yield case(delivery.without_names)("(the notice)")


def _late(sample: Sample) -> Iterator[Case]:
    zone, address = sample.enterprise.timezone, "https://dirsync.example.com"
    for when, age in (("today", timedelta(minutes=12)), ("yesterday", timedelta(hours=20))):
        yield case(lateness.late, when)("(the reply)", NOW - age, NOW, zone)
    ago = timedelta(hours=2)
    for when, has_file in (("", False), ("with a file", True)):
        yield case(lateness.ask_again, when)(sample.typing("sync"), NOW - ago, ago, NOW, zone, has_file=has_file)
    yield case(looking_back.missed)(sample.few, timedelta(minutes=10), address)


def _keys(sample: Sample) -> Iterator[Case]:
    typed, meant = ("acm", "acme") if sample.is_lifelike else (sample.typed, sample.meant)
    yield case(enterprise_keys.no_such)(typed, meant, sample.keys)
    yield case(enterprise_keys.no_such, "there is none")(typed, None, [])
    yield case(enterprise_keys.which_key)("link KEY", sample.keys)
    yield case(enterprise_keys.which_key, "there is none")("link KEY", [])
    yield case(use.chosen)(sample.enterprise)
    yield case(use.choices)(sample.enterprises, sample.enterprises[-1])
    yield case(use.choices, "none chosen")(sample.enterprises, None)
    yield case(use.choices, "there is one")(sample.enterprises[:1], None)
    yield case(use.choices, "there is none")([], None)
    yield constant(use, "LINKED_ELSEWHERE")


def _spaces(sample: Sample) -> Iterator[Case]:
    acme = sample.enterprise
    room = "6f1c0b52-1c5e-4a7e-9d0a-3f2b8c7d6e5f" if sample.is_lifelike else sample.webex[:500]
    space = Space(room, 1, linked=True, notify=True, trusted=True)
    bare = replace(space, enterprise_id=2, linked=True, notify=False, trusted=False)
    listed = [space, bare] * (1 if sample.is_lifelike else sample.many)
    yield case(spaces.listed)(listed, {1: acme, 2: sample.enterprises[-1]})
    yield case(spaces.listed, "one")([space], {1: acme})
    yield case(spaces.listed, "none")([], {})
    yield case(spaces.unlinked)(acme)
    yield constant(spaces, "NOT_LINKED")
    yield constant(spaces, "TRUST_WANTS_LINK")
    yield case(spaces.on_or_off)(sample.word)
    yield case(spaces.on_or_off, "nothing typed")("")
    yield case(spaces.in_groups_alone)("link")
    for words, notify, trusted in (("notices", True, False), ("trust", False, True), ("both", True, True)):
        used = replace(space, notify=notify, trusted=trusted)
        yield case(spaces.linked, f"from another with {words}")(acme, (used, sample.enterprises[-1]), changed=True)
    yield case(spaces.linked, "from another")(acme, (bare, sample.enterprises[-1]), changed=True)
    for changed in (True, False):
        already = "" if changed else " already"
        yield case(spaces.linked, f"first{already}")(acme, None, changed=changed)
        for on in (True, False):
            yield case(spaces.trusted, f"{'on' if on else 'off'}{already}")(acme, on=on, changed=changed)


def _enterprises(sample: Sample) -> Iterator[Case]:
    acme, ended_at = sample.enterprise, NOW - timedelta(hours=3)
    overviews = [Overview(each, (sample.email,) * 9, sample.few, "completed", ended_at) for each in sample.enterprises]
    small = Overview(acme, (sample.email,), 1, "failed", NOW)
    key = acme.key[:63] if acme.key.isalnum() else "key"  # no other gets that far
    yield case(enterprise.taken)(sample.typing("key acme"))
    yield case(enterprise.taken, "the id")(sample.typing("enterprise id Reseller1+acme"))
    yield constant(enterprise, "ID_IN_USE")
    yield case(enterprise.not_during_a_sync)(key)
    yield case(enterprise.not_removed_during_a_sync)(key)
    yield case(enterprise.added)(acme, sample.few, alone=True)
    yield case(enterprise.added, "one admin")(acme, 1, alone=False)
    yield case(enterprise.added, "no admin")(acme, 0, alone=False)
    yield case(enterprise.changed)(acme, sample.emails, sample.emails[:1], alone=False)
    yield case(enterprise.confirm_removal)(acme, sample.few, sample.few)
    yield case(enterprise.confirm_removal, "one of each")(acme, 1, 1)
    yield case(enterprise.confirm_id)(acme, "Reseller1+acme2" if sample.is_lifelike else sample.enterprise_id)
    yield constant(enterprise, "OPEN_QUOTE")
    yield case(enterprise.removed)(acme)
    yield from _invalid_fields(sample)
    typed, meant = ("clutser", "cluster") if sample.is_lifelike else (sample.typed, sample.meant)
    yield case(enterprise.unknown_field)(typed, meant, FIELDS)
    yield constant(enterprise, "USAGE")
    yield constant(enterprise, "ANY_ORGANIZATION_IN_ADMINS")
    yield constant(enterprise, "ID_MISSING")
    yield case(enterprise.given_twice)("name")
    yield constant(enterprise, "NOTHING_TO_CHANGE")
    yield case(enterprise.listed)(overviews, NOW)
    yield case(enterprise.listed, "one")([small], NOW)
    yield case(enterprise.listed, "no sync yet")([replace(small, last_state=None, last_at=None)], NOW)
    yield case(enterprise.listed, "none")([], NOW)


def _invalid_fields(sample: Sample) -> Iterator[Case]:
    if not sample.is_lifelike:
        yield case(enterprise.wrong)("name", sample.typed)
    for when, check in (
        ("the key", partial(enterprise_fields.key, "Acme Inc")),
        ("an empty text", partial(enterprise_fields.text, "name", " ")),
        ("the time zone", partial(enterprise_fields.zone, "Chicago")),
        ("an unknown time zone", partial(enterprise_fields.zone, "Qqq")),
        ("an e-mail address", partial(enterprise_fields.emails, "ana")),
        ("more than an e-mail address", partial(enterprise_fields.emails, "ana@acme.example/x")),
        ("two e-mail addresses", partial(enterprise_fields.emails, "ana@acme.example <ben@acme.example>")),
    ):
        try:
            check()
        except InvalidField as invalid:
            yield case(enterprise.wrong, when)(invalid.field, invalid.problem)
