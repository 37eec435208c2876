"""Spaces that fail: a look loses nothing, and holds up no other space."""

import pytest

from bot.webex.errors import RateLimited, Rejected, Unavailable, WebexFailure
from tests.bot.jobs.space_looks import Looks


@pytest.mark.parametrize(
    "failure",
    [
        RateLimited("429", retry_after=40),
        Unavailable("503"),
        Rejected("404", status=404),
        Rejected("403", status=403),
        Rejected("not understood", status=200),
    ],
)
def test_a_space_that_fails_holds_up_no_other_and_loses_nothing(looks: Looks, failure: WebexFailure) -> None:
    looks.webex.failures["quiet"] = [failure]
    first = looks.webex.write("quiet")
    others = [looks.webex.write("busy"), looks.webex.write("new")]
    looks.look()
    assert looks.ids == [message.id for message in others]
    looks.webex.pass_by(20)
    asked = "quiet" in looks.calls_of_a_look()
    assert asked == (type(failure) is Unavailable)
    looks.webex.pass_by(3600)
    looks.restart()
    last = looks.webex.write("quiet")
    looks.look()
    assert sorted(looks.ids) == sorted([first.id, *(message.id for message in others), last.id])
    assert looks.ids.index(first.id) < looks.ids.index(last.id)


def test_a_space_that_fails_is_found_again_although_others_are_newer(looks: Looks) -> None:
    looks.webex.failures["quiet"] = [Unavailable("503")] * 3
    first = looks.webex.write("quiet")
    for number in range(20):
        looks.webex.pass_by(60)
        looks.webex.write(f"space{number}")
        looks.look()
    assert first.id in looks.ids


def test_three_spaces_in_a_row_that_fail_end_the_look(looks: Looks) -> None:
    for number in range(6):
        looks.webex.write(f"space{number}")
        looks.webex.failures[f"space{number}"] = [Unavailable("503")]
    assert looks.calls_of_a_look().count("") + 3 == len(looks.webex.calls)
    looks.webex.pass_by(10)
    assert looks.look().has_failed
    looks.webex.pass_by(10)
    assert not looks.look().has_failed
    assert len(looks.ids) == 6


def test_spaces_that_always_fail_keep_no_other_from_being_read(looks: Looks) -> None:
    for number in range(8):
        looks.webex.write(f"space{number}")
        looks.webex.failures[f"space{number}"] = [Unavailable("500")] * 100
    neighbor = looks.webex.write("neighbor")
    for _ in range(4):
        looks.look()
        looks.webex.pass_by(10)
    assert looks.ids == [neighbor.id]
    for _ in range(20):
        newer = looks.webex.write("neighbor")
        looks.look()
        assert looks.ids[-1] == newer.id


def test_a_space_that_always_fails_is_asked_for_ever_less_often(looks: Looks) -> None:
    looks.webex.write("quiet")
    looks.webex.failures["quiet"] = [Unavailable("500")] * 100
    asked = 0
    for _ in range(60):
        asked += looks.calls_of_a_look().count("quiet")
        looks.webex.pass_by(10)
    assert 8 <= asked <= 14


def test_an_undated_space_that_fails_for_minutes_loses_nothing(looks: Looks) -> None:
    looks.webex.activity["odd"], looks.webex.page_size = None, 50
    first = looks.webex.write("odd")
    looks.webex.failures["odd"] = [Unavailable("503")] * 2
    for _ in range(8):
        looks.look()
        looks.webex.pass_by(60)
        looks.webex.write("busy")
    assert first.id in looks.ids


def test_an_undated_space_that_is_refused_is_asked_for_again(looks: Looks) -> None:
    looks.webex.activity["odd"], looks.webex.page_size = None, 50
    first = looks.webex.write("odd")
    looks.webex.failures["odd"] = [Rejected("404", status=404)]
    looks.look()
    looks.webex.pass_by(130)
    assert looks.calls_of_a_look().count("odd") == 1
    assert not looks.look().has_failed
    assert looks.calls_of_a_look().count("odd") == 0
    looks.webex.pass_by(130)
    looks.look()
    assert first.id in looks.ids
