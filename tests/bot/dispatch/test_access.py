"""Who may run which command."""

from dataclasses import replace

import pytest

from bot.chat.command import Command, Requester, Role
from bot.chat.message import Reply
from bot.dispatch.access import may_run

STRANGER = Requester("p", "sam@elsewhere.example", is_operator=False, enterprise_ids=frozenset())
ADMIN = replace(STRANGER, enterprise_ids=frozenset({1}))
OPERATOR = replace(STRANGER, is_operator=True)
BOTH = replace(ADMIN, is_operator=True)


def command(role: Role) -> Command:
    return Command("x", "", "", lambda _session, _asked: Reply(""), role=role)


@pytest.mark.parametrize(
    ("asker", "of_admins", "of_operators"),
    [(STRANGER, False, False), (ADMIN, True, False), (OPERATOR, True, True), (BOTH, True, True)],
)
def test_operators_run_every_command_and_admins_only_their_own(
    asker: Requester, of_admins: bool, of_operators: bool
) -> None:
    assert may_run(asker, command(Role.ADMIN)) is of_admins
    assert may_run(asker, command(Role.OPERATOR)) is of_operators


def test_a_command_without_a_role_is_for_admins() -> None:
    assert Command("x", "", "", lambda _session, _asked: Reply("")).role is Role.ADMIN
