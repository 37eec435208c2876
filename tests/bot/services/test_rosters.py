"""Which roster is new enough to answer from."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.services.rosters import is_fresh, is_refreshed
from tests.bot.samples import NOW, ROSTER


@pytest.mark.parametrize(("minutes", "received", "fresh"), [(10, 0, True), (11, 0, False), (11, 12, True)])
def test_a_roster_is_fresh_if_young_or_newer_than_the_request(minutes: int, received: int, fresh: bool) -> None:
    roster = replace(ROSTER, read_at=NOW - timedelta(minutes=minutes))
    received_at = NOW - timedelta(minutes=received)
    assert is_fresh(roster, NOW, timedelta(minutes=10), received_at) is fresh


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
def test_a_roster_is_refreshed_by_a_full_or_own_read_since_the_request(
    read: int, whole: int | None, just_read: bool, refreshed: bool
) -> None:
    whole_at = None if whole is None else NOW + timedelta(minutes=whole)
    roster = replace(ROSTER, read_at=NOW + timedelta(minutes=read), whole_at=whole_at)
    assert is_refreshed(roster, NOW, just_read=just_read) is refreshed
