"""The replies about who may what: enterprises, spaces, admins, the audit."""

from dataclasses import replace
from datetime import timedelta

from bot.replies import access, admins, audit, enterprise, spaces, use
from storage.values.messages import Space
from storage.values.records import Admin, Audited, Enterprise, Overview
from tests.bot.samples import NOW

_DAY = timedelta(days=1)


def rights(acme: Enterprise, email: str, words: str, many: int) -> dict[str, str]:
    """Every one of them."""
    acme = replace(acme, sp_enterprise_id=words)
    said = {
        "not here": access.not_here(),
        "for operators": access.for_operators(words),
        "speaks for": access.speaks_for("x", acme),
        "file unused": access.file_unused("x"),
        "too many": access.too_many(30, _DAY),
        "too many exports": access.too_many_exports(60, NOW + _DAY, NOW, acme),
        "kept out": access.kept_out(email, [acme.key] * 9, operator=True),
        "stranger space": access.stranger_space([email] * many),
        "no such": use.no_such(words, words, [words] * many),
        "no such of none": use.no_such(words, None, []),
        "which key": use.which_key("link KEY", [words] * many),
        "chosen": use.chosen(acme),
        "choices": use.choices([words] * many, words),
        "no choices": use.choices([], None),
        "linked elsewhere": use.linked_elsewhere(),
    }
    return said | _spaces(acme, words, many) | _founding(acme, email, words, many) | _team(acme, email, words, many)


def _spaces(acme: Enterprise, words: str, many: int) -> dict[str, str]:
    space = Space(words[:500], 1, linked=True, notify=True, trusted=True)
    said = {
        "spaces": spaces.listed([space] * many, {1: acme}),
        "no spaces": spaces.listed([], {}),
        "unlinked": spaces.unlinked(acme),
        "not linked": spaces.not_linked(),
        "trust wants link": spaces.trust_wants_link(),
        "trust on or off": spaces.on_or_off(words),
        "in groups alone": spaces.in_groups_alone("link"),
    }
    for on in (True, False):
        said[f"welcome {on}"] = access.welcome(operator=on)
        said[f"linked {on}"] = spaces.linked(acme, acme, changed=on)
        said[f"trusted {on}"] = spaces.trusted(acme, on=on, changed=not on)
    return said


def _founding(acme: Enterprise, email: str, words: str, many: int) -> dict[str, str]:
    overview = Overview(acme, (email,) * 9, 10**6, "completed", NOW)
    return {
        "taken": enterprise.taken(words),
        "id in use": enterprise.id_in_use(),
        "not during": enterprise.not_during_a_sync(acme.key[:63]) if acme.key.isalnum() else "key",
        "added": enterprise.added(acme, 10**6, alone=True),
        "changed": enterprise.changed(acme, [email] * many, alone=False),
        "confirm removal": enterprise.confirm_removal(acme, 10**6, 10**6),
        "confirm id": enterprise.confirm_id(acme, words),
        "open quote": enterprise.open_quote(),
        "removed": enterprise.removed(acme),
        "wrong": enterprise.wrong("name", words),
        "unknown field": enterprise.unknown_field(words, words, ["name", "cluster"]),
        "enterprise usage": enterprise.usage(),
        "id missing": enterprise.id_missing(),
        "twice": enterprise.given_twice("name"),
        "nothing to change": enterprise.nothing_to_change(),
        "overviews": enterprise.listed([overview] * many, NOW),
        "no overviews": enterprise.listed([], NOW),
    }


def _team(acme: Enterprise, email: str, words: str, many: int) -> dict[str, str]:
    row = Audited(NOW, 1, "answered", words, email, words, words, words, words)
    return {
        "admins": admins.listed(acme, [Admin(email, None)] * many),
        "no admins": admins.listed(acme, []),
        "admins added": admins.added(acme, [email] * many, [email] * many),
        "admins removed": admins.removed(acme, [email] * many),
        "last one": admins.last_one(acme),
        "confirm oneself": admins.confirm_oneself(acme),
        "no admin": admins.no_admin(email),
        "no address": admins.no_address(words[:200]),
        "nobody": admins.nobody(),
        "not found": admins.not_found(),
        "no bots": admins.no_bots(),
        "of another organization": admins.of_another_organization(acme),
        "admins usage": admins.usage(words),
        "audit": audit.answer([row] * 15, 10**9, acme, NOW - _DAY, NOW, {}),
        "audit of all": audit.answer([row] * 15, 15, None, NOW - _DAY, NOW, {1: acme.key}),
        "audit empty": audit.answer([], 0, acme, NOW - _DAY, NOW, {}),
        "no time": audit.no_time(words),
        "audit too large": audit.too_large(),
    }
