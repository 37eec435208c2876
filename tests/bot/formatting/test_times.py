from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.formatting.times import duration, iso, when

NOW = datetime(2026, 11, 22, 21, 14, tzinfo=UTC)


def test_a_time_is_shown_in_the_enterprises_zone_and_relative_to_now() -> None:
    assert when(NOW + timedelta(hours=19), NOW, "America/Chicago") == "Mon 23 Nov 10:14 CST, in 19 h"
    assert when(NOW - timedelta(minutes=3), NOW, "UTC") == "Sun 22 Nov 21:11 UTC, 3 min ago"
    assert when(NOW, NOW, "UTC") == "Sun 22 Nov 21:14 UTC, just now"


def test_summer_time_is_shown() -> None:
    assert when(datetime(2026, 7, 1, 12, tzinfo=UTC), NOW, "America/Chicago").startswith("Wed 1 Jul 07:00 CDT, ")


@pytest.mark.parametrize(
    ("zone", "named"),
    [
        ("Europe/Istanbul", "00:14 UTC+3"),
        ("America/Sao_Paulo", "18:14 UTC-3"),
        ("Asia/Kathmandu", "02:59 UTC+5:45"),
        ("Asia/Kolkata", "02:44 IST"),
        ("Nowhere/Land", "21:14 UTC"),
        ("", "21:14 UTC"),
        ("../../etc/passwd", "21:14 UTC"),
        ("America", "21:14 UTC"),
        ("a\0b", "21:14 UTC"),
    ],
)
def test_zones_have_readable_names_and_unknown_ones_are_utc(zone: str, named: str) -> None:
    assert f" {named}, " in when(NOW, NOW, zone)


def test_another_year_is_shown() -> None:
    assert when(datetime(2025, 1, 5, 8, tzinfo=UTC), NOW, "UTC") == "Sun 5 Jan 2025 08:00 UTC, 687 d ago"


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (timedelta(seconds=8), "in 8 s"),
        (timedelta(hours=1, minutes=12), "in 1 h 12 min"),
        (timedelta(hours=9, minutes=59), "in 9 h 59 min"),
        (timedelta(hours=18, minutes=40), "in 19 h"),
        (timedelta(days=-6, hours=-3), "6 d ago"),
    ],
)
def test_distant_times_are_rounded(ahead: timedelta, said: str) -> None:
    assert when(NOW + ahead, NOW, "UTC").endswith(f", {said}")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0 s"),
        (0.4, "0 s"),
        (8, "8 s"),
        (59.7, "1 min"),
        (120, "2 min"),
        (3599, "1 h"),
        (3600, "1 h"),
        (4320, "1 h 12 min"),
        (24 * 3600, "24 h"),
        (76 * 3600, "3 d 4 h"),
        (72 * 3600, "3 d"),
    ],
)
def test_a_duration_has_two_units_at_most(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_iso_times_are_in_utc_to_the_second() -> None:
    moment = datetime(2026, 11, 22, 4, 14, 0, 999, tzinfo=timezone(timedelta(hours=-6)))
    assert iso(moment) == "2026-11-22T10:14:00Z"
