"""Who may, and when next."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.chat.command import Command, Who
from bot.chat.message import Asker, Reply
from bot.syncs import timing
from storage.records import Enterprise
from tests.bot.samples import NOW, ROSTER, sync

ACME = Enterprise(1, "acme", "Acme", "Reseller1+acme", "east", "UTC", 1, None, NOW)
BOREALIS = replace(ACME, id=2, key="borealis")
STRANGER = Asker("p", "sam@elsewhere.example", operator=False, enterprise_ids=frozenset())
ADMIN = replace(STRANGER, enterprise_ids=frozenset({1}))
OPERATOR = replace(STRANGER, operator=True)
BOTH = replace(ADMIN, operator=True)


def command(who: Who) -> Command:
    return Command("x", "x", "", "", lambda _session, _asked: Reply(""), who=who)


@pytest.mark.parametrize(
    ("asker", "of_admins", "of_operators"),
    [(STRANGER, False, False), (ADMIN, True, False), (OPERATOR, True, True), (BOTH, True, True)],
)
def test_admins_run_what_is_for_admins_and_operators_everything(
    asker: Asker, of_admins: bool, of_operators: bool
) -> None:
    assert timing.may_run(asker, command(Who.ADMIN)) is of_admins
    assert timing.may_run(asker, command(Who.OPERATOR)) is of_operators


@pytest.mark.parametrize(("minutes", "received", "fresh"), [(10, 0, True), (11, 0, False), (11, 12, True)])
def test_a_roster_is_fresh_that_is_young_or_younger_than_the_question(minutes: int, received: int, fresh: bool) -> None:
    roster = replace(ROSTER, read_at=NOW - timedelta(minutes=minutes))
    received_at = NOW - timedelta(minutes=received)
    assert timing.is_fresh(roster, NOW, timedelta(minutes=10), received_at) is fresh


@pytest.mark.parametrize(
    ("read", "whole", "just_read", "refreshed"),
    [
        (1, 1, False, True),
        (1, -1, False, False),
        (1, -1, True, True),
        (-1, -1, True, False),
        (1, None, False, False),
    ],
)
def test_licence_holders_are_refreshed_by_what_was_read_whole_since(
    read: int, whole: int | None, just_read: bool, refreshed: bool
) -> None:
    whole_at = None if whole is None else NOW + timedelta(minutes=whole)
    roster = replace(ROSTER, read_at=NOW + timedelta(minutes=read), whole_at=whole_at)
    assert timing.is_refreshed(roster, NOW, just_read=just_read) is refreshed


def test_a_command_that_does_not_say_is_for_admins() -> None:
    assert Command("x", "x", "", "", lambda _session, _asked: Reply("")).who is Who.ADMIN


def test_the_hold_counts_from_the_completion() -> None:
    hold = timedelta(hours=24)
    assert timing.hold_until(None, hold) is None
    assert timing.hold_until(sync(ended_at=None), hold) is None
    ended = sync(asked_at=NOW - timedelta(days=2), ended_at=NOW)
    assert timing.hold_until(ended, hold) == NOW + hold
    assert timing.hold_until(ended, timedelta()) == NOW


def test_an_estimate_is_the_median_of_the_enterprise_else_of_its_cluster() -> None:
    assert timing.estimate([], []) is None
    assert timing.estimate([60.0, 1000.0, 80.0], [5.0]) == timing.Estimate(80.0, own=True)
    assert timing.estimate([], [10.0, 20.0]) == timing.Estimate(15.0, own=False)
